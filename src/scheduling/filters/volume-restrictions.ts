import type { PodSpec } from '../../kubernetes/index.ts';
import { claimNames, claimOf } from '../claims.ts';
import type { ClusterTable } from '../cluster-table.ts';
import type { PodRecord } from '../pod-record.ts';
import { unresolvable, unschedulable, type FilterPlugin } from './_shared.ts';

const NAME = 'VolumeRestrictions';
const DISK = unschedulable(NAME, 'node(s) had no available disk');
const ONE_POD = unschedulable(NAME, 'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode');

type Volume = NonNullable<PodSpec['volumes']>[number];

/** Disks that only one pod of a node, or one pod at all, may use. */
export const volumeRestrictions: FilterPlugin = {
  name: NAME,
  summary: 'keeps pods off nodes where another pod has their disk',
  prepare: (table, pod) => {
    const exclusive: string[] = [];
    for (const name of claimNames(pod)) {
      const claim = claimOf(table, pod.namespace, name);
      if (claim === undefined) return unresolvable(NAME, `persistentvolumeclaim "${name}" not found`);
      if (claim.spec?.accessModes?.includes('ReadWriteOncePod')) exclusive.push(name);
    }
    const disks = (pod.spec.volumes ?? []).filter(isDisk);
    if (disks.length === 0 && exclusive.length === 0) return undefined;
    let users = usersOf(table, pod, exclusive);
    return {
      check: (node) => {
        const others = disks.length === 0 ? [] : (table.podsOn[node] ?? []);
        if (others.some(({ spec }) => spec.volumes?.some((used) => disks.some((disk) => conflict(disk, used))))) return DISK;
        return users > 0 ? ONE_POD : undefined;
      },
      trial: (other, _node, sign) => {
        if (uses(other, pod.namespace, exclusive)) users += sign;
      },
    };
  },
};

const uses = (pod: PodRecord, namespace: string, claims: readonly string[]): boolean =>
  pod.namespace === namespace && claimNames(pod).some((name) => claims.includes(name));

function usersOf(table: ClusterTable, pod: PodRecord, claims: readonly string[]): number {
  if (claims.length === 0) return 0;
  return table.podsOn.reduce((sum, pods) => sum + pods.filter((other) => uses(other, pod.namespace, claims)).length, 0);
}

const isDisk = (volume: Volume): boolean => Boolean(volume.gcePersistentDisk ?? volume.awsElasticBlockStore ?? volume.rbd ?? volume.iscsi);

/** Read-only users may share, but for elastic block stores. Source: VolumeRestrictions.isVolumeConflict. */
function conflict(a: Volume, b: Volume): boolean {
  const shared = (one: { readonly readOnly?: boolean }, other: { readonly readOnly?: boolean }): boolean =>
    one.readOnly === true && other.readOnly === true;
  if (a.gcePersistentDisk && b.gcePersistentDisk) {
    return a.gcePersistentDisk.pdName === b.gcePersistentDisk.pdName && !shared(a.gcePersistentDisk, b.gcePersistentDisk);
  }
  if (a.awsElasticBlockStore && b.awsElasticBlockStore) return a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID;
  if (a.iscsi && b.iscsi) return a.iscsi.iqn === b.iscsi.iqn && !shared(a.iscsi, b.iscsi);
  if (a.rbd && b.rbd) {
    const [one, other] = [a.rbd, b.rbd];
    const samePool = (one.pool ?? 'rbd') === (other.pool ?? 'rbd') && one.image === other.image;
    return samePool && one.monitors.some((monitor) => other.monitors.includes(monitor)) && !shared(one, other);
  }
  return false;
}
