import { afterEach, describe, expect, it } from 'vitest';
import type { DaemonSet, Event, KubeObject, Node, Pod, ReplicaSet } from '../../../kubernetes/index.ts';
import { startTestCluster, type TestCluster } from '../_test-cluster.ts';

const clusters: TestCluster[] = [];
afterEach(() => clusters.splice(0).forEach((cluster) => cluster.stop()));

const MINUTE = 60_000;
const labels = { app: 'x' };
const meta = { name: 'x', namespace: 'default' };
const template = (tag = '1', more: object = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'main', image: `registry.example/x:${tag}` }], ...more },
});

async function start(spec: Partial<NonNullable<DaemonSet['spec']>> = {}): Promise<TestCluster> {
  const cluster = await startTestCluster({ a: 'z1', b: 'z2', c: 'z3' });
  clusters.push(cluster);
  cluster.api.create<DaemonSet>('DaemonSet', {
    metadata: meta,
    spec: { selector: { matchLabels: labels }, template: template(), ...spec },
  });
  await cluster.clock.advance(MINUTE);
  return cluster;
}

const change = ({ api }: TestCluster, edit: (spec: NonNullable<DaemonSet['spec']>) => void): void =>
  void api.modify<DaemonSet>('DaemonSet', 'default', 'x', (draft) => draft.spec && edit(draft.spec));
const pods = ({ api }: TestCluster): readonly Pod[] => api.list<Pod>('Pod', { namespace: 'default' });
const events = ({ api }: TestCluster, reason: string): readonly Event[] =>
  api.list<Event>('Event').filter((event) => event.reason === reason);
const onNode = (cluster: TestCluster, node: string): Pod | undefined => pods(cluster).find(({ spec }) => spec?.nodeName === node);

describe('a daemon set', () => {
  it('replaces a failed pod at once, and one that fails again after a pause that doubles', async () => {
    const cluster = await start();
    const fail = (): void => {
      const name = onNode(cluster, 'a')?.metadata.name ?? '';
      cluster.api.modify<Pod>('Pod', 'default', name, (draft) => void (draft.status && (draft.status.phase = 'Failed')), {
        subresource: 'status',
      });
    };
    const kills: number[] = [];
    cluster.api.watch<Event>('Event', ({ object }) => {
      if (object.reason === 'FailedDaemonPod') kills.push(cluster.clock.now());
    });
    for (let step = 0; step < 400; step++) {
      const pod = onNode(cluster, 'a');
      if (pod?.status?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined) fail();
      await cluster.clock.advance(100);
    }
    const pauses = kills.slice(1).map((atMs, index) => atMs - (kills[index] ?? 0));
    expect(kills.length).toBeGreaterThan(3);
    expect([1_000, 2_000, 4_000, 8_000].every((least, index) => pauses[index] === undefined || pauses[index] >= least)).toBe(true);
  });

  it('takes a pod away that waits for a node which is gone', async () => {
    const cluster = await start({
      template: template('1', { containers: [{ name: 'main', image: 'i:1', resources: { requests: { cpu: '64' } } }] }),
    });
    expect(pods(cluster)).toHaveLength(3);
    cluster.api.delete('Node', undefined, 'c');
    await cluster.clock.advance(MINUTE);
    expect(pods(cluster)).toHaveLength(2);
  });

  it('numbers its pods by the changes of their template, and gives no toleration twice', async () => {
    const cluster = await start({
      template: template('1', {
        tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
      }),
    });
    const first = onNode(cluster, 'a');
    expect(first?.metadata.labels?.['pod-template-generation']).toBe('1');
    const notReady = first?.spec?.tolerations?.filter(({ key }) => key === 'node.kubernetes.io/not-ready');
    expect(notReady).toEqual([{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }]);
    // A change beside the template does not count.
    change(cluster, (spec) => (spec.revisionHistoryLimit = 0));
    change(cluster, (spec) => (spec.template = template('2')));
    await cluster.clock.advance(2 * MINUTE);
    expect(onNode(cluster, 'a')?.metadata.labels?.['pod-template-generation']).toBe('2');
    expect(cluster.api.list<KubeObject>('ControllerRevision')).toHaveLength(1);
  });

  it('that surges keeps its pods on nodes that it no longer wants until enough others serve', async () => {
    const cluster = await start({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } });
    cluster.api.modify<Node>('Node', undefined, 'a', (draft) => void (draft.spec = { taints: [{ key: 'k', effect: 'NoSchedule' }] }));
    change(cluster, (spec) => (spec.template = template('2')));
    let least = Infinity;
    for (let step = 0; step < 240; step++) {
      await cluster.clock.advance(250);
      const serving = pods(cluster).filter(
        ({ metadata, status }) =>
          !metadata.deletionTimestamp && status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      );
      least = Math.min(least, serving.length);
    }
    expect(least).toBeGreaterThanOrEqual(2);
    expect([onNode(cluster, 'a'), onNode(cluster, 'b')?.spec?.containers[0]?.image]).toEqual([undefined, 'registry.example/x:2']);
  });
});

describe('controllers of many pods', () => {
  it('try one, then two, then four; every refusal of a batch is told, and nothing more is tried then', async () => {
    const cluster = await startTestCluster({ a: 'z1' });
    clusters.push(cluster);
    const { api, clock } = cluster;
    api.create('ResourceQuota', { metadata: { name: 'q', namespace: 'default' }, spec: { hard: { pods: '4' } } } as KubeObject);
    await clock.advance(MINUTE);
    const spec = { replicas: 15, selector: { matchLabels: labels }, template: template() };
    api.create<ReplicaSet>('ReplicaSet', { metadata: meta, spec });
    await clock.advance(6);
    expect([pods(cluster).length, events(cluster, 'FailedCreate').length]).toEqual([4, 3]);
    const failure = (): string | undefined => api.get<ReplicaSet>('ReplicaSet', 'default', 'x')?.status?.conditions?.[0]?.message;
    const first = failure();
    expect(first).toMatch(/^pods "x-\w{5}" is forbidden: exceeded quota: q, requested: pods=1, used: pods=4, limited: pods=4$/);
    await clock.advance(MINUTE);
    expect(failure()).toBe(first);
    expect(
      events(cluster, 'FailedCreate').some(({ message }) => message?.startsWith('(combined from similar events): Error creating: ')),
    ).toBe(true);
  });
});
