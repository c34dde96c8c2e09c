/** Makes the claims of pods' ephemeral volumes; they go with their pods. Source: pkg/controller/volume/ephemeral/controller.go (Kubernetes 1.36). */
import type { PersistentVolumeClaim, Pod } from '../../../kubernetes/index.ts';
import { ApiError } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { controllerOf, controllerReference, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { ephemeralClaim } from './claimed-volumes.ts';

const NAME = 'ephemeral_volume';
const CLAIM = 'PersistentVolumeClaim';

type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number];

export const ephemeralVolumes = watchingController(NAME, 'Makes a claim for each ephemeral volume of a pod.', () => ({
  watch: ({ api }, queue) => [
    api.watch<Pod>('Pod', ({ type, object }) => {
      if (type === 'ADDED' && object.spec?.volumes?.some(({ ephemeral }) => ephemeral)) queue.add(keyOf(object));
    }),
    api.watch<PersistentVolumeClaim>(CLAIM, ({ type, object }) => {
      const owner = controllerOf(object);
      if (type === 'DELETED' && owner?.kind === 'Pod') queue.add(`${object.metadata.namespace}/${owner.name}`);
    }),
  ],
  sync(context, key) {
    const { namespace, name } = splitKey(key);
    const pod = context.api.get<Pod>('Pod', namespace, name);
    if (pod === undefined || isTerminating(pod)) return;
    for (const volume of pod.spec?.volumes ?? []) {
      const refusal = claimFor(context, pod, volume);
      if (refusal === undefined) continue;
      context.recorder(NAME).event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: ${refusal.message}`);
      throw refusal;
    }
  },
}));

/** Result: why there is none. */
function claimFor({ api }: ControllerContext, pod: Pod, volume: Volume): ApiError | undefined {
  const template = volume.ephemeral?.volumeClaimTemplate;
  if (!template) return undefined;
  const { namespace = 'default' } = pod.metadata;
  const name = ephemeralClaim(pod, volume.name);
  const found = api.get<PersistentVolumeClaim>(CLAIM, namespace, name);
  if (found) {
    if (controllerOf(found)?.uid === pod.metadata.uid) return undefined;
    const message = `PVC ${namespace}/${name} was not created for pod ${keyOf(pod)} (pod is not owner)`;
    return new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'Conflict', code: 409 });
  }
  const { labels, annotations } = template.metadata ?? {};
  try {
    api.create<PersistentVolumeClaim>(CLAIM, {
      metadata: {
        name,
        namespace,
        ...(labels ? { labels } : {}),
        ...(annotations ? { annotations } : {}),
        ownerReferences: [controllerReference({ ...pod, apiVersion: 'v1', kind: 'Pod' })],
      },
      spec: template.spec,
    });
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}
