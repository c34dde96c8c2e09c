/** What `metrics.k8s.io/v1beta1` shows. Source: k8s.io/metrics, v1beta1. */
import type { KubeObject } from '../../../kubernetes/index.ts';

/** Quantities: cores and bytes. */
export interface Usage {
  readonly cpu: string;
  readonly memory: string;
}

interface Measured extends KubeObject {
  /** The end of the time that was measured, RFC 3339. */
  readonly timestamp: string;
  /** How long was measured, as Go writes durations: `15s`. */
  readonly window: string;
}

export interface NodeMetrics extends Measured {
  readonly usage: Usage;
}

export interface PodMetrics extends Measured {
  readonly containers: readonly { readonly name: string; readonly usage: Usage }[];
}

/** The server behind the aggregated group. What has no measure is left out. */
export interface MetricsSource {
  nodes(): readonly NodeMetrics[];
  /** `accepts` narrows by labels. */
  pods(namespace?: string, accepts?: (labels: Readonly<Record<string, string>> | undefined) => boolean): readonly PodMetrics[];
}
