/** How many replicas a measured utilization asks for. Source: pkg/controller/podautoscaler/replica_calculator.go (Kubernetes 1.36). */

export interface Measured {
  /** Percent of what was requested, of the pods that are measured and ready. */
  readonly utilizations: readonly number[];
  /** Pods that have no measure: on a silent node, starting, or not ready. */
  readonly missing: number;
  readonly targetPercent: number;
  readonly current: number;
}

const TOLERANCE = 0.1;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Pods without a measure are taken to idle when more are asked for, and to be at the target when fewer are: they damp either way. */
export function recommendedReplicas({ utilizations, missing, targetPercent, current }: Measured): number {
  const ratio = mean(utilizations) / targetPercent;
  if (missing === 0) return Math.abs(ratio - 1) <= TOLERANCE ? current : Math.ceil(ratio * utilizations.length);
  const assumed = Array.from({ length: missing }, () => (ratio < 1 ? targetPercent : 0));
  const all = [...utilizations, ...assumed];
  const damped = mean(all) / targetPercent;
  const turned = (ratio < 1 && damped > 1) || (ratio > 1 && damped < 1);
  if (Math.abs(damped - 1) <= TOLERANCE || turned) return current;
  const wanted = Math.ceil(damped * all.length);
  const contradicts = (damped < 1 && wanted > current) || (damped > 1 && wanted < current);
  return contradicts ? current : wanted;
}
