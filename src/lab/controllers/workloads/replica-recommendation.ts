/** How many replicas a measured use asks for. Source: pkg/controller/podautoscaler/replica_calculator.go (Kubernetes 1.36). */

/** In thousandths of the unit: milli-cores, milli-bytes. */
export interface Sample {
  readonly value: number;
  readonly request: number;
}

/** Percent of what the pods request, or so much (thousandths) for each pod. */
export type Target = { readonly percent: number } | { readonly averageValue: number };

export interface Measured {
  readonly current: number;
  readonly target: Target;
  /** Pods that are measured and ready. */
  readonly samples: readonly Sample[];
  /** What pods request that have no measure: on a silent node, or just started. */
  readonly missing: readonly number[];
  /** What pods request that are pending, or not ready yet. */
  readonly unready: readonly number[];
  /** How far from 1 a ratio may lie, each way. */
  readonly tolerance: { readonly up: number; readonly down: number };
}

export interface Recommended {
  readonly replicas: number;
  /** Percent of the requests, when that is what is asked for. */
  readonly utilization: number | undefined;
  /** Thousandths, of the pods that are measured and ready. */
  readonly average: number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const percentOf = (samples: readonly Sample[]): number =>
  Math.trunc((sum(samples.map(({ value }) => value)) * 100) / sum(samples.map(({ request }) => request)));
const averageOf = (samples: readonly Sample[]): number => Math.trunc(sum(samples.map(({ value }) => value)) / samples.length);

const ratioOf = (samples: readonly Sample[], target: Target): number =>
  'percent' in target ? percentOf(samples) / target.percent : averageOf(samples) / target.averageValue;

/** What a pod without a measure is taken to use on the way down. */
const fullUse = (request: number, target: Target): number =>
  'percent' in target ? Math.trunc((request * Math.max(100, target.percent)) / 100) : target.averageValue;

/** Pods without a measure are taken to idle when more are asked for and to be busy when fewer are, unready ones to idle: they damp either way. */
export function recommendedReplicas(measured: Measured): Recommended {
  const { samples, target } = measured;
  const utilization = 'percent' in target ? percentOf(samples) : undefined;
  return { replicas: replicasFor(measured), utilization, average: averageOf(samples) };
}

function replicasFor({ samples, missing, unready, target, current, tolerance }: Measured): number {
  const isWithin = (ratio: number): boolean => 1 - tolerance.down <= ratio && ratio <= 1 + tolerance.up;
  const ratio = ratioOf(samples, target);
  const idle = (request: number): Sample => ({ value: 0, request });
  const countsUnready = unready.length > 0 && ratio > 1;
  if (!countsUnready && missing.length === 0) return isWithin(ratio) ? current : Math.ceil(ratio * samples.length);
  const busy = (request: number): Sample => ({ value: fullUse(request, target), request });
  const assumed = ratio === 1 ? [] : missing.map(ratio < 1 ? busy : idle);
  const all = [...samples, ...assumed, ...(countsUnready ? unready.map(idle) : [])];
  const damped = ratioOf(all, target);
  const turned = (ratio < 1 && damped > 1) || (ratio > 1 && damped < 1);
  if (isWithin(damped) || turned) return current;
  const wanted = Math.ceil(damped * all.length);
  const contradicts = (damped < 1 && wanted > current) || (damped > 1 && wanted < current);
  return contradicts ? current : wanted;
}
