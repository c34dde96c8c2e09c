/** What controllers ask of pods and conditions. Source: k8s.io/kubernetes pkg/api/v1/pod, pkg/controller/controller_utils.go. */
import type { KubeObject, OwnerReference, Pod, PodCondition } from '../../../kubernetes/index.ts';
import type { Draft } from '../../kube-api/index.ts';
import { timestamp } from './time.ts';

export const conditionOf = (pod: Pod, type: string): PodCondition | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type);

export const isReady = (pod: Pod): boolean => conditionOf(pod, 'Ready')?.status === 'True';

export const isTerminating = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

export const isFinished = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

export const isActive = (pod: Pod): boolean => !isFinished(pod) && !isTerminating(pod);

/** Ready for at least `minReadySeconds`. */
export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status !== 'True') return false;
  return minReadySeconds === 0 || Date.parse(ready.lastTransitionTime ?? '') + minReadySeconds * 1000 <= nowMs;
}

export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((owner) => owner.controller === true);

/** The reference that makes `owner` the controller of what it creates. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion ?? '',
    kind: owner.kind ?? '',
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export interface PodConditionChange {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/** Sets a condition in a draft; the transition time moves only when the status does. */
export function setPodCondition(pod: Draft<Pod>, change: PodConditionChange, nowMs: number): void {
  pod.status ??= {};
  const conditions = (pod.status.conditions ??= []);
  const index = conditions.findIndex(({ type }) => type === change.type);
  const before = conditions[index];
  const kept = before && before.status === change.status ? before.lastTransitionTime : undefined;
  const next = { ...change, lastTransitionTime: kept ?? timestamp(nowMs) };
  if (index >= 0) conditions[index] = next;
  else conditions.push(next);
}

/** `namespace/name`, the form of queue keys; a bare name for kinds without a namespace. */
export const keyOf = (object: KubeObject): string =>
  object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`;

export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
