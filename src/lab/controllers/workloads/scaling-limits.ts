/** From what metrics propose to what an autoscaler asks for, and what it says of it. Source: pkg/controller/podautoscaler/horizontal.go (Kubernetes 1.36). */
import { leastAllowed, mostAllowed, stabilized, windowsMs, type Recommendation, type Rescaling } from './scaling-behavior.ts';

type Behavior = Parameters<typeof windowsMs>[0];

export interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export interface Asked {
  readonly behavior: Behavior;
  readonly current: number;
  readonly proposed: number;
  readonly least: number;
  readonly most: number;
  readonly recommendations: readonly Recommendation[];
  readonly rescalings: readonly Rescaling[];
  readonly nowMs: number;
  readonly downscaleStabilizationMs: number;
}

export interface Allowed {
  readonly replicas: number;
  readonly able: Verdict;
  readonly limited: Verdict;
}

const MOST_RECENT = 'recent recommendations were higher than current one, applying the highest recent recommendation';
const LEAST_RECENT = 'recent recommendations were lower than current one, applying the lowest recent recommendation';

/** Stabilizes a proposal, then brings it within the bounds and the pace of its policies. */
export function allowedReplicas(asked: Asked): Allowed {
  const { behavior, current, proposed, recommendations, nowMs } = asked;
  const windows = windowsMs(behavior, asked.downscaleStabilizationMs);
  const stable = stabilized(recommendations, { current, latest: { atMs: nowMs, replicas: proposed }, windows });
  const limit = limitOf(asked, stable);
  const limited: Verdict =
    limit === undefined
      ? { status: 'False', reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' }
      : { status: 'True', reason: limit.reason, message: `the desired replica count is ${limit.message}` };
  return { replicas: limit?.replicas ?? stable, able: stabilization(asked, stable), limited };
}

function stabilization({ current, proposed }: Asked, stable: number): Verdict {
  if (stable === proposed) return { status: 'True', reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
  return proposed >= current
    ? { status: 'True', reason: 'ScaleUpStabilized', message: LEAST_RECENT }
    : { status: 'True', reason: 'ScaleDownStabilized', message: MOST_RECENT };
}

interface Limit {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

function limitOf({ behavior, current, least, most, rescalings, nowMs }: Asked, stable: number): Limit | undefined {
  const pace = { behavior, current, rescalings, nowMs };
  const ceiling = mostAllowed(pace);
  const floor = leastAllowed(pace);
  if (stable > Math.min(most, ceiling) && (stable > current || stable > most)) {
    return most > ceiling
      ? { replicas: ceiling, reason: 'ScaleUpLimit', message: 'increasing faster than the maximum scale rate' }
      : { replicas: most, reason: 'TooManyReplicas', message: 'more than the maximum replica count' };
  }
  if (stable < Math.max(least, floor) && (stable < current || stable < least)) {
    return least < floor
      ? { replicas: floor, reason: 'ScaleDownLimit', message: 'decreasing faster than the maximum scale rate' }
      : { replicas: least, reason: 'TooFewReplicas', message: 'less than the minimum replica count' };
  }
  return undefined;
}
