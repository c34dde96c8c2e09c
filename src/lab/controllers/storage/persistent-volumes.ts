/** Binds claims to volumes and has missing ones made. Source: pkg/controller/volume/persistentvolume; external-provisioner. */
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment } from '../../../kubernetes/index.ts';
import { compareQuantities, matchesNodeSelector, matchesSelector } from '../../../kubernetes/index.ts';
import { ApiError, type LabApi } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { BIND_COMPLETED, SELECTED_NODE } from './claimed-volumes.ts';
import { defaultClass, DISK_DRIVER, FILE_DRIVER, furnishStorageClasses } from './storage-classes.ts';
import { provisionedVolume } from './zonal-disk.ts';

const NAME = 'persistentvolume-controller';
const CLAIM = 'PersistentVolumeClaim';
const VOLUME = 'PersistentVolume';
const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';

export const persistentVolumes = watchingController(
  NAME,
  'Binds claims to volumes, and has disks made in the zone of the node that a claim is first used on.',
  () => {
    const provisioning = new Map<string, number>();
    return {
      watch(context, queue) {
        const { api, machineState } = context;
        if (machineState !== undefined) furnishStorageClasses(api);
        return [
          api.watch<PersistentVolumeClaim>(CLAIM, ({ type, object }) => {
            if (type !== 'DELETED') queue.add(keyOf(object));
            if (object.spec?.volumeName) queue.add(object.spec.volumeName);
          }),
          api.watch<PersistentVolume>(VOLUME, ({ type, object }) => {
            const { claimRef } = object.spec ?? {};
            if (type !== 'DELETED') queue.add(object.metadata.name);
            if (claimRef) queue.add(`${claimRef.namespace ?? 'default'}/${claimRef.name ?? ''}`);
            else for (const claim of api.list<PersistentVolumeClaim>(CLAIM)) if (!claim.spec?.volumeName) queue.add(keyOf(claim));
          }),
          api.watch<StorageClass>('StorageClass', () => {
            for (const claim of api.list<PersistentVolumeClaim>(CLAIM)) if (!claim.spec?.volumeName) queue.add(keyOf(claim));
          }),
          api.watch<VolumeAttachment>('VolumeAttachment', ({ type, object }) => {
            if (type === 'DELETED') queue.add(object.spec.source.persistentVolumeName ?? '');
          }),
        ];
      },
      sync(context, key, queue) {
        const { api, clock } = context;
        if (!key.includes('/')) return syncVolume(context, key);
        const { namespace, name } = splitKey(key);
        const claim = api.get<PersistentVolumeClaim>(CLAIM, namespace, name);
        if (claim === undefined || isTerminating(claim)) return void provisioning.delete(key);
        const missing = syncClaim(context, claim);
        if (missing === undefined) return void provisioning.delete(key);
        const dueMs = provisioning.get(key) ?? clock.now() + context.timing.provisionMs;
        if (!provisioning.has(key)) tellProvisioning(context, claim, missing);
        provisioning.set(key, dueMs);
        if (clock.now() < dueMs) queue.addAfter(key, dueMs - clock.now());
        else provision(context, claim, missing);
      },
    };
  },
);

/** Result: the class whose provisioner has to make a volume now, if one has to. */
function syncClaim(context: ControllerContext, found: PersistentVolumeClaim): StorageClass | undefined {
  const { api, recorder } = context;
  const claim = withClass(api, found);
  const { volumeName, storageClassName = '' } = claim.spec ?? {};
  if (volumeName) {
    const volume = api.get<PersistentVolume>(VOLUME, undefined, volumeName);
    if (volume && isFree(volume, claim)) bind(context, claim, volume);
    else if (!volume && claim.metadata.annotations?.[BIND_COMPLETED]) setPhase(api, claim, 'Lost');
    return undefined;
  }
  const storageClass = api.get<StorageClass>('StorageClass', undefined, storageClassName);
  const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  const chosen = claim.metadata.annotations?.[SELECTED_NODE];
  const own = api.list<PersistentVolume>(VOLUME).find(({ spec }) => spec?.claimRef?.uid === claim.metadata.uid);
  const events = recorder(NAME);
  if (!own && waits && chosen === undefined) {
    events.event(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    return undefined;
  }
  const volume = own ?? smallestFree(api, claim, chosen === undefined ? undefined : api.get<Node>('Node', undefined, chosen));
  if (volume) bind(context, claim, volume);
  else if (storageClassName === '') {
    events.event(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
  } else if (!storageClass) {
    events.event(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${storageClassName}" not found`);
  } else return storageClass;
  return undefined;
}

function withClass(api: LabApi, claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const name = claim.spec?.storageClassName === undefined && !claim.spec?.volumeName ? defaultClass(api)?.metadata.name : undefined;
  if (name === undefined) return claim;
  const changed = api.modify<PersistentVolumeClaim>(CLAIM, claim.metadata.namespace, claim.metadata.name, (draft) => {
    if (draft.spec) draft.spec.storageClassName = name;
  });
  return changed ?? claim;
}

function isFree({ spec, metadata }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { claimRef } = spec ?? {};
  if (metadata.deletionTimestamp !== undefined) return false;
  if (claimRef === undefined) return true;
  const isMine = claimRef.name === claim.metadata.name && (claimRef.namespace ?? 'default') === claim.metadata.namespace;
  return isMine && (claimRef.uid === undefined || claimRef.uid === claim.metadata.uid);
}

function smallestFree(api: LabApi, claim: PersistentVolumeClaim, node: Node | undefined): PersistentVolume | undefined {
  const wanted = claim.spec?.resources?.requests?.['storage'] ?? '0';
  const sizeOf = (volume: PersistentVolume): string => volume.spec?.capacity?.['storage'] ?? '0';
  const fitting = api.list<PersistentVolume>(VOLUME).filter((volume) => {
    const { spec } = volume;
    const required = spec?.nodeAffinity?.required;
    return (
      isFree(volume, claim) &&
      (spec?.storageClassName ?? '') === (claim.spec?.storageClassName ?? '') &&
      (spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem') &&
      (claim.spec?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode)) &&
      (claim.spec?.selector === undefined || matchesSelector(claim.spec.selector, volume.metadata.labels)) &&
      (node === undefined || required === undefined || matchesNodeSelector(required, node)) &&
      compareQuantities(sizeOf(volume), wanted) >= 0
    );
  });
  return fitting.toSorted((a, b) => compareQuantities(sizeOf(a), sizeOf(b)) || a.metadata.name.localeCompare(b.metadata.name))[0];
}

function bind({ api }: ControllerContext, claim: PersistentVolumeClaim, volume: PersistentVolume): void {
  const { namespace = 'default', name, uid = '' } = claim.metadata;
  api.modify<PersistentVolume>(VOLUME, undefined, volume.metadata.name, (draft) => {
    if (!draft.spec) return;
    if (draft.spec.claimRef === undefined) draft.metadata.annotations = { ...draft.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
    draft.spec.claimRef = { apiVersion: 'v1', kind: CLAIM, namespace, name, uid };
  });
  api.modify<PersistentVolumeClaim>(CLAIM, namespace, name, (draft) => {
    const byController = draft.spec?.volumeName ? {} : { [BOUND_BY_CONTROLLER]: 'yes' };
    draft.metadata.annotations = { ...draft.metadata.annotations, [BIND_COMPLETED]: 'yes', ...byController };
    if (draft.spec) draft.spec.volumeName = volume.metadata.name;
  });
  setPhase(api, claim, 'Bound', volume);
}

function setPhase(api: LabApi, claim: PersistentVolumeClaim, phase: string, volume?: PersistentVolume): void {
  const { namespace, name } = claim.metadata;
  const { accessModes, capacity } = volume?.spec ?? {};
  api.modify<PersistentVolumeClaim>(
    CLAIM,
    namespace,
    name,
    (draft) => {
      // What is bound already keeps its capacity: a larger disk says nothing of its file system.
      if (draft.status?.phase === phase && phase === 'Bound') return;
      draft.status = {
        ...draft.status,
        phase,
        ...(accessModes ? { accessModes: [...accessModes] } : {}),
        ...(capacity ? { capacity: { ...capacity } } : {}),
      };
    },
    { subresource: 'status' },
  );
}

function tellProvisioning({ recorder, api }: ControllerContext, claim: PersistentVolumeClaim, { provisioner }: StorageClass): void {
  const { namespace = 'default', name } = claim.metadata;
  api.modify<PersistentVolumeClaim>(CLAIM, namespace, name, (draft) => {
    draft.metadata.annotations = { ...draft.metadata.annotations, [PROVISIONER]: provisioner };
  });
  const waits = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  recorder(NAME).event(claim, 'Normal', 'ExternalProvisioning', waits);
  if (!isServed(provisioner)) return;
  const text = `External provisioner is provisioning volume for claim "${namespace}/${name}"`;
  recorder(provisioner).event(claim, 'Normal', 'Provisioning', text);
}

/** Provisioners that nobody runs here never answer, as in a cluster without them. */
const isServed = (provisioner: string): boolean => provisioner === DISK_DRIVER || provisioner === FILE_DRIVER;

function provision({ api, recorder }: ControllerContext, claim: PersistentVolumeClaim, storageClass: StorageClass): void {
  if (!isServed(storageClass.provisioner)) return;
  const chosen = claim.metadata.annotations?.[SELECTED_NODE];
  const node = chosen === undefined ? undefined : api.get<Node>('Node', undefined, chosen);
  const volume = provisionedVolume(claim, storageClass, node);
  try {
    api.create<PersistentVolume>(VOLUME, volume);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 409) throw error;
  }
  const text = `Successfully provisioned volume ${volume.metadata.name}`;
  recorder(storageClass.provisioner).event(claim, 'Normal', 'ProvisioningSucceeded', text);
}

/** A volume whose claim is gone is deleted once no machine has it any more, or kept, as its policy says. */
function syncVolume({ api }: ControllerContext, name: string): void {
  const volume = api.get<PersistentVolume>(VOLUME, undefined, name);
  if (volume === undefined) return;
  const { claimRef, persistentVolumeReclaimPolicy } = volume.spec ?? {};
  const claim = claimRef && api.get<PersistentVolumeClaim>(CLAIM, claimRef.namespace, claimRef.name ?? '');
  const isHeld = claim !== undefined && (claimRef?.uid === undefined || claim.metadata.uid === claimRef.uid);
  const isReleased = claimRef?.uid !== undefined && !isHeld;
  const phase = claimRef?.uid === undefined ? 'Available' : isReleased ? 'Released' : 'Bound';
  api.modify<PersistentVolume>(VOLUME, undefined, name, (draft) => void (draft.status = { ...draft.status, phase }), {
    subresource: 'status',
  });
  if (!isReleased || persistentVolumeReclaimPolicy !== 'Delete' || isTerminating(volume)) return;
  const isAttached = api.list<VolumeAttachment>('VolumeAttachment').some(({ spec }) => spec.source.persistentVolumeName === name);
  if (!isAttached) api.delete(VOLUME, undefined, name);
}
