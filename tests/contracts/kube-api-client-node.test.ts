/** The official JavaScript client against the lab's API server. */
import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/index.ts';
import type { ConfigMap } from '../../src/kubernetes/index.ts';
import { startTestServer, type TestServer } from './_kube-api-server.ts';

let server: TestServer;
let config: KubeConfig;
let core: CoreV1Api;

beforeAll(async () => {
  server = await startTestServer();
  config = new KubeConfig();
  config.loadFromFile(server.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
});
afterAll(() => server.stop());

describe('@kubernetes/client-node', () => {
  it('lists, creates, reads and deletes', async () => {
    const namespaces = await core.listNamespace();
    expect(namespaces.items.map(({ metadata }) => metadata?.name)).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'made' }, data: { a: '1' } } });
    expect((await core.readNamespacedConfigMap({ namespace: 'default', name: 'made' })).data).toEqual({ a: '1' });
    await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'made' });
    await expect(core.readNamespacedConfigMap({ namespace: 'default', name: 'made' })).rejects.toMatchObject({ code: 404 });
  });

  it('keeps an informer in step with random changes', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const informer = makeInformer(config, path, () => core.listNamespacedConfigMap({ namespace: 'default' }));
    const seen = new Map<string, string>();
    const last = new Promise<void>((resolve) => {
      const note = (object: V1ConfigMap): void => {
        seen.set(object.metadata?.name ?? '', object.data?.['turn'] ?? '');
        if (object.metadata?.name === 'last') resolve();
      };
      informer.on('add', note);
      informer.on('update', note);
      informer.on('delete', (object) => seen.delete(object.metadata?.name ?? ''));
    });
    await informer.start();
    const random = createRandom('informer');
    for (let turn = 0; turn < 500; turn++) change(server, `c${random.integer(20)}`, { turn, deletes: random.next() < 0.3 });
    server.api.create<ConfigMap>('ConfigMap', { metadata: { name: 'last', namespace: 'default' } });
    await last;
    await informer.stop();
    const stored = server.api.list<ConfigMap>('ConfigMap', { namespace: 'default' });
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(stored.map(({ metadata, data }) => [metadata.name, data?.['turn'] ?? ''])));
  });
});

function change({ api }: TestServer, name: string, { turn, deletes }: { turn: number; deletes: boolean }): void {
  const data = { turn: String(turn) };
  if (api.get('ConfigMap', 'default', name) === undefined)
    api.create<ConfigMap>('ConfigMap', { metadata: { name, namespace: 'default' }, data });
  else if (deletes) api.delete('ConfigMap', 'default', name);
  else {
    api.modify<ConfigMap>('ConfigMap', 'default', name, (draft) => {
      draft.data = data;
    });
  }
}
