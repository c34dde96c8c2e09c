/** Keeps claims and volumes that are in use from going. Source: pkg/controller/volume/pvcprotection and pvprotection (Kubernetes 1.36). */
import type { KubeObject, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { claimNames } from './claimed-volumes.ts';

const CLAIM = 'PersistentVolumeClaim';
const VOLUME = 'PersistentVolume';

export const claimProtection = watchingController(
  'persistentvolumeclaim-protection-controller',
  'Holds deleted claims until no pod of a node uses them.',
  () => ({
    watch: ({ api }, queue) => [
      api.watch<PersistentVolumeClaim>(CLAIM, ({ type, object }) => {
        if (type !== 'DELETED') queue.add(keyOf(object));
      }),
      api.watch<Pod>('Pod', ({ type, object }) => {
        if (type === 'DELETED') for (const name of claimNames(object)) queue.add(`${object.metadata.namespace}/${name}`);
      }),
    ],
    sync({ api }, key) {
      const { namespace, name } = splitKey(key);
      const claim = api.get<PersistentVolumeClaim>(CLAIM, namespace, name);
      if (claim) protect(api, CLAIM, claim, { finalizer: 'kubernetes.io/pvc-protection', isUsed: () => isClaimUsed(api, claim) });
    },
  }),
);

export const volumeProtection = watchingController(
  'persistentvolume-protection-controller',
  'Holds deleted volumes until no claim is bound to them.',
  () => ({
    watch: ({ api }, queue) => [
      api.watch<PersistentVolume>(VOLUME, ({ type, object }) => {
        if (type !== 'DELETED') queue.add(object.metadata.name);
      }),
    ],
    sync({ api }, name) {
      const volume = api.get<PersistentVolume>(VOLUME, undefined, name);
      const finalizer = 'kubernetes.io/pv-protection';
      if (volume) protect(api, VOLUME, volume, { finalizer, isUsed: () => volume.status?.phase === 'Bound' });
    },
  }),
);

/** Pods without a node do not count: no kubelet starts a pod whose claim is being deleted. Finished pods count until they are gone. */
const isClaimUsed = (api: LabApi, { metadata }: PersistentVolumeClaim): boolean =>
  api
    .list<Pod>('Pod', { namespace: metadata.namespace })
    .some((pod) => pod.spec?.nodeName !== undefined && claimNames(pod).includes(metadata.name));

interface Protection {
  readonly finalizer: string;
  readonly isUsed: () => boolean;
}

function protect(api: LabApi, kind: string, object: KubeObject, { finalizer, isUsed }: Protection): void {
  const { namespace, name, finalizers = [] } = object.metadata;
  const has = finalizers.includes(finalizer);
  const set = (next: readonly string[]): void =>
    void api.modify<KubeObject>(kind, namespace, name, (draft) => {
      if (next.length > 0) draft.metadata.finalizers = [...next];
      else delete draft.metadata.finalizers;
    });
  if (!isTerminating(object)) {
    if (!has) set([...finalizers, finalizer]);
  } else if (has && !isUsed()) set(finalizers.filter((each) => each !== finalizer));
}
