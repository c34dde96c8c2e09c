/** When a Job is over, and how. Source: pkg/controller/job/job_controller.go, syncJob (Kubernetes 1.36). */
import type { Job } from '../../../kubernetes/index.ts';
import { isIndexed, parseIndexes } from './job-indexes.ts';

export interface Verdict {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

export interface Tally {
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly nowMs: number;
  /** Of Indexed Jobs: what is done. */
  readonly completedIndexes: ReadonlySet<number>;
  readonly failedIndexes: ReadonlySet<number>;
  /** Why a rule about failed pods ends the Job. */
  readonly policyMessage: string | undefined;
}

const failed = (reason: string, message: string): Verdict => ({ type: 'Failed', reason, message });

export function verdictOf(found: Job, tally: Tally): Verdict | undefined {
  const { spec, status } = found;
  if (tally.policyMessage !== undefined) return failed('PodFailurePolicy', tally.policyMessage);
  const deadline = spec?.activeDeadlineSeconds;
  if (spec?.suspend !== true && deadline !== undefined && status?.startTime) {
    if (tally.nowMs >= Date.parse(status.startTime) + deadline * 1000) {
      return failed('DeadlineExceeded', 'Job was active longer than specified deadline');
    }
  }
  if (tally.failed > (spec?.backoffLimit ?? 6)) return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  if (isIndexed(found)) return indexedVerdict(found, tally);
  const { succeeded, active } = tally;
  const enough = spec?.completions === undefined ? succeeded > 0 && active === 0 : succeeded >= spec.completions;
  return enough ? COMPLETE : undefined;
}

const COMPLETE: Verdict = { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };

function indexedVerdict({ spec }: Job, { completedIndexes, failedIndexes }: Tally): Verdict | undefined {
  const completions = spec?.completions ?? 0;
  if (spec?.maxFailedIndexes !== undefined && failedIndexes.size > spec.maxFailedIndexes) {
    return failed('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  const rule = (spec?.successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    const wanted = succeededIndexes === undefined ? undefined : parseIndexes(succeededIndexes, completions);
    const reached = wanted === undefined ? completedIndexes.size : [...wanted].filter((index) => completedIndexes.has(index)).length;
    return reached >= (succeededCount ?? wanted?.size ?? completions);
  });
  if (rule >= 0) return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` };
  if (completedIndexes.size >= completions) return COMPLETE;
  const isOver = completedIndexes.size + failedIndexes.size >= completions;
  return isOver ? failed('FailedIndexes', 'Job has failed indexes') : undefined;
}
