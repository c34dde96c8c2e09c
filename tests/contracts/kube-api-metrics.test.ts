/** The aggregated group of the metrics server over HTTPS: there when it is, gone without it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { metricsOf, serveMetrics, type PodMetrics } from '../../src/lab/kube-api/index.ts';
import { createApiClient, type ApiClient } from './_api-client.ts';
import { startTestServer, type TestServer } from './_kube-api-server.ts';

const GROUP = '/apis/metrics.k8s.io';
const PODS = `${GROUP}/v1beta1/namespaces/default/pods`;
const head = { timestamp: '2026-01-05T08:00:15Z', window: '15s' };
const podOf = (name: string, app: string): PodMetrics => ({
  kind: 'PodMetrics',
  apiVersion: 'metrics.k8s.io/v1beta1',
  metadata: { name, namespace: 'default', labels: { app } },
  ...head,
  containers: [
    { name: 'main', usage: { cpu: '250m', memory: '32Mi' } },
    { name: 'side', usage: { cpu: '1500u', memory: '32Mi' } },
  ],
});
const MEASURED = [podOf('web-1', 'web'), podOf('db-1', 'db')];

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer();
  admin = createApiClient(server);
});

afterAll(async () => {
  admin.close();
  await server.stop();
});

async function withMetrics(run: () => Promise<void>): Promise<void> {
  const cancel = serveMetrics(server.api, { nodes: () => [], pods: () => MEASURED });
  try {
    await run();
  } finally {
    cancel();
  }
}

const groupNames = async (): Promise<string> => JSON.stringify((await admin.send('GET', '/apis')).body['groups']);

it('is neither named nor answered without a metrics server', async () => {
  expect(metricsOf(server.api)).toBeUndefined();
  expect(await groupNames()).not.toContain('metrics.k8s.io');
  await expect(admin.send('GET', PODS)).rejects.toThrow('404');
});

it('is named by discovery, last of the groups, to be read alone', async () => {
  await withMetrics(async () => {
    expect(await groupNames()).toMatch(/"name":"metrics\.k8s\.io","versions":\[[^\]]*\],"preferredVersion":{[^}]*}}\]$/);
    const { body } = await admin.send('GET', `${GROUP}/v1beta1`);
    expect(body).toEqual({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'metrics.k8s.io/v1beta1',
      resources: [
        { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
        { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
      ],
    });
    expect((await admin.send('DELETE', PODS)).status).toBe(405);
    expect((await admin.send('GET', `${PODS}?watch=true`)).status).toBe(405);
  });
});

it('lists by label, gets by name, and adds containers up in a table', async () => {
  await withMetrics(async () => {
    const { body } = await admin.send('GET', `${PODS}?labelSelector=app%3Dweb`);
    expect(body).toMatchObject({
      kind: 'PodMetricsList',
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: {},
      items: [{ metadata: { name: 'web-1' } }],
    });
    expect((await admin.send('GET', `${PODS}/db-1`)).body).toEqual(MEASURED[1]);
    const tables = createApiClient(server, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    const table = await tables.send('GET', PODS);
    tables.close();
    expect(table.body).toMatchObject({
      columnDefinitions: [{ name: 'Name' }, { name: 'cpu' }, { name: 'memory' }, { name: 'Window' }],
      rows: [{ cells: ['db-1', '251500u', '64Mi', '15s'] }, { cells: ['web-1', '251500u', '64Mi', '15s'] }],
    });
  });
});

it('tells who is missing from whom is not measured', async () => {
  server.api.create('Pod', {
    metadata: { name: 'young', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'x' }] },
  } as never); // typed by its kind
  await withMetrics(async () => {
    expect((await admin.send('GET', `${PODS}/young`)).body['message']).toBe('podmetrics.metrics.k8s.io "default/young" not found');
    expect((await admin.send('GET', `${PODS}/nope`)).body['message']).toBe('pods "nope" not found');
  });
});

it('is read by who may view, and by nobody else', async () => {
  await withMetrics(async () => {
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
    const subjects = [{ kind: 'User', name: 'viewer', apiGroup: 'rbac.authorization.k8s.io' }];
    await admin.send('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
      body: { metadata: { name: 'views' }, roleRef, subjects },
    });
    const [viewer, other] = ['viewer', 'other'].map((user) => createApiClient(server, { 'impersonate-user': user }));
    const [seen, refused] = [await viewer?.send('GET', PODS), await other?.send('GET', PODS)];
    viewer?.close();
    other?.close();
    expect([seen?.status, refused?.status]).toEqual([200, 403]);
    expect(refused?.body['message']).toBe(
      'pods.metrics.k8s.io is forbidden: User "other" cannot list resource "pods" in API group "metrics.k8s.io" in the namespace "default"',
    );
  });
});
