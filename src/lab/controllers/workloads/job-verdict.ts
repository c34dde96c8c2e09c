/** When a Job is over, and how. Source: pkg/controller/job/job_controller.go, syncJob (Kubernetes 1.36). */
import type { Job } from '../../../kubernetes/index.ts';
import { isIndexed, parseIndexes } from './job-indexes.ts';

export interface Verdict {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

export interface Tally {
  readonly failed: number;
  readonly nowMs: number;
  /** Restarts of the pods that run or wait; they count where containers start again in their pods. */
  readonly restarts: number;
  /** Of Indexed Jobs: what is done. */
  readonly completedIndexes: ReadonlySet<number>;
  readonly failedIndexes: ReadonlySet<number>;
  /** Why a rule about failed pods ends the Job. */
  readonly policyMessage: string | undefined;
}

const failed = (reason: string, message: string): Verdict => ({ type: 'Failed', reason, message });

/** What was decided before, while the last pods were still ending. */
export function standingVerdict({ status }: Job): Verdict | undefined {
  const standing = (wanted: string): Pick<Verdict, 'reason' | 'message'> | undefined => {
    const found = status?.conditions?.find((condition) => condition.type === wanted && condition.status === 'True');
    return found && { reason: found.reason ?? '', message: found.message ?? '' };
  };
  const success = standing('SuccessCriteriaMet');
  if (success) return { type: 'Complete', ...success };
  const failure = standing('FailureTarget');
  return failure && { type: 'Failed', ...failure };
}

/** Whether it is over before its pods are looked after: failed, or by its success policy. */
export function verdictOf(found: Job, tally: Tally): Verdict | undefined {
  const { spec, status } = found;
  if (tally.policyMessage !== undefined) return failed('PodFailurePolicy', tally.policyMessage);
  if (tally.failed > (spec?.backoffLimit ?? 6) || isPastRestarts(found, tally.restarts)) {
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const deadline = spec?.activeDeadlineSeconds;
  if (spec?.suspend !== true && deadline !== undefined && status?.startTime) {
    if (tally.nowMs >= Date.parse(status.startTime) + deadline * 1000) {
      return failed('DeadlineExceeded', 'Job was active longer than specified deadline');
    }
  }
  return isIndexed(found) ? indexedVerdict(found, tally) : undefined;
}

function isPastRestarts({ spec }: Job, restarts: number): boolean {
  if (spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
  const limit = spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

export const COMPLETE: Verdict = { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };

function indexedVerdict({ spec }: Job, { completedIndexes, failedIndexes }: Tally): Verdict | undefined {
  const completions = spec?.completions ?? 0;
  if (spec?.backoffLimitPerIndex !== undefined) {
    if (spec.maxFailedIndexes !== undefined && failedIndexes.size > spec.maxFailedIndexes) {
      return failed('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
    }
    const isOver = failedIndexes.size > 0 && completedIndexes.size + failedIndexes.size >= completions;
    if (isOver) return failed('FailedIndexes', 'Job has failed indexes');
  }
  const rule = (spec?.successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    const wanted = succeededIndexes === undefined ? undefined : parseIndexes(succeededIndexes, completions);
    const reached = wanted === undefined ? completedIndexes.size : [...wanted].filter((index) => completedIndexes.has(index)).length;
    return reached >= (succeededCount ?? wanted?.size ?? completions);
  });
  return rule < 0 ? undefined : { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` };
}
