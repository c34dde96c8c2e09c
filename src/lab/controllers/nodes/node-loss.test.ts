import { afterEach, describe, expect, it } from 'vitest';
import type { CSINode, Event, Node, Pod } from '../../../kubernetes/index.ts';
import { startTestCluster, type TestCluster } from '../_test-cluster.ts';

const clusters: TestCluster[] = [];
afterEach(() => clusters.splice(0).forEach((cluster) => cluster.stop()));
async function start(zones: Readonly<Record<string, string>>): Promise<TestCluster> {
  const cluster = await startTestCluster(zones);
  clusters.push(cluster);
  return cluster;
}

const SECOND = 1_000;
/** Until a silent node is noticed, and its zone judged. */
const NOTICED_MS = 62 * SECOND;

/** So many nodes of a zone: `z1-0`, `z1-1`, … */
const zone = (name: string, count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}-${index}`, name]));

const isEvicted = ({ spec }: Node): boolean =>
  spec?.taints?.some(({ key, effect }) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute') === true;
const evicted = ({ api }: TestCluster): string[] => api.list<Node>('Node').flatMap((node) => (isEvicted(node) ? [node.metadata.name] : []));

async function fail(cluster: TestCluster, nodes: readonly string[]): Promise<void> {
  for (const node of nodes) cluster.kubelets.setPower(node, 'off');
  await cluster.clock.advance(NOTICED_MS);
}

describe('the loss of nodes', () => {
  it('of which a zone has enough others takes their pods away, one node in ten seconds', async () => {
    const cluster = await start({ ...zone('a', 5), ...zone('b', 3) });
    await fail(cluster, ['a-0', 'a-1']);
    await cluster.clock.advance(15 * SECOND);
    expect(evicted(cluster)).toEqual(['a-0', 'a-1']);
  });

  it('that are most of a small zone stops evictions there, and nowhere else', async () => {
    const cluster = await start({ ...zone('a', 4), ...zone('b', 4) });
    await fail(cluster, ['a-0', 'a-1', 'a-2', 'b-0']);
    await cluster.clock.advance(120 * SECOND);
    // The first that is noticed may be let through before its zone is judged.
    expect([evicted(cluster).includes('b-0'), evicted(cluster).length <= 2]).toEqual([true, true]);
  });

  it('that are most of a large zone slows evictions down to one in a hundred seconds', async () => {
    const cluster = await start({ ...zone('a', 52), ...zone('b', 1) });
    await fail(
      cluster,
      Array.from({ length: 30 }, (_, index) => `a-${index}`),
    );
    const before = evicted(cluster).length;
    await cluster.clock.advance(200 * SECOND);
    expect(evicted(cluster).length - before).toBe(2);
  });

  it('that are a whole zone evicts there as usual', async () => {
    const cluster = await start({ ...zone('a', 3), ...zone('b', 3) });
    await fail(cluster, ['a-0', 'a-1', 'a-2']);
    await cluster.clock.advance(30 * SECOND);
    expect(evicted(cluster)).toEqual(['a-0', 'a-1', 'a-2']);
  });

  it('that are all of them evicts nobody, for then the fault is rather ours', async () => {
    const cluster = await start({ ...zone('a', 2), ...zone('b', 2) });
    await fail(cluster, ['a-0', 'a-1', 'b-0', 'b-1']);
    await cluster.clock.advance(300 * SECOND);
    expect(evicted(cluster)).toEqual([]);
  });

  it('for good leaves their pods to the garbage collector, and those of a node out of service at once', async () => {
    const cluster = await start({ ...zone('a', 2), ...zone('b', 2) });
    const { api, clock } = cluster;
    for (const node of ['a-0', 'b-0']) {
      const containers = [{ name: 'main', image: 'registry.example/x:1' }];
      api.create<Pod>('Pod', { metadata: { name: `on-${node}`, namespace: 'default' }, spec: { nodeName: node, containers } });
    }
    await clock.advance(10 * SECOND);
    await fail(cluster, ['a-0', 'b-0']);
    const phases = (): unknown =>
      api.list<Pod>('Pod', { namespace: 'default' }).map(({ metadata, status }) => [metadata.name, status?.phase]);
    api.modify<Node>('Node', undefined, 'a-0', (draft) => {
      const taint = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' };
      draft.spec = { ...draft.spec, taints: [...(draft.spec?.taints ?? []), taint] };
    });
    await clock.advance(25 * SECOND);
    expect(phases()).toEqual([['on-b-0', 'Running']]);
    api.delete('Node', undefined, 'b-0');
    await clock.advance(30 * SECOND);
    expect(phases()).toEqual([['on-b-0', 'Running']]);
    await clock.advance(60 * SECOND);
    expect(phases()).toEqual([]);
  });

  it('that are kept out of the count do not make their zone a lost one', async () => {
    const cluster = await start({ ...zone('a', 2), ...zone('b', 1) });
    for (const node of ['a-1', 'b-0']) {
      cluster.api.modify<Node>('Node', undefined, node, (draft) => {
        draft.metadata.labels = { ...draft.metadata.labels, 'node.kubernetes.io/exclude-disruption': '' };
      });
    }
    await fail(cluster, ['a-0']);
    await cluster.clock.advance(120 * SECOND);
    // The only node that counts is down: that is everything, so nobody is evicted.
    expect(evicted(cluster)).toEqual([]);
  });

  it('that are deleted does not stop evictions on their way', async () => {
    const cluster = await start(zone('a', 2));
    const { api, clock } = cluster;
    const tolerations = [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 20 }];
    const containers = [{ name: 'main', image: 'registry.example/x:1' }];
    api.create<Pod>('Pod', { metadata: { name: 'x', namespace: 'default' }, spec: { nodeName: 'a-0', tolerations, containers } });
    await clock.advance(10 * SECOND);
    api.modify<Node>('Node', undefined, 'a-0', (draft) => void (draft.spec = { taints: [{ key: 'k', effect: 'NoExecute' }] }));
    await clock.advance(5 * SECOND);
    cluster.kubelets.setPower('a-0', 'off');
    api.delete('Node', undefined, 'a-0');
    await clock.advance(16 * SECOND);
    expect(api.get<Pod>('Pod', 'default', 'x')?.metadata.deletionTimestamp).toBeDefined();
    expect(api.list<Event>('Event').some(({ message }) => message?.startsWith('Cancelling deletion') === true)).toBe(false);
  });

  it('for good marks the pods that go with them as failed, but not those that had ended', async () => {
    const cluster = await start(zone('a', 2));
    const { api, clock } = cluster;
    const containers = [{ name: 'main', image: 'registry.example/x:1' }];
    for (const name of ['runs', 'ended'])
      api.create<Pod>('Pod', { metadata: { name, namespace: 'default' }, spec: { nodeName: 'a-0', containers } });
    await clock.advance(10 * SECOND);
    api.modify<Pod>('Pod', 'default', 'ended', (draft) => void (draft.status && (draft.status.phase = 'Succeeded')), {
      subresource: 'status',
    });
    const last = new Map<string, unknown>();
    api.watch<Pod>('Pod', ({ object: { metadata, status } }) => {
      last.set(metadata.name, [status?.phase, status?.conditions?.some(({ type }) => type === 'DisruptionTarget')]);
    });
    cluster.kubelets.setPower('a-0', 'off');
    api.delete('Node', undefined, 'a-0');
    await clock.advance(90 * SECOND);
    expect(Object.fromEntries(last)).toEqual({ runs: ['Failed', true], ended: ['Succeeded', false] });
    expect(api.list<Pod>('Pod')).toEqual([]);
  });

  it('whose machine is gone takes what belonged to them, and nothing of others', async () => {
    const cluster = await start({ ...zone('a', 3) });
    const { api, clock, kubelets, machines } = cluster;
    for (const { metadata } of api.list<Node>('Node')) {
      if (api.get('CSINode', undefined, metadata.name) === undefined)
        api.seed<CSINode>('CSINode', { metadata: { name: metadata.name }, spec: { drivers: [] } });
    }
    const belongings = (): string[] =>
      [...api.list<Node>('CSINode'), ...api.list<Node>('Lease', { namespace: 'kube-node-lease' })].map(({ metadata }) => metadata.name);
    expect(belongings().sort()).toEqual(['a-0', 'a-0', 'a-1', 'a-1', 'a-2', 'a-2']);
    kubelets.setPower('a-0', 'off');
    machines.set('a-0', 'gone');
    await clock.advance(NOTICED_MS);
    expect(belongings().sort()).toEqual(['a-1', 'a-1', 'a-2', 'a-2']);
  });

  it('is told of the names of the pods it evicts, not of their uids', async () => {
    const { api, clock } = await start({ ...zone('a', 1) });
    const spec = { containers: [{ name: 'c', image: 'registry.example/app:1' }], nodeName: 'a-0' };
    api.create<Pod>('Pod', { metadata: { name: 'web', namespace: 'default' }, spec });
    api.modify<Node>('Node', undefined, 'a-0', (draft) => {
      draft.spec = { ...draft.spec, taints: [{ key: 'maintenance', effect: 'NoExecute' }] };
    });
    await clock.advance(SECOND);
    const told = api.list<Event>('Event').find(({ reason }) => reason === 'TaintManagerEviction');
    expect(told?.involvedObject).toEqual({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web' });
  });
});
