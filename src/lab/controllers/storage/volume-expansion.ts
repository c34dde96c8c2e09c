/** Makes volumes larger when their claims ask for more. Source: kubernetes-csi/external-resizer, pkg/controller/volume/expand, pkg/volume/util/resize_util.go (Kubernetes 1.36). */
import {
  compareQuantities,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type StorageClass,
} from '../../../kubernetes/index.ts';
import { readyOf } from '../nodes/node-health.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { isFinished, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { timestamp } from '../runtime/time.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { claimNames, isBound } from './claimed-volumes.ts';
import { DISK_DRIVER, FILE_DRIVER } from './storage-classes.ts';

const NAME = 'volume_expand';
const CLAIM = 'PersistentVolumeClaim';
/** A kubelet sees it with one of its next looks at what is mounted. */
const NODE_RESIZE_MS = 2_000;
const PENDING = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';

export const volumeExpansion = watchingController(
  NAME,
  'Makes volumes larger for claims that ask for more, and then their file systems.',
  () => {
    const due = new Map<string, number>();
    return {
      watch: ({ api }, queue) => [
        api.watch<PersistentVolumeClaim>(CLAIM, ({ type, object }) => {
          if (type !== 'DELETED' && isWanting(object)) queue.add(keyOf(object));
        }),
        api.watch<Pod>('Pod', ({ type, object, previous }) => {
          if (type === 'DELETED' || previous?.status?.phase === object.status?.phase) return;
          for (const name of claimNames(object)) queue.add(`${object.metadata.namespace}/${name}`);
        }),
      ],
      sync(context, key, queue) {
        const { namespace, name } = splitKey(key);
        const claim = context.api.get<PersistentVolumeClaim>(CLAIM, namespace, name);
        const volume = claim && context.api.get<PersistentVolume>('PersistentVolume', undefined, claim.spec?.volumeName ?? '');
        if (!claim || !volume || !isWanting(claim)) return void due.delete(key);
        const step = nextStep(context, claim, volume);
        if (step === undefined) return;
        const dueMs = due.get(key) ?? context.clock.now() + step.takesMs;
        if (!due.has(key)) step.begin?.();
        due.set(key, dueMs);
        if (context.clock.now() < dueMs) return queue.addAfter(key, dueMs - context.clock.now());
        due.delete(key);
        step.finish();
        queue.add(key);
      },
    };
  },
);

const asked = ({ spec }: PersistentVolumeClaim): string => spec?.resources?.requests?.['storage'] ?? '0';

const isWanting = (claim: PersistentVolumeClaim): boolean =>
  isBound(claim) && claim.status?.phase === 'Bound' && compareQuantities(asked(claim), claim.status.capacity?.['storage'] ?? '0') > 0;

interface Step {
  readonly takesMs: number;
  readonly begin?: () => void;
  readonly finish: () => void;
}

/** First the disk, by its driver; then the file system, by the kubelet of a node that has it mounted. */
function nextStep(context: ControllerContext, claim: PersistentVolumeClaim, volume: PersistentVolume): Step | undefined {
  const { timing } = context;
  const size = asked(claim);
  if (compareQuantities(size, volume.spec?.capacity?.['storage'] ?? '0') > 0) {
    if (!mayGrow(context, claim)) return undefined;
    return { takesMs: timing.provisionMs, begin: () => begin(context, claim, volume), finish: () => grow(context, claim, volume) };
  }
  const user = userOf(context, claim);
  if (user === undefined) return undefined;
  return { takesMs: NODE_RESIZE_MS, finish: () => growFileSystem(context, claim, { volume, user }) };
}

function mayGrow({ api }: ControllerContext, { spec }: PersistentVolumeClaim): boolean {
  const found = api.get<StorageClass>('StorageClass', undefined, spec?.storageClassName ?? '');
  // Drivers that nobody runs here never answer.
  return found?.allowVolumeExpansion === true && (found.provisioner === DISK_DRIVER || found.provisioner === FILE_DRIVER);
}

const driverOf = ({ spec }: PersistentVolume): string => spec?.csi?.driver ?? '';
const resizer = (volume: PersistentVolume): string => `external-resizer ${driverOf(volume)}`;

function begin({ api, clock, recorder }: ControllerContext, claim: PersistentVolumeClaim, volume: PersistentVolume): void {
  recorder(NAME).event(claim, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
  setStatus(api, claim, (status) => {
    status.conditions = [{ type: 'Resizing', status: 'True', lastTransitionTime: timestamp(clock.now()) }];
    status.allocatedResources = { storage: asked(claim) };
    status.allocatedResourceStatuses = { storage: 'ControllerResizeInProgress' };
  });
  recorder(resizer(volume)).event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`);
}

/** A file share is done then; a disk's file system is still as small as before. */
function grow({ api, clock, recorder }: ControllerContext, claim: PersistentVolumeClaim, volume: PersistentVolume): void {
  const size = asked(claim);
  api.modify<PersistentVolume>('PersistentVolume', undefined, volume.metadata.name, (draft) => {
    if (draft.spec) draft.spec.capacity = { ...draft.spec.capacity, storage: size };
  });
  if (driverOf(volume) === FILE_DRIVER) {
    finish(api, claim);
    return recorder(resizer(volume)).event(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded');
  }
  setStatus(api, claim, (status) => {
    const lastTransitionTime = timestamp(clock.now());
    status.conditions = [{ type: 'FileSystemResizePending', status: 'True', message: PENDING, lastTransitionTime }];
    status.allocatedResourceStatuses = { storage: 'NodeResizePending' };
  });
  return recorder(resizer(volume)).event(claim, 'Normal', 'FileSystemResizeRequired', 'Require file system resize of volume on node');
}

/** A pod that has the volume mounted, on a node that is there to see it. */
function userOf({ api }: ControllerContext, claim: PersistentVolumeClaim): Pod | undefined {
  return api.list<Pod>('Pod', { namespace: claim.metadata.namespace }).find((pod) => {
    if (!claimNames(pod).includes(claim.metadata.name) || isFinished(pod) || isTerminating(pod) || pod.status?.phase !== 'Running')
      return false;
    const node = api.get<Node>('Node', undefined, pod.spec?.nodeName ?? '');
    return node !== undefined && readyOf(node) === 'True';
  });
}

function growFileSystem(
  { api, recorder }: ControllerContext,
  claim: PersistentVolumeClaim,
  { volume, user }: { readonly volume: PersistentVolume; readonly user: Pod },
): void {
  finish(api, claim);
  const text = `MountVolume.NodeExpandVolume succeeded for volume "${volume.metadata.name}" ${user.spec?.nodeName ?? ''}`;
  for (const object of [user, claim]) recorder('kubelet').event(object, 'Normal', 'FileSystemResizeSuccessful', text);
}

type Status = NonNullable<PersistentVolumeClaim['status']>;
type Draft = { -readonly [K in keyof Status]: Status[K] };

function finish(api: ControllerContext['api'], claim: PersistentVolumeClaim): void {
  setStatus(api, claim, (status) => {
    status.capacity = { ...status.capacity, storage: asked(claim) };
    delete status.conditions;
    delete status.allocatedResourceStatuses;
  });
}

function setStatus(api: ControllerContext['api'], { metadata }: PersistentVolumeClaim, change: (status: Draft) => void): void {
  const edit = (draft: { status?: Draft }): void => change((draft.status ??= {}));
  api.modify<PersistentVolumeClaim>(CLAIM, metadata.namespace, metadata.name, edit, { subresource: 'status' });
}
