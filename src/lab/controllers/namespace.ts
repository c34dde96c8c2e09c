/** Furnishes new namespaces, and empties those that are being deleted. Source: pkg/controller/namespace, serviceaccount, rootcacertpublisher. */
import { RESOURCES, type ConfigMap, type KubeObject, type Namespace, type ServiceAccount } from '../../kubernetes/index.ts';
import { ApiError, type LabApi } from '../kube-api/index.ts';
import { isTerminating } from './runtime/pods.ts';
import { watchingController } from './runtime/watching-controller.ts';

const ROOT_CA = 'kube-root-ca.crt';
/** How long until a namespace that still holds something is looked at again. */
const RETRY_MS = 500;

export const namespace = watchingController(
  'namespace-controller',
  'Gives each namespace its default service account and root certificate; empties it when it is deleted.',
  () => ({
    watch: ({ api }, queue) => [
      api.watch<Namespace>('Namespace', ({ type, object }) => {
        if (type !== 'DELETED') queue.add(object.metadata.name);
      }),
    ],
    sync({ api }, name, queue) {
      const found = api.get<Namespace>('Namespace', undefined, name);
      if (found === undefined) return;
      if (!isTerminating(found)) return furnish(api, name);
      const left = empty(api, name);
      if (left > 0) return queue.addAfter(name, RETRY_MS);
      api.modify<Namespace>('Namespace', undefined, name, (draft) => {
        // Others have theirs taken away by whoever put them there.
        draft.spec = { ...draft.spec, finalizers: (draft.spec?.finalizers ?? []).filter((name) => name !== 'kubernetes') };
      });
    },
  }),
);

function furnish(api: LabApi, name: string): void {
  if (!api.get('ServiceAccount', name, 'default')) {
    api.create<ServiceAccount>('ServiceAccount', { metadata: { name: 'default', namespace: name } });
  }
  if (!api.get('ConfigMap', name, ROOT_CA)) {
    const annotations = {
      'kubernetes.io/description':
        'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
    };
    api.create<ConfigMap>('ConfigMap', { metadata: { name: ROOT_CA, namespace: name, annotations }, data: { 'ca.crt': '' } });
  }
}

/** Deletes all there is. Result: how much still stands. */
function empty(api: LabApi, name: string): number {
  let left = 0;
  for (const { kind } of [...RESOURCES, ...api.customKinds()].filter(({ namespaced }) => namespaced)) {
    for (const object of api.list<KubeObject>(kind, { namespace: name })) {
      if (!isTerminating(object)) remove(api, kind, object);
      if (api.get(kind, name, object.metadata.name)) left += 1;
    }
  }
  return left;
}

function remove(api: LabApi, kind: string, object: KubeObject): void {
  try {
    api.delete(kind, object.metadata.namespace, object.metadata.name, { propagationPolicy: 'Background' });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
  }
}
