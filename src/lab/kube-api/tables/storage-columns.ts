/** Columns of volumes, claims and their classes. Source: pkg/printers/internalversion/printers.go, 1.36. */
import type { CSINode, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment } from '../../../kubernetes/index.ts';
import { columns, NAME, AGE, UNSET, WIDE, INTEGER, type Column } from './_column.ts';

const ACCESS: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const accessText = (modes: readonly string[] | undefined): string => (modes ?? []).map((mode) => ACCESS[mode] ?? mode).join(',');

const claimColumns = columns<PersistentVolumeClaim>(
  NAME,
  ['Status', ({ status, metadata }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating')],
  ['Volume', ({ spec }) => spec?.volumeName ?? ''],
  ['Capacity', ({ status }) => status?.capacity?.['storage'] ?? ''],
  ['Access Modes', ({ status }) => accessText(status?.accessModes)],
  ['StorageClass', ({ spec }) => spec?.storageClassName ?? ''],
  ['VolumeAttributesClass', () => UNSET],
  AGE,
  ['VolumeMode', ({ spec }) => spec?.volumeMode ?? UNSET, WIDE],
);

const volumeColumns = columns<PersistentVolume>(
  NAME,
  ['Capacity', ({ spec }) => spec?.capacity?.['storage'] ?? ''],
  ['Access Modes', ({ spec }) => accessText(spec?.accessModes)],
  ['Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''],
  ['Status', ({ status, metadata }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating')],
  ['Claim', ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '')],
  ['StorageClass', ({ spec }) => spec?.storageClassName ?? ''],
  ['VolumeAttributesClass', () => UNSET],
  ['Reason', ({ status }) => status?.reason ?? ''],
  AGE,
  ['VolumeMode', ({ spec }) => spec?.volumeMode ?? UNSET, WIDE],
);

const classColumns = columns<StorageClass>(
  [
    'Name',
    ({ metadata }) =>
      metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ? `${metadata.name} (default)` : metadata.name,
  ],
  ['Provisioner', ({ provisioner }) => provisioner],
  ['ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'],
  ['VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'],
  ['AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion === true],
  AGE,
);

/** Volumes and what they are made of. */
export const STORAGE_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  CSINode: columns<CSINode>(NAME, ['Drivers', ({ spec }) => spec.drivers.length, INTEGER], AGE),
  PersistentVolume: volumeColumns,
  PersistentVolumeClaim: claimColumns,
  StorageClass: classColumns,
  VolumeAttachment: columns<VolumeAttachment>(
    NAME,
    ['Attacher', ({ spec }) => spec.attacher],
    ['PV', ({ spec }) => spec.source.persistentVolumeName ?? ''],
    ['Node', ({ spec }) => spec.nodeName],
    ['Attached', ({ status }) => status?.attached === true, { type: 'boolean' }],
    AGE,
  ),
};
