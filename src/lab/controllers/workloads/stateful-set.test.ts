import { afterEach, describe, expect, it } from 'vitest';
import type { Event, KubeObject, PersistentVolumeClaim, Pod, StatefulSet } from '../../../kubernetes/index.ts';
import { startTestCluster, type TestCluster } from '../_test-cluster.ts';

const clusters: TestCluster[] = [];
afterEach(() => clusters.splice(0).forEach((cluster) => cluster.stop()));

const MINUTE = 60_000;
const labels = { app: 'x' };
const template = (image = 'registry.example/x:1') => ({ metadata: { labels }, spec: { containers: [{ name: 'main', image }] } });

async function start(spec: Partial<NonNullable<StatefulSet['spec']>>): Promise<TestCluster> {
  const cluster = await startTestCluster({ a: 'z1', b: 'z2', c: 'z3' });
  clusters.push(cluster);
  const whole = { serviceName: 'x', selector: { matchLabels: labels }, template: template(), replicas: 3, ...spec };
  cluster.api.create<StatefulSet>('StatefulSet', { metadata: { name: 'x', namespace: 'default' }, spec: whole });
  await cluster.clock.advance(MINUTE);
  return cluster;
}

const change = ({ api }: TestCluster, edit: (spec: NonNullable<StatefulSet['spec']>) => void): void =>
  void api.modify<StatefulSet>('StatefulSet', 'default', 'x', (draft) => draft.spec && edit(draft.spec));
const release = (cluster: TestCluster, tag: string): void =>
  change(cluster, (spec) => (spec.template = template(`registry.example/x:${tag}`)));
const tags = ({ api }: TestCluster): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(api.list<Pod>('Pod').map(({ metadata, spec }) => [metadata.name, spec?.containers[0]?.image?.split(':')[1]]));
const status = ({ api }: TestCluster): StatefulSet['status'] => api.get<StatefulSet>('StatefulSet', 'default', 'x')?.status;
const texts = ({ api }: TestCluster): (string | undefined)[] => api.list<Event>('Event').map(({ message }) => message);
const revisions = ({ api }: TestCluster): readonly KubeObject[] => api.list('ControllerRevision');

describe('a stateful set', () => {
  it('counts its partition in places, also when its ordinals do not begin at zero', async () => {
    const cluster = await start({ ordinals: { start: 5 }, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } });
    release(cluster, '2');
    await cluster.clock.advance(2 * MINUTE);
    expect(tags(cluster)).toEqual({ 'x-5': '1', 'x-6': '2', 'x-7': '2' });
    cluster.api.delete('Pod', 'default', 'x-5');
    await cluster.clock.advance(MINUTE);
    expect(tags(cluster)['x-5']).toBe('1');
  });

  it('takes one pod at a time for its update whatever maxUnavailable says, which 1.36 drops', async () => {
    // Newer than the types.
    const rollingUpdate = { maxUnavailable: 3 } as object;
    const cluster = await start({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
    expect(cluster.api.list<StatefulSet>('StatefulSet')[0]?.spec?.updateStrategy?.rollingUpdate).toEqual({ partition: 0 });
    release(cluster, '2');
    let least = Infinity;
    for (let step = 0; step < 120; step++) {
      await cluster.clock.advance(250);
      least = Math.min(least, status(cluster)?.readyReplicas ?? 0);
    }
    expect([least, tags(cluster)]).toEqual([2, { 'x-0': '2', 'x-1': '2', 'x-2': '2' }]);
  });

  it('takes a new revision for its current one when all pods are of it, unless pods are left to others', async () => {
    const [rolling, manual] = [await start({}), await start({ updateStrategy: { type: 'OnDelete' } })];
    for (const cluster of [rolling, manual]) {
      release(cluster, '2');
      for (const name of ['x-2', 'x-1', 'x-0']) {
        if (cluster === manual) cluster.api.delete('Pod', 'default', name);
        await cluster.clock.advance(MINUTE);
      }
      expect(Object.values(tags(cluster))).toEqual(['2', '2', '2']);
    }
    expect(status(rolling)?.currentRevision).toBe(status(rolling)?.updateRevision);
    expect(status(manual)?.currentRevision).not.toBe(status(manual)?.updateRevision);
  });

  it('forgets the oldest templates beyond its limit, and knows one again that comes back', async () => {
    const cluster = await start({ replicas: 1, revisionHistoryLimit: 1 });
    for (const tag of ['2', '3', '4', '3']) {
      release(cluster, tag);
      await cluster.clock.advance(MINUTE);
    }
    expect(revisions(cluster)).toHaveLength(2);
    expect(revisions(cluster).every(({ metadata }) => metadata.labels?.['controller.kubernetes.io/hash'] !== undefined)).toBe(true);
    expect(tags(cluster)).toEqual({ 'x-0': '3' });
  });

  it('tells of the claims that it makes, and makes one again that a waiting pod lacks', async () => {
    const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    const cluster = await start({ replicas: 1, volumeClaimTemplates: [claim] });
    expect(texts(cluster)).toContain('Create Claim data-x-0 Pod x-0 in StatefulSet x success');
    expect(texts(cluster)).toContain('Create Pod x-0 in StatefulSet x successful');
    const before = cluster.api.get<PersistentVolumeClaim>('PersistentVolumeClaim', 'default', 'data-x-0')?.metadata.uid;
    cluster.api.modify<StatefulSet>('StatefulSet', 'default', 'x', (draft) => void (draft.spec && (draft.spec.replicas = 0)));
    await cluster.clock.advance(MINUTE);
    for (const node of ['a', 'b', 'c'])
      cluster.api.modify('Node', undefined, node, (draft) => void Object.assign(draft, { spec: { unschedulable: true } }));
    change(cluster, (spec) => (spec.replicas = 1));
    await cluster.clock.advance(MINUTE);
    cluster.api.delete('PersistentVolumeClaim', 'default', 'data-x-0');
    await cluster.clock.advance(6 * MINUTE);
    const after = cluster.api.get<PersistentVolumeClaim>('PersistentVolumeClaim', 'default', 'data-x-0')?.metadata;
    expect(after?.uid !== undefined && after.uid !== before).toBe(true);
  });

  it('tells when a pod of its is refused, and makes it once it may', async () => {
    const cluster = await start({ replicas: 1 });
    cluster.api.create('ResourceQuota', { metadata: { name: 'q', namespace: 'default' }, spec: { hard: { pods: '1' } } } as KubeObject);
    await cluster.clock.advance(MINUTE);
    change(cluster, (spec) => (spec.replicas = 2));
    await cluster.clock.advance(MINUTE);
    expect(
      texts(cluster).some((text) =>
        text?.startsWith('Create Pod x-1 in StatefulSet x failed error: pods "x-1" is forbidden: exceeded quota'),
      ),
    ).toBe(true);
    cluster.api.delete('ResourceQuota', 'default', 'q');
    await cluster.clock.advance(5 * MINUTE);
    expect(Object.keys(tags(cluster))).toEqual(['x-0', 'x-1']);
  });
});
