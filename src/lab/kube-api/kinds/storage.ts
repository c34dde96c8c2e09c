/** Volumes, claims, classes. Source: the v1 defaults of core and storage, and their strategies, 1.36. */
import type {
  CSINode,
  KubeObject,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../../../kubernetes/index.ts';
import { rulesFor, type KindRules } from '../kind-rules.ts';
import type { Stored } from '../store.ts';
import type { Draft } from '../types.ts';
import { validateCapacity, validateDriverSpec, type CapacityFields, type DriverSpecFields } from '../validation/csi-driver.ts';
import { claimWarnings, validateClaim } from '../validation/persistent-volume-claim.ts';
import { validateVolumeSpec, validateVolumeUpdate, volumeWarnings } from '../validation/persistent-volume.ts';
import { validateAttachment, validateDrivers, validateStorageClass } from '../validation/storage-class.ts';
import { fill } from './_pod-template.ts';

const storageClass = rulesFor<Draft<StorageClass>>({
  kind: 'StorageClass',
  defaults(object) {
    fill(object, 'reclaimPolicy', 'Delete');
    fill(object, 'volumeBindingMode', 'Immediate');
  },
  validate: validateStorageClass,
});

const claim = rulesFor<Draft<PersistentVolumeClaim>>({
  kind: 'PersistentVolumeClaim',
  hasStatus: true,
  defaults({ spec }) {
    if (spec) fill(spec, 'volumeMode', 'Filesystem');
  },
  onCreate(object, { store }) {
    object.status = { phase: 'Pending' };
    if (object.spec === undefined || object.spec.storageClassName !== undefined || object.spec.volumeName) return;
    const name = defaultClassOf(store.list('StorageClass'));
    if (name !== undefined) object.spec.storageClassName = name;
  },
  validate(object, problems, previous) {
    validateClaim(object, problems, previous);
  },
  warnings: (object) => claimWarnings(object),
});

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** The newest of those marked; the controller gives it to claims that came before there was one. Source: admission DefaultStorageClass, 1.36. */
function defaultClassOf(classes: readonly Stored[]): string | undefined {
  const marked = classes.filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true');
  return marked.toSorted((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''))[0]?.metadata
    .name;
}

const volume = rulesFor<Draft<PersistentVolume>>({
  kind: 'PersistentVolume',
  hasStatus: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    fill(spec, 'volumeMode', 'Filesystem');
    fill(spec, 'persistentVolumeReclaimPolicy', 'Retain');
    if (spec.hostPath) fill(spec.hostPath, 'type', '');
  },
  onCreate(object) {
    object.status = { phase: 'Pending' };
  },
  validate({ spec }, problems, previous) {
    validateVolumeSpec(spec ?? {}, problems);
    if (previous) validateVolumeUpdate(spec ?? {}, previous.spec ?? {}, problems);
  },
  warnings: ({ spec, metadata }) => volumeWarnings(spec ?? {}, metadata.annotations),
});

const attachment = rulesFor<Draft<VolumeAttachment>>({
  kind: 'VolumeAttachment',
  hasStatus: true,
  validate: validateAttachment,
});

const csiNode = rulesFor<Draft<CSINode>>({
  kind: 'CSINode',
  validate({ spec }, problems, previous) {
    validateDrivers(spec, problems, previous?.spec);
  },
});

const csiDriver = rulesFor<KubeObject & { spec?: Draft<DriverSpecFields> & { requiresRepublish?: boolean } }>({
  kind: 'CSIDriver',
  defaults(object) {
    const spec = (object.spec ??= {});
    fill(spec, 'attachRequired', true);
    fill(spec, 'podInfoOnMount', false);
    fill(spec, 'storageCapacity', false);
    fill(spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType');
    if ((spec.volumeLifecycleModes ?? []).length === 0) spec.volumeLifecycleModes = ['Persistent'];
    fill(spec, 'requiresRepublish', false);
    fill(spec, 'seLinuxMount', false);
  },
  validate({ spec }, problems, previous) {
    validateDriverSpec(spec ?? {}, problems, previous?.spec);
  },
});

const capacity = rulesFor<KubeObject & CapacityFields>({ kind: 'CSIStorageCapacity', validate: validateCapacity });

export const STORAGE_RULES: readonly KindRules[] = [storageClass, claim, volume, attachment, csiNode, csiDriver, capacity];
