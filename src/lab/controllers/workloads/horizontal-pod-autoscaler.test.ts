import { afterEach, describe, expect, it } from 'vitest';
import type { Deployment, Event, HorizontalPodAutoscaler, Pod } from '../../../kubernetes/index.ts';
import { startMetricsServer } from '../../metrics-server/index.ts';
import { startTestCluster, type TestCluster } from '../_test-cluster.ts';
import type { MetricSpec } from './metric-proposal.ts';

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

type Annotations = Readonly<Record<string, string>>;

const CPU_AT_50: MetricSpec = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };

function webOf(replicas: number, annotations: Annotations, requests: Readonly<Record<string, string>> = { cpu: '200m' }): Deployment {
  const container = { image: 'registry.example/web:1', resources: { requests } };
  return {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' }, annotations }, spec: { containers: [{ ...container, name: 'web' }] } },
    },
  };
}

async function startCluster({ metrics = true } = {}) {
  const cluster = await startTestCluster({ 'node-a': 'zone-a', 'node-b': 'zone-b' });
  stops.push(() => cluster.stop());
  if (metrics) stops.push(startMetricsServer(cluster.api, { use: (node) => cluster.kubelets.use(node) }));
  return cluster;
}

function scaled(
  { api }: TestCluster,
  metrics: readonly MetricSpec[],
  spec: Partial<NonNullable<HorizontalPodAutoscaler['spec']>> = {},
): void {
  api.create<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 8,
      metrics: [...metrics],
      ...spec,
    },
  });
}

const statusOf = ({ api }: TestCluster) => api.get<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', 'default', 'web')?.status;
const replicasOf = ({ api }: TestCluster): number | undefined => api.get<Deployment>('Deployment', 'default', 'web')?.spec?.replicas;
const conditionOf = (cluster: TestCluster, type: string) => statusOf(cluster)?.conditions?.find((found) => found.type === type);
const told = ({ api }: TestCluster): readonly string[] =>
  api
    .list<Event>('Event', { namespace: 'default' })
    .filter(({ involvedObject }) => involvedObject.kind === 'HorizontalPodAutoscaler')
    .map(({ reason, message }) => `${reason}: ${message}`);

/** As `kubectl annotate pod` does. */
function annotate({ api }: TestCluster, annotations: Annotations): void {
  for (const { metadata } of api.list<Pod>('Pod', { namespace: 'default' })) {
    api.modify<Pod>('Pod', 'default', metadata.name, (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
    });
  }
}

describe('a horizontal pod autoscaler', () => {
  it('scales up once its pods are measured, and down after five minutes', async () => {
    const cluster = await startCluster();
    cluster.api.create('Deployment', webOf(2, { 'evenkeel.dev/cpu-utilization': '100' }));
    scaled(cluster, [CPU_AT_50], { maxReplicas: 4 });
    await cluster.clock.advance(75_000);
    expect(replicasOf(cluster)).toBe(4);
    expect(told(cluster)).toContain(
      'SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target',
    );
    expect(conditionOf(cluster, 'ScalingActive')).toMatchObject({ status: 'True', reason: 'ValidMetricFound' });
    annotate(cluster, { 'evenkeel.dev/cpu-utilization': '10' });
    await cluster.clock.advance(200_000);
    expect(replicasOf(cluster)).toBe(4);
    expect(conditionOf(cluster, 'AbleToScale')).toMatchObject({ status: 'True', reason: 'ScaleDownStabilized' });
    await cluster.clock.advance(300_000);
    expect(replicasOf(cluster)).toBe(2);
    expect(told(cluster)).toContain('SuccessfulRescale: New size: 2; reason: All metrics below target');
    expect(statusOf(cluster)).toMatchObject({
      currentReplicas: 2,
      desiredReplicas: 2,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 10, averageValue: '20m' } } }],
    });
  });

  it('says why it knows nothing when no metrics server is there', async () => {
    const cluster = await startCluster({ metrics: false });
    cluster.api.create('Deployment', webOf(2, {}));
    scaled(cluster, [CPU_AT_50]);
    await cluster.clock.advance(30_000);
    const why =
      'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
    expect(told(cluster)).toEqual([
      `FailedGetResourceMetric: ${why}`,
      `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`,
    ]);
    expect(conditionOf(cluster, 'AbleToScale')).toMatchObject({ status: 'True', reason: 'SucceededGetScale' });
    expect(conditionOf(cluster, 'ScalingActive')).toMatchObject({
      status: 'False',
      reason: 'FailedGetResourceMetric',
      message: `the HPA was unable to compute the replica count: ${why}`,
    });
  });

  it('waits for pods that are not measured yet', async () => {
    const cluster = await startCluster();
    scaled(cluster, [CPU_AT_50]);
    await cluster.clock.advance(12_000);
    cluster.api.create('Deployment', webOf(2, {}));
    await cluster.clock.advance(5_000);
    expect(told(cluster)).toContain(
      'FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API',
    );
    await cluster.clock.advance(60_000);
    expect(conditionOf(cluster, 'ScalingActive')).toMatchObject({ status: 'True' });
  });

  it('needs requests for a utilization, and none for an average value', async () => {
    const cluster = await startCluster();
    cluster.api.create('Deployment', webOf(2, { 'evenkeel.dev/memory-use': '300Mi', 'evenkeel.dev/cpu-use': '1' }, {}));
    scaled(cluster, [CPU_AT_50]);
    await cluster.clock.advance(60_000);
    expect(conditionOf(cluster, 'ScalingActive')?.message).toMatch(/missing request for cpu in container web of Pod web-/);
    cluster.api.modify<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', 'default', 'web', (draft) => {
      if (draft.spec)
        draft.spec.metrics = [{ type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '200Mi' } } }];
    });
    await cluster.clock.advance(15_000);
    expect(replicasOf(cluster)).toBe(3);
    expect(told(cluster)).toContain('SuccessfulRescale: New size: 3; reason: memory resource above target');
  });

  it('looks at one container where it is told to', async () => {
    const cluster = await startCluster();
    cluster.api.create('Deployment', webOf(2, { 'evenkeel.dev/cpu-utilization': '100' }));
    const target = { type: 'Utilization', averageUtilization: 50 };
    scaled(cluster, [{ type: 'ContainerResource', containerResource: { name: 'cpu', container: 'nope', target } }]);
    await cluster.clock.advance(60_000);
    expect(conditionOf(cluster, 'ScalingActive')).toMatchObject({ reason: 'FailedGetContainerResourceMetric' });
    expect(conditionOf(cluster, 'ScalingActive')?.message).toMatch(/container nope not present in metrics for pod default\/web-/);
    cluster.api.modify<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', 'default', 'web', (draft) => {
      if (draft.spec) draft.spec.metrics = [{ type: 'ContainerResource', containerResource: { name: 'cpu', container: 'web', target } }];
    });
    await cluster.clock.advance(15_000);
    expect(replicasOf(cluster)).toBe(4);
  });

  it('takes the pods of a lost node to be busy when it would scale down', async () => {
    const cluster = await startCluster();
    cluster.api.create('Deployment', webOf(4, { 'evenkeel.dev/cpu-utilization': '30' }));
    await cluster.clock.advance(330_000);
    cluster.kubelets.setPower('node-a', 'off');
    await cluster.clock.advance(16_000);
    scaled(cluster, [CPU_AT_50], { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } });
    await cluster.clock.advance(16_000);
    // Two at 30 % alone would ask for two; with two at 100 % beside them it is more than the target.
    expect(replicasOf(cluster)).toBe(4);
    expect(statusOf(cluster)).toMatchObject({ currentMetrics: [{ resource: { current: { averageUtilization: 30 } } }] });
  });

  it('names a target that is not there, and rests where scaling is switched off', async () => {
    const cluster = await startCluster();
    scaled(cluster, [CPU_AT_50]);
    await cluster.clock.advance(16_000);
    expect(told(cluster)).toEqual(['FailedGetScale: deployments.apps "web" not found']);
    cluster.api.create('Deployment', webOf(0, {}));
    await cluster.clock.advance(15_000);
    expect(conditionOf(cluster, 'ScalingActive')).toMatchObject({ status: 'False', reason: 'ScalingDisabled' });
  });

  it('that shares its pods with another one says so and scales nothing, until it is alone again', async () => {
    const cluster = await startCluster();
    cluster.api.create('Deployment', webOf(2, { 'evenkeel.dev/cpu-utilization': '100' }));
    scaled(cluster, [CPU_AT_50], { maxReplicas: 4 });
    const { spec } = cluster.api.get<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', 'default', 'web') ?? {};
    cluster.api.create<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', {
      metadata: { name: 'other', namespace: 'default' },
      ...(spec ? { spec: { ...spec } } : {}),
    });
    await cluster.clock.advance(75_000);
    const message = 'pods by selector app=web are controlled by multiple HPAs: [{other default} {web default}]';
    expect(conditionOf(cluster, 'ScalingActive')).toMatchObject({ status: 'False', reason: 'AmbiguousSelector', message });
    expect([replicasOf(cluster), told(cluster)]).toEqual([2, expect.arrayContaining([`AmbiguousSelector: ${message}`])]);
    cluster.api.delete('HorizontalPodAutoscaler', 'default', 'other');
    await cluster.clock.advance(60_000);
    expect(replicasOf(cluster)).toBe(4);
  });
});
