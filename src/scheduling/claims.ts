/** The persistent volume claims that a pod uses, and what is known of them. Source: kube-scheduler plugins/volumebinding, 1.36. */
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../kubernetes/index.ts';
import type { ClusterTable } from './cluster-table.ts';
import type { PodRecord } from './pod-record.ts';

/** Names of the claims of a pod; an ephemeral volume's claim is named after pod and volume. */
export function claimNames({ spec, name: podName }: PodRecord): string[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim ? [persistentVolumeClaim.claimName] : ephemeral ? [`${podName}-${name}`] : [],
  );
}

export function claimOf(table: ClusterTable, namespace: string, name: string): PersistentVolumeClaim | undefined {
  return table.find('PersistentVolumeClaim', namespace, name) as PersistentVolumeClaim | undefined; // kept by kind, here and below
}

export function volumeOf(table: ClusterTable, name: string): PersistentVolume | undefined {
  return table.find('PersistentVolume', '', name) as PersistentVolume | undefined;
}

export function classOf(table: ClusterTable, claim: PersistentVolumeClaim): StorageClass | undefined {
  return table.find('StorageClass', '', claim.spec?.storageClassName ?? '') as StorageClass | undefined;
}

/** A claim is bound when both sides know: it names its volume and the binding was completed. */
export const isBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec?.volumeName) && metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined;

/** The pod's claims that exist. */
export function claimsOf(table: ClusterTable, pod: PodRecord): PersistentVolumeClaim[] {
  return claimNames(pod).flatMap((name) => claimOf(table, pod.namespace, name) ?? []);
}
