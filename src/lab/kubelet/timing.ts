import type { Pod } from '../../kubernetes/index.ts';

/** How long things take on a node, in milliseconds of lab time. */
export interface KubeletTiming {
  readonly leaseRenewMs: number;
  /** When a node first renews its Lease after its start; without it chance by the node's name, within one period. */
  readonly leasePhaseMs: ((node: string) => number) | undefined;
  /** From power on until the kubelet posts. Source: failure-clock.md, "Azure's side" (30 to 60 s). */
  readonly bootMs: number;
  /** Sandbox, volumes and network of a new pod. */
  readonly sandboxMs: number;
  /** An image that the node does not have yet; the annotation `lab.evenkeel.dev/image-pull-ms` on a pod overrides it. */
  readonly imagePullMs: number;
  /** How long an init container runs; the annotation `lab.evenkeel.dev/init-ms` on a pod overrides it. */
  readonly initMs: number;
  /** From the signal to end until a container has ended. */
  readonly stopMs: number;
  /** Without programs: from a node's return to the status of its pods. */
  readonly statusMs: number;
  /** Without programs: from binding to Ready, and from deletion to gone. */
  readonly podStartMs: number;
  readonly podStopMs: number;
  /** Without programs: what a single pod takes instead, when that is known. */
  readonly podTimes: ((pod: Pod) => { readonly startMs?: number | undefined; readonly stopMs?: number | undefined }) | undefined;
  /** Without programs: how long pods run that are never restarted (Jobs). */
  readonly jobPodRunsMs: number;
}

export const DEFAULT_KUBELET_TIMING: KubeletTiming = {
  leaseRenewMs: 10_000,
  leasePhaseMs: undefined,
  bootMs: 35_000,
  sandboxMs: 800,
  imagePullMs: 4_000,
  initMs: 1_000,
  stopMs: 1_000,
  statusMs: 15,
  podStartMs: 2_000,
  podStopMs: 1_000,
  podTimes: undefined,
  jobPodRunsMs: 5_000,
};
