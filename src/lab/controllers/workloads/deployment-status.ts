/** A Deployment's counts and conditions. Source: pkg/controller/deployment/{sync,progress}.go (Kubernetes 1.36). */
import type { Deployment, ReplicaSet } from '../../../kubernetes/index.ts';
import { timestamp } from '../runtime/time.ts';
import { isComplete, replicasOf, rolloutLimits, sumReplicas, sumStatus } from './deployment-math.ts';

export type DeploymentStatus = NonNullable<Deployment['status']> & { terminatingReplicas?: number };
export type DeploymentCondition = NonNullable<DeploymentStatus['conditions']>[number];

export const progressing = (status: Deployment['status']): DeploymentCondition | undefined =>
  status?.conditions?.find(({ type }) => type === 'Progressing');

/** Replaces a condition unless status and reason stay; the transition time moves only with the status. */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  { type, status, reason, message }: Pick<DeploymentCondition, 'type' | 'status'> & { reason: string; message: string },
  { nowMs, renew = false }: { readonly nowMs: number; readonly renew?: boolean },
): DeploymentCondition[] {
  const before = conditions.find((condition) => condition.type === type);
  if (before && !renew && before.status === status && before.reason === reason) return [...conditions];
  const now = timestamp(nowMs);
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
  const next = { type, status, lastUpdateTime: now, lastTransitionTime, reason, message };
  return [...conditions.filter((condition) => condition.type !== type), next];
}

interface Sets {
  readonly all: readonly ReplicaSet[];
  readonly newest: ReplicaSet | undefined;
}

const terminatingOf = (set: ReplicaSet): number | undefined =>
  (set.status as { terminatingReplicas?: number } | undefined)?.terminatingReplicas; // newer than the types at hand

/** Counts and the Available condition. */
export function countedStatus(deployment: Deployment, { all, newest }: Sets, nowMs: number): DeploymentStatus {
  const available = sumStatus(all, 'availableReplicas');
  const unavailable = Math.max(0, sumReplicas(all) - available);
  const updated = newest?.status?.replicas ?? 0;
  const terminating = all.map(terminatingOf);
  const known = terminating.filter((count) => count !== undefined);
  const enough = available >= replicasOf(deployment) - rolloutLimits(deployment).unavailable;
  const conditions = withCondition(
    deployment.status?.conditions ?? [],
    enough
      ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    { nowMs },
  );
  const collisionCount = deployment.status?.collisionCount;
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...some('replicas', sumStatus(all, 'replicas')),
    ...some('updatedReplicas', updated),
    ...some('readyReplicas', sumStatus(all, 'readyReplicas')),
    ...some('availableReplicas', available),
    ...some('unavailableReplicas', unavailable),
    ...(known.length > 0 ? { terminatingReplicas: known.reduce((sum, count) => sum + count, 0) } : {}),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions,
  };
}

const some = <K extends string>(key: K, count: number): Partial<Record<K, number>> =>
  (count === 0 ? {} : { [key]: count }) as Partial<Record<K, number>>; // the key is the one given

/** The status with progress told: complete, progressing, or out of time. */
export function statusWithProgress(deployment: Deployment, sets: Sets, nowMs: number): DeploymentStatus {
  const status = countedStatus(deployment, sets, nowMs);
  const before = progressing(deployment.status);
  const done = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && before?.reason === 'NewReplicaSetAvailable';
  if (!hasDeadline(deployment)) status.conditions = (status.conditions ?? []).filter(({ type }) => type !== 'Progressing');
  else if (!done) status.conditions = withProgress(deployment, status, { newest: sets.newest, nowMs });
  status.conditions = withFailure(status.conditions ?? [], sets);
  return status;
}

export const hasDeadline = (deployment: Deployment): boolean => {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  return seconds !== undefined && seconds < 2 ** 31 - 1;
};

function withProgress(
  deployment: Deployment,
  status: DeploymentStatus,
  { newest, nowMs }: { readonly newest: ReplicaSet | undefined; readonly nowMs: number },
): DeploymentCondition[] {
  const conditions = status.conditions ?? [];
  const subject = newest ? `ReplicaSet "${newest.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const type = 'Progressing';
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(conditions, { type, status: 'True', reason: 'NewReplicaSetAvailable', message }, { nowMs });
  }
  if (hasMoved(deployment.status, status)) {
    return withCondition(
      conditions,
      { type, status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` },
      { nowMs, renew: true },
    );
  }
  if (isOutOfTime(deployment, nowMs)) {
    const message = `${subject} has timed out progressing.`;
    return withCondition(conditions, { type, status: 'False', reason: 'ProgressDeadlineExceeded', message }, { nowMs });
  }
  return [...conditions];
}

function hasMoved(before: Deployment['status'], now: DeploymentStatus): boolean {
  const old = (status: Deployment['status']): number => (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  );
}

/** Tells whether the rollout has made no progress for its deadline. */
export function isOutOfTime(deployment: Deployment, nowMs: number): boolean {
  const condition = progressing(deployment.status);
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return Date.parse(condition.lastUpdateTime ?? '') + (deployment.spec?.progressDeadlineSeconds ?? 600) * 1000 < nowMs;
}

/** A ReplicaSet that can not create its pods lends its condition, the newest one first. */
function withFailure(conditions: readonly DeploymentCondition[], { all, newest }: Sets): DeploymentCondition[] {
  const rest = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  const failure = [newest, ...all]
    .flatMap((set) => set?.status?.conditions ?? [])
    .find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  if (failure === undefined) return rest;
  const { type, status, reason = '', message = '', lastTransitionTime = '' } = failure;
  const before = conditions.find((condition) => condition.type === type);
  // One that says the same is kept as it was.
  if (before?.status === status && before.reason === reason) return [...conditions];
  return [...rest, { type, status, lastUpdateTime: lastTransitionTime, lastTransitionTime, reason, message }];
}
