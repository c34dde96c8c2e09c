import { afterEach, describe, expect, it } from 'vitest';
import type { DaemonSet, Event, Pod, PodDisruptionBudget } from '../../../kubernetes/index.ts';
import { startTestCluster, type TestCluster } from '../_test-cluster.ts';

const clusters: TestCluster[] = [];
afterEach(() => clusters.splice(0).forEach((cluster) => cluster.stop()));

const labels = { app: 'x' };
const selector = { matchLabels: labels };
const spec = { containers: [{ name: 'main', image: 'registry.example/x:1' }] };

async function start(budget: NonNullable<PodDisruptionBudget['spec']>): Promise<TestCluster> {
  const cluster = await startTestCluster({ a: 'z1', b: 'z2' });
  clusters.push(cluster);
  cluster.api.create<PodDisruptionBudget>('PodDisruptionBudget', {
    metadata: { name: 'x', namespace: 'default' },
    spec: { selector, ...budget },
  });
  return cluster;
}

const status = ({ api }: TestCluster): PodDisruptionBudget['status'] =>
  api.get<PodDisruptionBudget>('PodDisruptionBudget', 'default', 'x')?.status;
const told = ({ api }: TestCluster, wanted: string): (string | undefined)[] =>
  api.list<Event>('Event').flatMap(({ reason, message }) => (reason === wanted ? [message] : []));
const lone = ({ api }: TestCluster, name: string): Pod =>
  api.create<Pod>('Pod', { metadata: { name, namespace: 'default', labels }, spec });

describe('a disruption budget', () => {
  it('allows nothing over pods whose controller can not be scaled, unless it names a whole number', async () => {
    const cluster = await start({ maxUnavailable: 1 });
    const set = { selector, template: { metadata: { labels }, spec } };
    cluster.api.create<DaemonSet>('DaemonSet', { metadata: { name: 'd', namespace: 'default' }, spec: set });
    await cluster.clock.advance(60_000);
    const why = 'daemonsets.apps does not implement the scale subresource';
    expect(status(cluster)).toMatchObject({ disruptionsAllowed: 0, conditions: [{ status: 'False', reason: 'SyncFailed', message: why }] });
    expect(told(cluster, 'CalculateExpectedPodCountFailed')).toEqual([`Failed to calculate the number of expected pods: ${why}`]);
    cluster.api.modify<PodDisruptionBudget>('PodDisruptionBudget', 'default', 'x', (draft) => {
      draft.spec = { selector, minAvailable: 1 };
    });
    await cluster.clock.advance(1_000);
    expect(status(cluster)).toMatchObject({ disruptionsAllowed: 1, conditions: [{ reason: 'SufficientPods' }] });
  });

  it('tells of pods without a controller, which it can not count with', async () => {
    const cluster = await start({ maxUnavailable: 1 });
    lone(cluster, 'lone');
    await cluster.clock.advance(30_000);
    expect(status(cluster)).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0 });
    expect(told(cluster, 'UnmanagedPods')[0]).toContain(
      '(selector: &LabelSelector{MatchLabels:map[string]string{app: x,},MatchExpressions:[]LabelSelectorRequirement{},})',
    );
  });

  it('forgets an eviction that does not happen within two minutes', async () => {
    const cluster = await start({ minAvailable: 1 });
    lone(cluster, 'one');
    lone(cluster, 'two');
    await cluster.clock.advance(30_000);
    const now = new Date(cluster.clock.now()).toISOString();
    cluster.api.modify<PodDisruptionBudget>(
      'PodDisruptionBudget',
      'default',
      'x',
      (draft) => void (draft.status && (draft.status.disruptedPods = { one: now })),
      {
        subresource: 'status',
      },
    );
    await cluster.clock.advance(119_000);
    expect(status(cluster)).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 0 });
    await cluster.clock.advance(3_000);
    expect(status(cluster)).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 1 });
    expect(told(cluster, 'NotDeleted')).toHaveLength(1);
  });

  it('or whoever else said that a pod would go, is taken back after two minutes', async () => {
    const cluster = await start({ minAvailable: 1 });
    lone(cluster, 'one');
    await cluster.clock.advance(30_000);
    const notice = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' };
    cluster.api.modify<Pod>('Pod', 'default', 'one', (draft) => void draft.status?.conditions?.push(notice), { subresource: 'status' });
    await cluster.clock.advance(119_000);
    const condition = () =>
      cluster.api.get<Pod>('Pod', 'default', 'one')?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.status;
    expect(condition()).toBe('True');
    await cluster.clock.advance(2_000);
    expect(condition()).toBe('False');
  });
});
