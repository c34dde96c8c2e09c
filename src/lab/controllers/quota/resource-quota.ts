/** Counts what a namespace uses of its quotas: at first, when things go, and every five minutes. Source: pkg/controller/resourcequota (1.36). */
import { RESOURCES, type KubeObject, type Pod, type ResourceQuota } from '../../../kubernetes/index.ts';
import { quotaUsage, type StoreEvent } from '../../kube-api/index.ts';
import { isFinished, keyOf, splitKey } from '../runtime/pods.ts';
import { watchingController } from '../runtime/watching-controller.ts';

const RESYNC_MS = 300_000;
const COUNTED = RESOURCES.filter(({ namespaced, kind }) => namespaced && kind !== 'Event');

export const resourceQuota = watchingController('resourcequota-controller', 'Counts what each namespace uses of its quotas.', () => ({
  watch: ({ api }, queue) => {
    const recount = (namespace: string | undefined): void =>
      api.list<ResourceQuota>('ResourceQuota', { namespace }).forEach((quota) => queue.add(keyOf(quota)));
    return COUNTED.map(({ kind }) =>
      api.watch<KubeObject>(kind, (event) => {
        if (kind === 'ResourceQuota' && event.type !== 'DELETED') queue.add(keyOf(event.object));
        else if (frees(kind, event)) recount(event.object.metadata.namespace);
      }),
    );
  },
  sync({ api }, key, queue) {
    const { namespace, name } = splitKey(key);
    const quota = api.get<ResourceQuota>('ResourceQuota', namespace, name);
    if (quota === undefined) return;
    const hard = quota.spec?.hard ?? {};
    const used = quotaUsage(api, quota);
    api.modify<ResourceQuota>(
      'ResourceQuota',
      namespace,
      name,
      (draft) => {
        draft.status = { hard: { ...hard }, used };
      },
      { subresource: 'status' },
    );
    queue.addAfter(key, RESYNC_MS);
  },
}));

const amountsIn = ({ spec }: Pod): string =>
  JSON.stringify([...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ resources }) => resources));

/** The generation is the cheap question: most changes of a pod are of its status. */
const isResized = (previous: KubeObject, object: KubeObject): boolean =>
  previous.metadata.generation !== object.metadata.generation && amountsIn(previous as Pod) !== amountsIn(object as Pod); // asked of pods only

/** What is made was charged at its admission; what goes, or a pod that ends, gives room. */
function frees(kind: string, { type, object, previous }: StoreEvent<KubeObject>): boolean {
  if (type === 'DELETED') return true;
  if (type !== 'MODIFIED') return false;
  // The kind says so.
  if (kind === 'Pod')
    return previous !== undefined && (isResized(previous, object) || (!isFinished(previous as Pod) && isFinished(object as Pod)));
  return kind === 'Service' || kind === 'PersistentVolumeClaim';
}
