/** How many pods a disruption budget counts with. Source: pkg/controller/disruption/disruption.go, getExpectedPodCount and its finders (Kubernetes 1.36). */
import {
  resourceOf,
  type Deployment,
  type OwnerReference,
  type Pod,
  type PodDisruptionBudget,
  type ReplicaSet,
} from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { intOrPercent } from '../runtime/int-or-percent.ts';
import { controllerOf } from '../runtime/pods.ts';

export interface Expectation {
  readonly expected: number;
  readonly desired: number;
  /** Pods without a controller, which a budget by share or by `maxUnavailable` can not count with. */
  readonly unmanaged: readonly string[];
}

const SCALABLE = new Set(['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet']);

/** A whole `minAvailable` counts the pods there are; everything else asks the pods' controllers for their scale. A text says why that fails. */
export function expectationOf(api: LabApi, { spec }: PodDisruptionBudget, pods: readonly Pod[]): Expectation | string {
  const { minAvailable, maxUnavailable } = spec ?? {};
  if (maxUnavailable === undefined && minAvailable === undefined) return { expected: 0, desired: 0, unmanaged: [] };
  if (maxUnavailable === undefined && typeof minAvailable === 'number') {
    return { expected: pods.length, desired: minAvailable, unmanaged: [] };
  }
  const scale = scaleOf(api, pods);
  if (typeof scale === 'string') return scale;
  const { expected, unmanaged } = scale;
  const desired =
    maxUnavailable === undefined
      ? intOrPercent(minAvailable, expected, 'up')
      : Math.max(0, expected - intOrPercent(maxUnavailable, expected, 'up'));
  return { expected, desired, unmanaged };
}

function scaleOf(api: LabApi, pods: readonly Pod[]): { readonly expected: number; readonly unmanaged: readonly string[] } | string {
  const scales = new Map<string, number>();
  const known = new Set<string>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) unmanaged.push(pod.metadata.name);
    if (owner === undefined || known.has(owner.uid)) continue;
    known.add(owner.uid);
    const found = controllerScale(api, pod, owner);
    if (typeof found === 'string') return found;
    scales.set(found.uid, found.replicas);
  }
  return { expected: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

function controllerScale(api: LabApi, pod: Pod, { kind, name, uid }: OwnerReference): { uid: string; replicas: number } | string {
  const resource = resourceOf(kind);
  const { namespace } = pod.metadata;
  if (resource === undefined) return `no matches for kind "${kind}"`;
  if (!SCALABLE.has(kind)) {
    const of = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
    return `${of} does not implement the scale subresource`;
  }
  // All of them have replicas at the same place.
  const found = api.get<ReplicaSet>(kind, namespace, name);
  if (found?.metadata.uid !== uid) return `found no controllers for pod "${pod.metadata.name}"`;
  const above = controllerOf(found);
  const top = above?.kind === 'Deployment' ? api.get<Deployment>('Deployment', namespace, above.name) : found;
  if (top === undefined) return `found no controllers for pod "${pod.metadata.name}"`;
  return { uid: top.metadata.uid ?? '', replicas: top.spec?.replicas ?? 1 };
}
