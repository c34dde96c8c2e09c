import { describe, expect, it } from 'vitest';
import { configMap, daemonSet, deployment, ingress, node, pod, service, statefulSet } from '../../tests/fixtures/objects.ts';
import { EvenkeelError } from '../base/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { buildModel, snapshotFromObjects, takeSnapshot } from './index.ts';
import type { ClusterModel } from './index.ts';

const facts = { source: 'test', capturedAt: '2026-01-01T00:00:00Z' };
const modelOf = (...objects: (KubeObject | KubeObject[])[]): ClusterModel =>
  buildModel(snapshotFromObjects([node('n1'), ...objects.flat()], facts));
const callsOf = (model: ClusterModel): string[] => model.calls.map(({ from, to, evidence }) => `${from} -> ${to} (${evidence})`);

describe('the model of a cluster', () => {
  it('finds the owner at the top: a deployment rather than its replica set', () => {
    const model = modelOf(
      deployment('web', { on: ['n1', 'n1'] }),
      statefulSet('db', { on: ['n1'] }),
      daemonSet('agent', { on: ['n1'] }),
      pod('bare', { on: ['n1'] }),
    );
    expect(model.workloads.map(({ id, replicas, pods }) => [id, replicas, pods.length])).toEqual([
      ['DaemonSet/shop/agent', 1, 1],
      ['Deployment/shop/web', 2, 2],
      ['Pod/shop/bare', 1, 1],
      ['StatefulSet/shop/db', 1, 1],
    ]);
  });

  it('counts only pods that are there to stay', () => {
    const finished = { ...pod('done', { on: ['n1'] }), status: { phase: 'Succeeded' } };
    const alive = pod('leaving', { on: ['n1'] });
    const leaving = { ...alive, metadata: { ...alive.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    const model = modelOf(finished, leaving);
    expect(model.workloads).toEqual([]);
    expect(model.podsOn('n1').map(({ metadata }) => metadata.name)).toEqual(['leaving']);
  });

  it('takes a fault domain of Azure for no zone', () => {
    const azure = { ...node('a', { zone: '1' }), spec: { providerID: 'azure:///subscriptions/x' } };
    expect(modelOf(azure, node('b', { zone: 'westeurope-1' })).zones).toEqual(['westeurope-1']);
  });

  it.each<[string, Record<string, string>]>([
    ['a URL', { X: 'http://search:8080/api?q=1' }],
    ['a URL with a user', { X: 'amqp://me:pw@search/vhost' }],
    ['a name with its namespace', { X: 'https://search.shop' }],
    ['a cluster name', { X: 'search.shop.svc.cluster.local' }],
    ['a host and a port', { X: 'search:6379' }],
    ['a connection string', { X: 'Server=tcp:search,1433;Database=scm' }],
    ['a bare name under a key that means a host', { SEARCH_HOST: 'search' }],
    ['a variable in a value', { NAME: 'search', X: 'http://$(NAME)/' }],
    ['a pod of a stateful set', { X: 'http://search-0.search:80' }],
    ['a target of gRPC', { X: 'dns:///search:50051' }],
    ['a list of brokers', { X: 'search-0.search.shop.svc:9092,search-1.search.shop.svc:9092' }],
    ['a database of Java', { X: 'jdbc:postgresql://search:5432/shop' }],
    ["the cluster's own variables", { X: 'http://$(SEARCH_SERVICE_HOST):$(SEARCH_SERVICE_PORT)/' }],
  ])('finds a call in %s', (_, env) => {
    expect(callsOf(modelOf(deployment('web', { env }), service('search')))).toEqual(['Deployment/shop/web -> shop/search (environment)']);
  });

  it.each<[string, Record<string, string>]>([
    ['a bare word', { MODE: 'search' }],
    ['a host of that name elsewhere', { X: 'https://search.example.com/' }],
    ['a longer name', { X: 'http://search-engine/' }],
    ['a path', { X: 'http://example.com/search:80x' }],
  ])('finds no call in %s', (_, env) => {
    expect(callsOf(modelOf(deployment('web', { env }), service('search')))).toEqual([]);
  });

  it('finds calls through config maps, an annotation and an ingress, and none to oneself', () => {
    const spec = { containers: [{ name: 'c', image: 'x', envFrom: [{ configMapRef: { name: 'settings' } }] }] };
    const model = modelOf(
      deployment('web', { spec, annotations: { 'evenkeel.dev/calls': 'orders, web' } }),
      configMap('settings', { SEARCH: 'http://search' }),
      [service('web'), service('search'), service('orders')],
      ingress('front', { '/': 'web' }),
    );
    expect(callsOf(model)).toEqual([
      'Deployment/shop/web -> shop/orders (annotation)',
      'Deployment/shop/web -> shop/search (config-map)',
      'ingress/shop/front -> shop/web (ingress)',
    ]);
  });
});

describe('calls that stand elsewhere than in the environment', () => {
  const detailsOf = (model: ClusterModel): string[] => model.calls.map(({ to, detail }) => `${to}: ${detail}`);
  const container = (extra: object): object => ({ containers: [{ name: 'c', image: 'x', ...extra }] });

  it.each<[string, readonly string[], string | undefined]>([
    ['a flag with its value', ['--search-host=search'], 'argument --search-host of container c'],
    ['a flag before its value', ['--search-url', 'search'], 'argument --search-url of container c'],
    ['a flag that means no host', ['--mode=search'], undefined],
    ["a shell's variable", ['-c', 'curl http://${SEARCH_SERVICE_HOST}/'], 'argument of container c'],
  ])('are found in %s', (_, args, wanted) => {
    const model = modelOf(deployment('web', { spec: container({ args }) }), service('search'));
    expect(detailsOf(model)).toEqual(wanted === undefined ? [] : [`shop/search: ${wanted}`]);
  });

  it.each<[string, string, string | undefined]>([
    ['properties', 'cache.size=9\nsearch.host = search\n', 'search.host in app.conf of config map settings'],
    ['YAML', 'search:\n  endpoint: "search"\n', 'endpoint in app.conf of config map settings'],
    ['JSON', '{"a": 1,\n "search_addr": "search"}', 'search_addr in app.conf of config map settings'],
    ['an address', 'proxy_pass http://search;', 'app.conf of config map settings'],
    ['a word', 'mode: search', undefined],
  ])('are found in a file with %s', (_, text, wanted) => {
    const spec = { ...container({}), volumes: [{ name: 'v', configMap: { name: 'settings' } }] };
    const model = modelOf(deployment('web', { spec }), configMap('settings', { 'app.conf': text }), service('search'));
    expect(detailsOf(model)).toEqual(wanted === undefined ? [] : [`shop/search: ${wanted}`]);
  });

  it('are found in projected config maps', () => {
    const spec = { ...container({}), volumes: [{ name: 'v', projected: { sources: [{ configMap: { name: 'settings' } }] } }] };
    const model = modelOf(deployment('web', { spec }), configMap('settings', { url: 'http://search' }), service('search'));
    expect(detailsOf(model)).toEqual(['shop/search: url of config map settings']);
  });

  it('go on from a name for another service to that service', () => {
    const alias = { ...service('alias'), spec: { type: 'ExternalName', externalName: 'search.shop.svc.cluster.local' } };
    const model = modelOf(deployment('web', { env: { X: 'http://alias' } }), service('search'), alias);
    expect(detailsOf(model)).toEqual([
      'shop/alias: env X of container web',
      'shop/search: by way of service shop/alias (ExternalName): env X of container web',
    ]);
  });

  it('of an ingress are also those to whom it sends users to be known', () => {
    const front = ingress('front', { '/': 'web' });
    const annotations = { 'nginx.ingress.kubernetes.io/auth-url': 'http://login.shop.svc.cluster.local/check' };
    const model = modelOf({ ...front, metadata: { ...front.metadata, annotations } }, service('web'), service('login'));
    expect(detailsOf(model)).toEqual(['shop/login: annotation auth-url of ingress front', 'shop/web: / of ingress front']);
  });
});

describe('a snapshot', () => {
  it('tells what may not be read, and goes on', async () => {
    const list = (kind: string): Promise<KubeObject[]> =>
      kind === 'ConfigMap'
        ? Promise.reject(new EvenkeelError('DENIED', 'configmaps is forbidden', { blame: 'environment' }))
        : Promise.resolve(kind === 'Node' ? [node('n1')] : []);
    const snapshot = await takeSnapshot({ list }, facts);
    expect(snapshot.gaps).toEqual([{ kind: 'ConfigMap', reason: 'configmaps is forbidden' }]);
    expect(snapshot.nodes).toHaveLength(1);
  });

  it('does not go on without a server', async () => {
    const list = (): Promise<KubeObject[]> => Promise.reject(new EvenkeelError('UNREACHABLE', 'gone', { blame: 'environment' }));
    await expect(takeSnapshot({ list }, facts)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('unfolds lists, whose items need not say their kind', () => {
    const { kind: _, ...bare } = node('n1');
    const snapshot = snapshotFromObjects([{ kind: 'NodeList', items: [bare] }, null, { kind: 'List', items: [service('a')] }], facts);
    expect([snapshot.nodes.length, snapshot.services.length]).toEqual([1, 1]);
  });

  it('says that manifests alone hold no nodes', () => {
    expect(() => snapshotFromObjects([service('a')], facts)).toThrow('test holds 1 objects, but no nodes');
  });
});
