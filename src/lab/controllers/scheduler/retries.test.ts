import { describe, expect, it } from 'vitest';
import type { Event, Node, Pod } from '../../../kubernetes/index.ts';
import { ApiError, type Draft } from '../../kube-api/index.ts';
import { startTestCluster } from '../_test-cluster.ts';

describe('the scheduler', () => {
  it('tries a pod again that came before there was any node', async () => {
    const cluster = await startTestCluster({});
    const { api, clock } = cluster;
    const containers = [{ name: 'c', image: 'registry.example/app:1' }];
    api.create<Pod>('Pod', { metadata: { name: 'early', namespace: 'default' }, spec: { containers } });
    await clock.advance(1_000);
    const resources = { cpu: '4', memory: '8Gi', pods: '110' };
    api.create<Node>('Node', { metadata: { name: 'n1' }, status: { allocatable: resources, capacity: resources } });
    await clock.advance(20_000);
    expect(api.get<Pod>('Pod', 'default', 'early')?.spec?.nodeName).toBe('n1');
    cluster.stop();
  });

  it('tries a pod that no node matches again at every change of taints and every uncordoned node, not for labels that do not match', async () => {
    const cluster = await startTestCluster({ n1: 'zone-1', n2: 'zone-2' });
    const { api, clock } = cluster;
    const containers = [{ name: 'c', image: 'registry.example/app:1' }];
    api.create<Pod>('Pod', { metadata: { name: 'pin', namespace: 'default' }, spec: { nodeSelector: { disk: 'none' }, containers } });
    await clock.advance(1_000);
    const tries = () =>
      api
        .list<Event>('Event')
        .filter(({ involvedObject, reason }) => involvedObject.name === 'pin' && reason === 'FailedScheduling')
        .reduce((sum, { count = 0 }) => sum + count, 0);
    const triesAfter = async (change: (node: Draft<Node>) => void): Promise<number> => {
      const before = tries();
      api.modify<Node>('Node', undefined, 'n1', change);
      await clock.advance(2_000);
      return tries() - before;
    };
    const spec = (unschedulable: boolean) => (node: Draft<Node>) => void (node.spec = { ...node.spec, unschedulable });
    expect(tries()).toBe(1);
    // The cordon says nothing, the taint that follows does.
    expect(await triesAfter(spec(true))).toBe(1);
    expect(await triesAfter(spec(false))).toBe(2);
    expect(await triesAfter((node) => void (node.metadata = { ...node.metadata, labels: { ...node.metadata.labels, disk: 'ssd' } }))).toBe(
      0,
    );
    expect(await triesAfter((node) => void (node.spec = { taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] }))).toBe(1);
    cluster.stop();
  });

  it('tries a pod again, later each time, whose binding was refused', async () => {
    const cluster = await startTestCluster({ n1: 'zone-1' });
    const { api, clock } = cluster;
    const bind = api.bind.bind(api);
    const tries: number[] = [];
    const startedMs = clock.now();
    // The only way to a refusal without a rival is a refusal.
    api.bind = (namespace, name, node) => {
      tries.push(Math.round((clock.now() - startedMs) / 1000));
      if (tries.length < 4) throw new ApiError({ code: 409, reason: 'Conflict', message: 'refused by the test' });
      bind(namespace, name, node);
    };
    const big = { containers: [{ name: 'c', image: 'registry.example/app:1', resources: { requests: { cpu: '3' } } }] };
    api.create<Pod>('Pod', { metadata: { name: 'unlucky', namespace: 'default' }, spec: big });
    await clock.advance(30_000);
    expect(tries).toEqual([0, 1, 3, 7]);
    expect(api.get<Pod>('Pod', 'default', 'unlucky')?.spec?.nodeName).toBe('n1');
    const events = api.list<Event>('Event').filter(({ reason }) => reason === 'FailedScheduling');
    expect(events.every(({ message = '' }) => message.startsWith('binding rejected: running Bind plugin "DefaultBinder": '))).toBe(true);
    cluster.stop();
  });
});
