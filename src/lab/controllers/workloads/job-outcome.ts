/** What a Job has done so far, with the pods that have ended since it was last counted. Source: pkg/controller/job (Kubernetes 1.36). */
import type { Job, Pod } from '../../../kubernetes/index.ts';
import { hasFailed, judgeFailure } from './job-failure-policy.ts';
import { failuresOf, formatIndexes, indexOf, isIndexed, parseIndexes } from './job-indexes.ts';
import { isTracked } from './job-pods.ts';

export interface Outcome {
  readonly succeeded: number;
  readonly failed: number;
  /** Ended, and not yet counted. */
  readonly uncounted: { readonly succeeded: readonly Pod[]; readonly failed: readonly Pod[] };
  /** Those of the failed that count. */
  readonly counted: readonly Pod[];
  readonly completedIndexes: ReadonlySet<number>;
  readonly failedIndexes: ReadonlySet<number>;
  /** How the status tells of indexes. */
  readonly texts: { readonly completedIndexes?: string; readonly failedIndexes?: string };
  /** Why a rule about failed pods ends the Job. */
  readonly policyMessage: string | undefined;
}

/** Failures that a rule ignores are not counted. */
export function outcomeOf(found: Job, pods: readonly Pod[]): Outcome {
  const { status, spec } = found;
  const completions = spec?.completions ?? 0;
  const isValid = (pod: Pod): boolean => !isIndexed(found) || (indexOf(pod) ?? completions) < completions;
  const tracked = pods.filter((pod) => isTracked(pod) && isValid(pod));
  const uncounted = {
    succeeded: tracked.filter((pod) => pod.status?.phase === 'Succeeded'),
    failed: tracked.filter((pod) => hasFailed(found, pod)),
  };
  const judged = uncounted.failed.map((pod) => ({ pod, ...judgeFailure(found, pod) }));
  const counted = judged.filter(({ action }) => action !== 'Ignore').map(({ pod }) => pod);
  const failed = (status?.failed ?? 0) + counted.length;
  const policyMessage = judged.find(({ action }) => action === 'FailJob')?.message;
  const common = { failed, uncounted, counted, policyMessage };
  if (!isIndexed(found)) {
    const succeeded = (status?.succeeded ?? 0) + uncounted.succeeded.length;
    return { ...common, succeeded, completedIndexes: new Set(), failedIndexes: new Set(), texts: {} };
  }
  const completedIndexes = parseIndexes(status?.completedIndexes, completions);
  for (const pod of uncounted.succeeded) completedIndexes.add(indexOf(pod) ?? 0);
  const failedIndexes = parseIndexes(status?.failedIndexes, completions);
  const limit = spec?.backoffLimitPerIndex;
  for (const { pod, action } of judged) {
    const isLost = limit !== undefined && (action === 'FailIndex' || (action !== 'Ignore' && failuresOf(pod) > limit));
    if (isLost) failedIndexes.add(indexOf(pod) ?? 0);
  }
  const texts = {
    completedIndexes: formatIndexes(completedIndexes),
    ...(limit === undefined ? {} : { failedIndexes: formatIndexes(failedIndexes) }),
  };
  return { ...common, succeeded: completedIndexes.size, completedIndexes, failedIndexes, texts };
}
