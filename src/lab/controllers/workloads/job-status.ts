/** A Job's status and its conditions. Source: pkg/controller/job/job_controller.go (Kubernetes 1.36). */
import type { Job } from '../../../kubernetes/index.ts';
import { ApiError, type LabApi } from '../../kube-api/index.ts';
import { timestamp } from '../runtime/time.ts';
import type { Verdict } from './job-verdict.ts';

/** Newer than the types. */
export type JobStatus = NonNullable<Job['status']> & { ready?: number; terminating?: number };
type Conditions = NonNullable<JobStatus['conditions']>;

interface Change {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** Changed where it stands, or appended. */
export function withCondition({ conditions = [] }: JobStatus, change: Change, nowMs: number): Conditions {
  const now = timestamp(nowMs);
  const next = { ...change, lastProbeTime: now, lastTransitionTime: now };
  const at = conditions.findIndex(({ type }) => type === change.type);
  return at < 0 ? [...conditions, next] : conditions.with(at, next);
}

/** What it will be, once its last pod has ended. */
export function withInterim(status: JobStatus, { type, reason, message }: Verdict, nowMs: number): JobStatus {
  const interim = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  if (status.conditions?.some((condition) => condition.type === interim)) return status;
  return { ...status, conditions: withCondition(status, { type: interim, status: 'True', reason, message }, nowMs) };
}

export function withEnd(status: JobStatus, { type, reason, message }: Verdict, nowMs: number): JobStatus {
  const conditions = withCondition(status, { type, status: 'True', reason, message }, nowMs);
  return { ...status, conditions, ...(type === 'Complete' ? { completionTime: timestamp(nowMs) } : {}) };
}

/** Counts of zero are left out, but for those that the API always tells. */
export function writeJobStatus(api: LabApi, found: Job, status: JobStatus): void {
  try {
    api.modify<Job>(
      'Job',
      found.metadata.namespace,
      found.metadata.name,
      (draft) => {
        draft.status = Object.fromEntries(
          Object.entries(status).filter(([key, value]) => value !== 0 || key === 'ready' || key === 'terminating'),
        );
      },
      { subresource: 'status' },
    );
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
  }
}
