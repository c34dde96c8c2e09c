/** The form of a recorded timeline (see the recordings' own README). */
import type { KubeObject, Node, Taint } from '../../../src/kubernetes/index.ts';

export interface RecordedEvent {
  /** Seconds since the first action. */
  readonly t: number;
  readonly kind: string;
  readonly name?: string;
  readonly what: string;
  readonly [detail: string]: unknown;
}

export interface Recording {
  readonly name: string;
  readonly version: string;
  readonly timing: {
    readonly nodeMonitorGracePeriodSeconds: number;
    readonly nodeMonitorPeriodSeconds: number;
    readonly defaultTolerationSeconds: number;
    readonly leaseRenewSeconds: number;
    readonly podStartSeconds: number;
    readonly podStopSeconds: number;
    readonly jobPodRunsSeconds: number;
  };
  readonly observedUntil: number;
  readonly manifests: readonly (KubeObject & { readonly kind: string })[];
  readonly initial: {
    readonly nodes: Readonly<
      Record<
        string,
        {
          readonly labels: Readonly<Record<string, string>>;
          readonly allocatable: NonNullable<Node['status']>['allocatable'];
          readonly taints: readonly Taint[];
        }
      >
    >;
    readonly pods: Readonly<Record<string, { readonly node?: string; readonly phase?: string; readonly ready?: string }>>;
  };
  readonly events: readonly RecordedEvent[];
}
