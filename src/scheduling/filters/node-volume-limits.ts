import type { CSINode, PersistentVolumeClaim } from '../../kubernetes/index.ts';
import { claimsOf, classOf, isBound, volumeOf } from '../claims.ts';
import type { ClusterTable } from '../cluster-table.ts';
import type { PodRecord } from '../pod-record.ts';
import { unschedulable, type FilterPlugin } from './_shared.ts';

const NAME = 'NodeVolumeLimits';
const REFUSAL = unschedulable(NAME, 'node(s) exceed max volume count');

/** A driver can attach only so many volumes to a node (an Azure VM takes only so many disks). The limits stand in the CSINode. */
export const nodeVolumeLimits: FilterPlugin = {
  name: NAME,
  summary: 'keeps pods off nodes that can attach no more volumes',
  prepare: (table, pod) => {
    const wanted = attachmentsOf(table, pod);
    if (wanted.size === 0) return undefined;
    return {
      check: (index) => {
        const limits = limitsOf(table, table.node(index).name);
        if (limits.size === 0) return undefined;
        const attached = new Map(wanted);
        for (const other of table.podsOn[index] ?? [])
          for (const [volume, driver] of attachmentsOf(table, other)) attached.set(volume, driver);
        const counts = new Map<string, number>();
        for (const driver of attached.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
        const exceeds = [...new Set(wanted.values())].some((driver) => (counts.get(driver) ?? 0) > (limits.get(driver) ?? Infinity));
        return exceeds ? REFUSAL : undefined;
      },
    };
  },
};

function limitsOf(table: ClusterTable, node: string): ReadonlyMap<string, number> {
  const found = table.find('CSINode', '', node) as CSINode | undefined; // kept by kind
  return new Map(
    (found?.spec?.drivers ?? []).flatMap(({ name, allocatable }) => (allocatable?.count === undefined ? [] : [[name, allocatable.count]])),
  );
}

/** Volume to driver. A volume that two pods share is attached once. */
function attachmentsOf(table: ClusterTable, pod: PodRecord): Map<string, string> {
  if (pod.spec.volumes === undefined) return new Map();
  return new Map(claimsOf(table, pod).flatMap((claim) => attachmentOf(table, claim) ?? []));
}

function attachmentOf(table: ClusterTable, claim: PersistentVolumeClaim): [[string, string]] | undefined {
  if (isBound(claim)) {
    const csi = volumeOf(table, claim.spec?.volumeName ?? '')?.spec?.csi;
    return csi === undefined ? undefined : [[`${csi.driver}/${csi.volumeHandle}`, csi.driver]];
  }
  const driver = classOf(table, claim)?.provisioner;
  return driver === undefined ? undefined : [[`${driver}/${claim.metadata.namespace ?? 'default'}/${claim.metadata.name}`, driver]];
}
