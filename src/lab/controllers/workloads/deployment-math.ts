/** The arithmetic of rolling updates. Source: pkg/controller/deployment/util/deployment_util.go (Kubernetes 1.36). */
import type { Deployment, ReplicaSet } from '../../../kubernetes/index.ts';
import { intOrPercent } from '../runtime/int-or-percent.ts';
import { canonicalJson } from '../runtime/template-hash.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const HASH_LABEL = 'pod-template-hash';

export const replicasOf = (object: Deployment | ReplicaSet): number => object.spec?.replicas ?? 1;
export const sumReplicas = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, set) => sum + replicasOf(set), 0);
export const sumStatus = (sets: readonly ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
  sets.reduce((sum, set) => sum + (set.status?.[field] ?? 0), 0);
export const isRolling = (deployment: Deployment): boolean => deployment.spec?.strategy?.type !== 'Recreate';
export const byCreation = (a: ReplicaSet, b: ReplicaSet): number =>
  (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') || a.metadata.name.localeCompare(b.metadata.name);
export const revisionOf = (object: Deployment | ReplicaSet): number => Number(object.metadata.annotations?.[REVISION] ?? 0);

/** Surge rounds up, unavailable down; both zero would never move, so one may be missing then. */
export function rolloutLimits(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  if (!isRolling(deployment)) return { surge: 0, unavailable: 0 };
  const replicas = replicasOf(deployment);
  const rolling = deployment.spec?.strategy?.rollingUpdate;
  const surge = intOrPercent(rolling?.maxSurge ?? '25%', replicas, 'up');
  const unavailable = intOrPercent(rolling?.maxUnavailable ?? '25%', replicas, 'down');
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas) };
}

/** How many replicas the newest ReplicaSet may have now. */
export function newReplicas(deployment: Deployment, all: readonly ReplicaSet[], newest: ReplicaSet | undefined): number {
  const wanted = replicasOf(deployment);
  if (!isRolling(deployment)) return wanted;
  const current = newest ? replicasOf(newest) : 0;
  const room = wanted + rolloutLimits(deployment).surge - sumReplicas(all);
  return room <= 0 ? current : current + Math.min(room, wanted - current);
}

const withoutHash = (object: Deployment | ReplicaSet): string => {
  const template = object.spec?.template;
  const { [HASH_LABEL]: _, ...labels } = template?.metadata?.labels ?? {};
  const { creationTimestamp: __, ...metadata } = template?.metadata ?? {};
  return canonicalJson({ ...template, metadata: { ...metadata, labels } });
};

/** The ReplicaSet whose template is the Deployment's, the hash label aside; the oldest of several. */
export function findNewest(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = withoutHash(deployment);
  return [...sets].sort(byCreation).find((set) => withoutHash(set) === wanted);
}

export const isComplete = (deployment: Deployment, status: NonNullable<Deployment['status']>): boolean =>
  (status.updatedReplicas ?? 0) === replicasOf(deployment) &&
  (status.replicas ?? 0) === replicasOf(deployment) &&
  (status.availableReplicas ?? 0) === replicasOf(deployment) &&
  (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
