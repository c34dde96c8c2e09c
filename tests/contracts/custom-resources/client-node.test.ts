/** The official JavaScript client with a custom resource; owners, namespaces and roles treat it as every other. */
import { CoreV1Api, CustomObjectsApi, KubeConfig, makeInformer, type KubernetesObject } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startControllers } from '../../../src/lab/controllers/index.ts';
import { silentLogger } from '../../../src/base/index.ts';
import { startTestServer, type TestServer } from '../_kube-api-server.ts';
import { CRON_TAB, cronTab } from './crontab.ts';

let server: TestServer;
let config: KubeConfig;
let objects: CustomObjectsApi;
let core: CoreV1Api;
let stop: () => void;

const KIND = { group: 'stable.example.com', version: 'v1', plural: 'crontabs' };
const PLACE = { ...KIND, namespace: 'default' };

beforeAll(async () => {
  server = await startTestServer();
  const controllers = startControllers(server.api, { log: silentLogger });
  stop = () => controllers.stop();
  config = new KubeConfig();
  config.loadFromFile(server.kubeconfig);
  objects = config.makeApiClient(CustomObjectsApi);
  core = config.makeApiClient(CoreV1Api);
  const definitions = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };
  await objects.createClusterCustomObject({ ...definitions, body: CRON_TAB });
  await until(() => server.api.customKinds().length === 1);
}, 60_000);
afterAll(async () => {
  stop();
  await server.stop();
});

const LIMIT_MS = 10_000;

/** Resolves when it holds. */
async function until(holds: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  while (!holds()) {
    signal.throwIfAborted();
    await new Promise(setImmediate);
  }
}

describe('@kubernetes/client-node with a custom resource', { timeout: 60_000 }, () => {
  it('creates, lists, replaces and deletes it', async () => {
    await objects.createNamespacedCustomObject({ ...PLACE, body: cronTab('made') });
    const list: unknown = await objects.listNamespacedCustomObject(PLACE);
    expect(list).toMatchObject({
      kind: 'CronTabList',
      apiVersion: 'stable.example.com/v1',
      items: [{ kind: 'CronTab', metadata: { name: 'made' } }],
    });
    await objects.deleteNamespacedCustomObject({ ...PLACE, name: 'made' });
    await expect(objects.getNamespacedCustomObject({ ...PLACE, name: 'made' })).rejects.toMatchObject({ code: 404 });
  });

  it('hears of every change through an informer', async () => {
    const path = '/apis/stable.example.com/v1/namespaces/default/crontabs';
    const informer = makeInformer<KubernetesObject>(config, path, async () => {
      const list: unknown = await objects.listNamespacedCustomObject(PLACE);
      return list as { items: KubernetesObject[] } & KubernetesObject; // what a list is
    });
    const seen: string[] = [];
    const last = new Promise<void>((resolve) => {
      informer.on('add', ({ metadata }) => void seen.push(`+${metadata?.name}`));
      informer.on('update', ({ metadata }) => void seen.push(`~${metadata?.name}`));
      informer.on('delete', ({ metadata }) => {
        seen.push(`-${metadata?.name}`);
        resolve();
      });
    });
    await informer.start();
    server.api.createCustom(cronTab('watched'));
    server.api.scaleCustom('crontabs.stable.example.com', 'default', 'watched', 3);
    server.api.delete('crontabs.stable.example.com', 'default', 'watched');
    await last;
    await informer.stop();
    expect(seen).toEqual(['+watched', '~watched', '-watched']);
  });

  it('loses what it owns when it goes, and goes with its namespace', async () => {
    server.api.createCustom(cronTab('owner'));
    const owner = server.api.get('crontabs.stable.example.com', 'default', 'owner');
    const reference = { apiVersion: 'stable.example.com/v1', kind: 'CronTab', name: 'owner', uid: owner?.metadata.uid ?? '' };
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'owned', ownerReferences: [reference] } } });
    await objects.deleteNamespacedCustomObject({ ...PLACE, name: 'owner' });
    await until(() => server.api.get('ConfigMap', 'default', 'owned') === undefined);
    await core.createNamespace({ body: { metadata: { name: 'passing' } } });
    await objects.createNamespacedCustomObject({ ...KIND, namespace: 'passing', body: cronTab('inside') });
    await core.deleteNamespace({ name: 'passing' });
    await until(() => server.api.get('Namespace', undefined, 'passing') === undefined);
    expect(server.api.list('crontabs.stable.example.com', { namespace: 'passing' })).toEqual([]);
  });
});
