/** The storage classes that an AKS cluster comes with. Source: AKS documentation, "Storage options for applications". */
import type { StorageClass } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';

export const DISK_DRIVER = 'disk.csi.azure.com';
export const FILE_DRIVER = 'file.csi.azure.com';
export const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

const disk = (name: string, skuname: string, isDefault = false): StorageClass => ({
  metadata: { name, ...(isDefault ? { annotations: { [IS_DEFAULT]: 'true' } } : {}) },
  provisioner: DISK_DRIVER,
  parameters: { skuname },
  reclaimPolicy: 'Delete',
  allowVolumeExpansion: true,
  volumeBindingMode: 'WaitForFirstConsumer',
});

const share = (name: string, skuName: string): StorageClass => ({
  metadata: { name },
  provisioner: FILE_DRIVER,
  parameters: { skuName },
  reclaimPolicy: 'Delete',
  allowVolumeExpansion: true,
  volumeBindingMode: 'Immediate',
});

const AKS_CLASSES: readonly StorageClass[] = [
  disk('default', 'StandardSSD_LRS'),
  disk('managed-csi', 'StandardSSD_LRS', true),
  disk('managed-csi-premium', 'Premium_LRS'),
  share('azurefile-csi', 'Standard_LRS'),
  share('azurefile-csi-premium', 'Premium_LRS'),
];

/** Creates them, unless the cluster brought classes of its own (the twin of a running cluster does). */
export function furnishStorageClasses(api: LabApi): void {
  if (api.list<StorageClass>('StorageClass').length > 0) return;
  for (const storageClass of AKS_CLASSES) api.create<StorageClass>('StorageClass', storageClass);
}

/** The class of claims that name none: the newest of those marked. */
export function defaultClass(api: LabApi): StorageClass | undefined {
  return api
    .list<StorageClass>('StorageClass')
    .filter(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true')
    .toSorted((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''))[0];
}
