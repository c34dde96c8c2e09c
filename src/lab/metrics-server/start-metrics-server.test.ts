import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock, silentLogger } from '../../base/index.ts';
import type { Node, Pod } from '../../kubernetes/index.ts';
import { createLabApi, metricsOf } from '../kube-api/index.ts';
import { startKubelets } from '../kubelet/index.ts';
import { UsageMeter } from '../kubelet/usage-meter.ts';
import { startMetricsServer } from './index.ts';

const START = Date.parse('2026-01-05T08:00:00Z');
const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

const podOf = (name: string, node: string, annotations: Readonly<Record<string, string>> = {}): Pod => ({
  metadata: { name, namespace: 'default', annotations, labels: { app: name } },
  spec: { nodeName: node, containers: [{ name: 'main', image: 'x', resources: { requests: { cpu: '200m' } } }] },
});

async function startCluster(nodes: readonly string[]) {
  const clock = createVirtualClock(START);
  const random = createRandom('metrics');
  const api = createLabApi({ clock, random });
  for (const name of nodes) {
    const creationTimestamp = new Date(START - 86_400_000).toISOString();
    api.seed<Node>('Node', { metadata: { name, creationTimestamp }, status: { allocatable: { cpu: '2', memory: '8Gi', pods: '110' } } });
  }
  const kubelets = startKubelets(api, { clock, random, log: silentLogger, timing: { bootMs: 1_000 } });
  stops.push(() => kubelets.stop(), startMetricsServer(api, { use: (node) => kubelets.use(node) }));
  await clock.advance(0);
  const shown = (): readonly string[] => (metricsOf(api)?.pods('default') ?? []).map(({ metadata }) => metadata.name);
  return { api, clock, kubelets, shown };
}

describe('the metrics server', () => {
  it('shows what pods state of themselves, and of others that they idle', async () => {
    const { api, clock } = await startCluster(['a']);
    api.create('Pod', podOf('half', 'a', { 'evenkeel.dev/cpu-utilization': '50' }));
    api.create('Pod', podOf('exact', 'a', { 'evenkeel.dev/cpu-use': '750m', 'evenkeel.dev/memory-use': '100Mi' }));
    api.create('Pod', podOf('idle', 'a'));
    await clock.advance(45_000);
    const usage = Object.fromEntries((metricsOf(api)?.pods() ?? []).map((pod) => [pod.metadata.name, pod.containers[0]?.usage]));
    expect(usage).toEqual({
      half: { cpu: '100m', memory: '32Mi' },
      exact: { cpu: '750m', memory: '100Mi' },
      idle: { cpu: '1m', memory: '32Mi' },
    });
    expect(metricsOf(api)?.nodes()).toMatchObject([
      { metadata: { name: 'a' }, timestamp: '2026-01-05T08:00:45Z', window: '15s', usage: { cpu: '931m', memory: '764Mi' } },
    ]);
  });

  it('has nothing of a pod before it was measured', async () => {
    const { api, clock, shown } = await startCluster(['a']);
    await clock.advance(12_000);
    api.create('Pod', podOf('young', 'a'));
    await clock.advance(3_000);
    expect(shown()).toEqual([]);
    await clock.advance(15_000);
    expect(shown()).toEqual(['young']);
  });

  it('knows what ran before the lab did from the start', async () => {
    const { api } = await startCluster(['a']);
    expect(metricsOf(api)?.nodes()).toMatchObject([{ usage: { cpu: '80m', memory: '600Mi' } }]);
  });

  it('loses the values of a node that went silent, and of its pods', async () => {
    const { api, clock, kubelets, shown } = await startCluster(['a', 'b']);
    api.create('Pod', podOf('on-a', 'a'));
    api.create('Pod', podOf('on-b', 'b'));
    await clock.advance(45_000);
    expect(shown()).toEqual(['on-a', 'on-b']);
    kubelets.setPower('a', 'off');
    await clock.advance(15_000);
    expect(shown()).toEqual(['on-b']);
    expect(
      metricsOf(api)
        ?.nodes()
        .map(({ metadata }) => metadata.name),
    ).toEqual(['b']);
  });

  it('is joined to the API by an APIService, and readers may read it', async () => {
    const { api } = await startCluster([]);
    expect(api.get('APIService', undefined, 'v1beta1.metrics.k8s.io')).toMatchObject({
      spec: { service: { name: 'metrics-server', namespace: 'kube-system' } },
      status: { conditions: [{ type: 'Available', status: 'True', reason: 'Passed' }] },
    });
    const rule = { apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'] };
    for (const role of ['view', 'edit', 'admin', 'system:aggregated-metrics-reader']) {
      const found: unknown = api.get('ClusterRole', undefined, role);
      expect(found).toMatchObject({ rules: expect.arrayContaining([expect.objectContaining(rule)]) as unknown });
    }
  });
});

describe('the meter of a node', () => {
  const running = (limit?: string): Pod => ({
    metadata: { name: 'web', namespace: 'default', uid: '1' },
    spec: { containers: [{ name: 'main', image: 'x', ...(limit === undefined ? {} : { resources: { limits: { cpu: limit } } }) }] },
    status: {
      containerStatuses: [
        {
          name: 'main',
          image: 'x',
          imageID: '',
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: new Date(START).toISOString() } },
        },
      ],
    },
  });
  const secondsAfter = (pod: Pod, requests: number): number | undefined => {
    const meter = new UsageMeter(START);
    for (let count = 0; count < requests; count += 1) meter.countRequest(pod, 'main');
    return meter.read([pod], START + 10_000).containers[0]?.cpuSeconds;
  };

  it('takes each request that a server got for five thousandths of a second of work', () => {
    expect(secondsAfter(running(), 0)).toBeCloseTo(0.01);
    expect(secondsAfter(running(), 1_000)).toBeCloseTo(5.01);
  });

  it('lets nothing use more than its limit', () => {
    expect(secondsAfter(running('100m'), 1_000)).toBeCloseTo(1);
  });
});
