/** What is predicted for a failure. Times are milliseconds after the failure. */
import type { ServiceId, WorkloadId } from '../cluster/index.ts';

export type Failure =
  | { readonly kind: 'node'; readonly nodes: readonly [string] }
  | { readonly kind: 'pair'; readonly nodes: readonly [string, string] }
  | { readonly kind: 'zone'; readonly zone: string; readonly nodes: readonly string[] };

/**
 * survives: nothing that answers is lost; degraded: some of the requests fail for a while (at least until the cluster notices the
 * loss); down: nothing answers for a while. The worst of a whole's parts is the verdict of the whole.
 */
export type Verdict = 'survives' | 'degraded' | 'down';

/** A span after the failure; `toMs` undefined = until the node comes back. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number | undefined;
}

/** How the prediction's clock is set; defaults follow the server's version. Source: reference documentation of kube-controller-manager flags. */
export interface ClockSettings {
  readonly nodeMonitorGracePeriodMs: number;
  readonly nodeMonitorPeriodMs: number;
  readonly heartbeatPeriodMs: number;
  readonly defaultTolerationMs: number;
  /** From NotReady to the NoExecute taint that evicts. */
  readonly noExecuteDelayMs: number;
  /** From binding to a started container when nothing is known of the image: pull and create. */
  readonly imageMs: number;
  /** From a started container to Ready, when neither probes nor history tell. */
  readonly readinessMs: number;
}

export interface PodFate {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly workload: WorkloadId;
  /** `stuck` = not replaced until the node returns (StatefulSet, bare pod); `stays` = DaemonSet pod. */
  readonly fate: 'replaced' | 'pending' | 'stuck' | 'stays';
  /** When it is evicted; undefined = never. */
  readonly evictedAtMs: number | undefined;
  readonly replacement:
    | { readonly node: string; readonly readyAtMs: number }
    | { readonly node: undefined; readonly message: string }
    | undefined;
}

export interface ServiceImpact {
  readonly service: ServiceId;
  readonly verdict: Verdict;
  readonly readyBefore: number;
  readonly lost: number;
  /** No endpoint answers. */
  readonly down: Span | undefined;
  /** Some of the endpoints that traffic is sent to do not answer (before the cluster notices). */
  readonly partial: Span | undefined;
  /** Share of requests that fail while `partial`, 0 to 1. */
  readonly failingShare: number;
  /** Services that it calls and that are down, and from when to when that hurts; absent when it is hurt by its own losses alone. */
  readonly brokenBy?: { readonly services: readonly ServiceId[]; readonly span: Span };
}

export interface JourneyImpact {
  readonly journey: string;
  readonly verdict: Verdict;
  /** The services on its path that break it. */
  readonly because: readonly ServiceId[];
  readonly down: Span | undefined;
  /** Services on its path that are down already: it is broken before any failure, whatever the verdict. Absent when there are none. */
  readonly brokenAlready?: readonly ServiceId[];
}

export interface TimelineEntry {
  readonly atMs: number;
  /** Earliest and latest, where the heartbeat's age makes it uncertain. */
  readonly earliestMs: number;
  readonly latestMs: number;
  readonly what: string;
}

export interface Prediction {
  readonly failure: Failure;
  readonly verdict: Verdict;
  readonly pods: readonly PodFate[];
  readonly services: readonly ServiceImpact[];
  readonly journeys: readonly JourneyImpact[];
  readonly timeline: readonly TimelineEntry[];
  readonly settings: ClockSettings;
  /** Services without a ready endpoint before any failure: no verdict counts them. Absent when there are none. */
  readonly downAlready?: readonly ServiceId[];
}
