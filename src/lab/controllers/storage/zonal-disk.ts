/** The volume that a cloud's provisioner makes for a claim. */
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../kubernetes/index.ts';
import { FILE_DRIVER } from './storage-classes.ts';

// The disk driver's own label comes first: where it is set, volumes name it.
const ZONE_LABELS = ['topology.disk.csi.azure.com/zone', 'topology.kubernetes.io/zone'];

/**
 * A disk lies in the zone of the node that was chosen for its first pod, and can be used from there only; a file share from anywhere.
 *
 * Source: azuredisk-csi-driver, "Topology"; external-provisioner (names, annotations, finalizer).
 */
export function provisionedVolume(claim: PersistentVolumeClaim, storageClass: StorageClass, node: Node | undefined): PersistentVolume {
  const { uid = '', name, namespace = 'default' } = claim.metadata;
  const volume = `pvc-${uid}`;
  const capacity = claim.spec?.resources?.requests?.['storage'] ?? '1Gi';
  const zone = storageClass.provisioner === FILE_DRIVER ? undefined : zoneOf(node);
  const affinity = zone && {
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: zone.key, operator: 'In', values: [zone.value] }] }] },
  };
  return {
    metadata: { name: volume, annotations: { 'pv.kubernetes.io/provisioned-by': storageClass.provisioner } },
    spec: {
      capacity: { storage: capacity },
      accessModes: claim.spec?.accessModes ?? ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
      csi: { driver: storageClass.provisioner, volumeHandle: volume },
      ...(affinity ? { nodeAffinity: affinity } : {}),
    },
  };
}

function zoneOf(node: Node | undefined): { readonly key: string; readonly value: string } | undefined {
  for (const key of ZONE_LABELS) {
    const value = node?.metadata.labels?.[key];
    if (value !== undefined) return { key, value };
  }
  return undefined;
}
