/** The selector that spreads pods which say nothing about it. Source: kube-scheduler plugins/helper DefaultSelector. */
import type { LabelSelector, ReplicaSet, ReplicationController, StatefulSet } from '../kubernetes/index.ts';
import type { ClusterTable } from './cluster-table.ts';
import type { PodRecord } from './pod-record.ts';

type Labels = Readonly<Record<string, string>>;

function covers(selector: Labels, labels: Labels): boolean {
  for (const key in selector) if (labels[key] !== selector[key]) return false;
  return true;
}

/** Together these match pods of the same services and the same owner; undefined when nothing selects the pod. */
export function defaultSelectors(table: ClusterTable, pod: PodRecord): LabelSelector[] | undefined {
  const merged: Record<string, string> = {};
  for (const service of table.servicesOf(pod.namespace)) {
    const selector = service.spec?.selector;
    if (selector !== undefined && covers(selector, pod.labels)) Object.assign(merged, selector);
  }
  const owner = pod.pod.metadata.ownerReferences?.find(({ controller }) => controller);
  const find = (kind: 'ReplicaSet' | 'ReplicationController' | 'StatefulSet') => table.find(kind, pod.namespace, owner?.name ?? '');
  if (owner?.kind === 'ReplicationController' && owner.apiVersion === 'v1') {
    Object.assign(merged, (find('ReplicationController') as ReplicationController | undefined)?.spec?.selector); // kept by kind
  }
  const grouped = owner?.apiVersion === 'apps/v1' && (owner.kind === 'ReplicaSet' || owner.kind === 'StatefulSet');
  const set = grouped ? (find(owner.kind as 'ReplicaSet') as ReplicaSet | StatefulSet | undefined) : undefined; // kept by kind
  const own = set?.spec?.selector;
  const ownIsEmpty = Object.keys(own?.matchLabels ?? {}).length + (own?.matchExpressions ?? []).length === 0;
  if (Object.keys(merged).length === 0 && ownIsEmpty) return undefined;
  return own === undefined ? [{ matchLabels: merged }] : [{ matchLabels: merged }, own];
}
