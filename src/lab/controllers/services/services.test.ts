import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock, silentLogger } from '../../../base/index.ts';
import type { Endpoint, EndpointSlice, Endpoints, Node, Pod, Service } from '../../../kubernetes/index.ts';
import { createLabApi, type LabApi } from '../../kube-api/index.ts';
import { startControllers } from '../index.ts';

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

function start() {
  const clock = createVirtualClock(Date.parse('2026-01-05T08:00:00Z'));
  const api = createLabApi({ clock, random: createRandom('services') });
  for (const zone of ['z1', 'z2']) {
    api.seed<Node>('Node', { metadata: { name: `n-${zone}`, labels: { 'topology.kubernetes.io/zone': zone } } });
  }
  const controllers = startControllers(api, { log: silentLogger });
  stops.push(() => controllers.stop());
  return { api, clock };
}

const LABELS = { app: 'web' };
function seedPod(api: LabApi, index: number, { ready = true, ports = [{ name: 'http', containerPort: 8080 }] } = {}): void {
  api.seed<Pod>('Pod', {
    metadata: { name: `web-${index}`, namespace: 'default', labels: LABELS },
    spec: { nodeName: index % 2 === 0 ? 'n-z1' : 'n-z2', containers: [{ name: 'c', image: 'x', ports }] },
    status: {
      phase: 'Running',
      podIP: `10.244.${Math.floor(index / 250)}.${index % 250}`,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  });
}

const serviceOf = (spec: Service['spec'] = {}): Service => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: { selector: LABELS, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...spec },
});
const slices = (api: LabApi): readonly EndpointSlice[] =>
  api
    .list<EndpointSlice>('EndpointSlice', { namespace: 'default' })
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web');
const endpointsOf = (api: LabApi): readonly Endpoint[] => slices(api).flatMap(({ endpoints }) => endpoints);
const conditionsOf = (api: LabApi): unknown => endpointsOf(api).map(({ conditions }) => Object.values(conditions ?? {}));

describe('the slices of a service', () => {
  it('are several beyond a hundred endpoints, and a pod that leaves changes one of them', async () => {
    const { api, clock } = start();
    for (let index = 0; index < 230; index++) seedPod(api, index);
    api.create('Service', serviceOf());
    await clock.advance(2_000);
    expect(slices(api).map(({ endpoints }) => endpoints.length)).toEqual([100, 100, 30]);
    const before = new Map(slices(api).map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
    api.delete('Pod', 'default', 'web-7', { gracePeriodSeconds: 0 });
    await clock.advance(2_000);
    expect(slices(api).filter(({ metadata }) => before.get(metadata.name) !== metadata.resourceVersion)).toHaveLength(1);
    expect(endpointsOf(api)).toHaveLength(229);
  });

  it('are apart for pods that give a name to different ports', async () => {
    const { api, clock } = start();
    seedPod(api, 0);
    seedPod(api, 1, { ports: [{ name: 'http', containerPort: 9090 }] });
    api.create('Service', serviceOf());
    await clock.advance(2_000);
    expect(slices(api).map(({ ports }) => ports?.map(({ port }) => port))).toEqual([[8080], [9090]]);
  });

  it('tell ready, serving and terminating apart', async () => {
    const { api, clock } = start();
    seedPod(api, 0);
    seedPod(api, 1, { ready: false });
    api.create('Service', serviceOf());
    await clock.advance(2_000);
    expect(conditionsOf(api)).toEqual([
      [true, true, false],
      [false, false, false],
    ]);
    api.delete('Pod', 'default', 'web-0');
    await clock.advance(2_000);
    expect(conditionsOf(api)).toEqual([
      [false, true, true],
      [false, false, false],
    ]);
  });

  it('call unready pods ready where a service publishes them, but not serving', async () => {
    const { api, clock } = start();
    seedPod(api, 0, { ready: false });
    api.create('Service', serviceOf({ clusterIP: 'None', publishNotReadyAddresses: true }));
    await clock.advance(2_000);
    expect(conditionsOf(api)).toEqual([[true, false, false]]);
  });

  it.each([
    ['PreferClose', { forZones: [{ name: 'z1' }] }],
    ['PreferSameZone', { forZones: [{ name: 'z1' }] }],
    ['PreferSameNode', { forZones: [{ name: 'z1' }], forNodes: [{ name: 'n-z1' }] }],
    [undefined, undefined],
  ])('hint at clients with trafficDistribution %s', async (trafficDistribution, wanted) => {
    const { api, clock } = start();
    seedPod(api, 0);
    seedPod(api, 1, { ready: false });
    api.create('Service', serviceOf(trafficDistribution === undefined ? {} : { trafficDistribution }));
    await clock.advance(2_000);
    expect(endpointsOf(api).map(({ hints }) => hints)).toEqual([wanted, undefined]);
  });

  it('leave out pods whose node is gone, until it is there again', async () => {
    const { api, clock } = start();
    seedPod(api, 0);
    seedPod(api, 1);
    const node = structuredClone(api.get<Node>('Node', undefined, 'n-z1'));
    api.delete('Node', undefined, 'n-z1');
    api.create('Service', serviceOf());
    await clock.advance(2_000);
    expect(endpointsOf(api).map(({ nodeName }) => nodeName)).toEqual(['n-z2']);
    if (node) api.create<Node>('Node', { metadata: { name: 'n-z1' }, spec: node.spec ?? {} });
    await clock.advance(2_000);
    expect(endpointsOf(api).map(({ nodeName }) => nodeName)).toEqual(['n-z2', 'n-z1']);
  });

  it('have beside them Endpoints with host names and protocols, and without pods that lack the port', async () => {
    const { api, clock } = start();
    seedPod(api, 0);
    seedPod(api, 1, { ports: [] });
    api.seed<Pod>('Pod', {
      metadata: { name: 'web-2', namespace: 'default', labels: LABELS },
      spec: {
        nodeName: 'n-z1',
        hostname: 'web-2',
        subdomain: 'web',
        containers: [{ name: 'c', image: 'x', ports: [{ name: 'http', containerPort: 8080 }] }],
      },
      status: { phase: 'Running', podIP: '10.244.0.2', conditions: [{ type: 'Ready', status: 'True' }] },
    });
    const ports = [{ name: 'http', port: 80, targetPort: 'http', appProtocol: 'http' }];
    api.create('Service', serviceOf({ clusterIP: 'None', ports }));
    await clock.advance(2_000);
    const kept = api.get<Endpoints>('Endpoints', 'default', 'web');
    expect(kept?.metadata.labels).toMatchObject({ 'service.kubernetes.io/headless': '' });
    expect(kept?.subsets).toMatchObject([{ ports: [{ name: 'http', port: 8080, protocol: 'TCP', appProtocol: 'http' }] }]);
    expect(kept?.subsets?.[0]?.addresses?.map(({ ip, hostname }) => [ip, hostname])).toEqual([
      ['10.244.0.0', undefined],
      ['10.244.0.2', 'web-2'],
    ]);
  });

  it('mirror the endpoints that users keep for a service without a selector', async () => {
    const { api, clock } = start();
    api.create<Service>('Service', { metadata: { name: 'web', namespace: 'default' }, spec: { ports: [{ port: 80 }] } });
    const object: Endpoints = {
      metadata: { name: 'web', namespace: 'default' },
      subsets: [{ addresses: [{ ip: '10.1.1.1' }], notReadyAddresses: [{ ip: '10.1.1.2' }], ports: [{ port: 5432 }] }],
    };
    api.create('Endpoints', object);
    await clock.advance(2_000);
    expect(endpointsOf(api).map(({ addresses, conditions }) => [addresses[0], conditions?.ready])).toEqual([
      ['10.1.1.1', true],
      ['10.1.1.2', false],
    ]);
    api.delete('Endpoints', 'default', 'web');
    await clock.advance(2_000);
    expect(slices(api)).toEqual([]);
  });
});
