import { afterEach, describe, expect, it } from 'vitest';
import type { Event, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../kubernetes/index.ts';
import { startTestCluster, type TestCluster } from '../_test-cluster.ts';

const clusters: TestCluster[] = [];
afterEach(() => clusters.splice(0).forEach((cluster) => cluster.stop()));

async function start(): Promise<TestCluster> {
  const cluster = await startTestCluster({ a: 'z1' });
  clusters.push(cluster);
  return cluster;
}

const size = (storage: string) => ({ requests: { storage } });
const claimSpec = (storageClassName: string) => ({ accessModes: ['ReadWriteOnce'], storageClassName, resources: size('8Gi') });
const claim = ({ api }: TestCluster, name: string): PersistentVolumeClaim | undefined =>
  api.get<PersistentVolumeClaim>('PersistentVolumeClaim', 'default', name);
const told = ({ api }: TestCluster, about: string): string[] =>
  api.list<Event>('Event').flatMap(({ involvedObject, reason }) => (involvedObject.name === about && reason ? [reason] : []));

function createPod({ api }: TestCluster, volume: object): void {
  const containers = [{ name: 'main', image: 'registry.example/db:1' }];
  api.create<Pod>('Pod', { metadata: { name: 'db', namespace: 'default' }, spec: { containers, volumes: [{ name: 'data', ...volume }] } });
}

function grow({ api }: TestCluster, name: string, to: string): void {
  api.modify<PersistentVolumeClaim>(
    'PersistentVolumeClaim',
    'default',
    name,
    (draft) => void (draft.spec && (draft.spec.resources = size(to))),
  );
}

describe('a claim that asks for more', () => {
  it('gets a larger disk, and its file system grows while a pod has it mounted', async () => {
    const cluster = await start();
    cluster.api.create<PersistentVolumeClaim>('PersistentVolumeClaim', {
      metadata: { name: 'c', namespace: 'default' },
      spec: claimSpec('managed-csi'),
    });
    createPod(cluster, { persistentVolumeClaim: { claimName: 'c' } });
    await cluster.clock.advance(60_000);
    grow(cluster, 'c', '16Gi');
    await cluster.clock.advance(1_000);
    expect(claim(cluster, 'c')?.status).toMatchObject({ capacity: { storage: '8Gi' }, conditions: [{ type: 'Resizing', status: 'True' }] });
    await cluster.clock.advance(3_000);
    expect(claim(cluster, 'c')?.status).toMatchObject({ capacity: { storage: '8Gi' }, conditions: [{ type: 'FileSystemResizePending' }] });
    expect(cluster.api.list<PersistentVolume>('PersistentVolume')[0]?.spec?.capacity).toEqual({ storage: '16Gi' });
    await cluster.clock.advance(3_000);
    expect(claim(cluster, 'c')?.status).toMatchObject({ capacity: { storage: '16Gi' } });
    expect(claim(cluster, 'c')?.status?.conditions).toBeUndefined();
    expect(told(cluster, 'c')).toEqual(
      expect.arrayContaining(['ExternalExpanding', 'Resizing', 'FileSystemResizeRequired', 'FileSystemResizeSuccessful']),
    );
  });

  it('waits with its file system until a pod comes', async () => {
    const cluster = await start();
    cluster.api.create<PersistentVolumeClaim>('PersistentVolumeClaim', {
      metadata: { name: 'c', namespace: 'default' },
      spec: claimSpec('managed-csi'),
    });
    createPod(cluster, { persistentVolumeClaim: { claimName: 'c' } });
    await cluster.clock.advance(60_000);
    cluster.api.delete('Pod', 'default', 'db');
    await cluster.clock.advance(60_000);
    grow(cluster, 'c', '16Gi');
    await cluster.clock.advance(60_000);
    expect(claim(cluster, 'c')?.status?.conditions?.[0]?.type).toBe('FileSystemResizePending');
    createPod(cluster, { persistentVolumeClaim: { claimName: 'c' } });
    await cluster.clock.advance(60_000);
    expect(claim(cluster, 'c')?.status?.capacity).toEqual({ storage: '16Gi' });
  });

  it('is done at once when it is a file share, and never when its class does not allow it', async () => {
    const cluster = await start();
    const none = { metadata: { name: 'rigid' }, provisioner: 'disk.csi.azure.com', volumeBindingMode: 'Immediate' };
    cluster.api.create('StorageClass', none);
    for (const name of ['azurefile-csi', 'rigid']) {
      cluster.api.create<PersistentVolumeClaim>('PersistentVolumeClaim', {
        metadata: { name, namespace: 'default' },
        spec: claimSpec(name),
      });
    }
    await cluster.clock.advance(30_000);
    for (const name of ['azurefile-csi', 'rigid']) grow(cluster, name, '16Gi');
    await cluster.clock.advance(30_000);
    expect(['azurefile-csi', 'rigid'].map((name) => claim(cluster, name)?.status?.capacity?.['storage'])).toEqual(['16Gi', '8Gi']);
    expect(told(cluster, 'azurefile-csi')).toContain('VolumeResizeSuccessful');
  });
});

describe('an ephemeral volume', () => {
  const ephemeral = { ephemeral: { volumeClaimTemplate: { metadata: { labels: { of: 'db' } }, spec: claimSpec('managed-csi') } } };

  it('has a claim of its own, which goes with the pod, and the pod runs when its disk is there', async () => {
    const cluster = await start();
    createPod(cluster, ephemeral);
    await cluster.clock.advance(5_000);
    expect(claim(cluster, 'db-data')?.metadata).toMatchObject({
      labels: { of: 'db' },
      ownerReferences: [{ kind: 'Pod', name: 'db', controller: true }],
    });
    expect(cluster.api.get<Pod>('Pod', 'default', 'db')?.status?.phase).toBe('Pending');
    await cluster.clock.advance(30_000);
    expect(cluster.api.get<Pod>('Pod', 'default', 'db')?.status?.phase).toBe('Running');
    cluster.api.delete('Pod', 'default', 'db');
    await cluster.clock.advance(60_000);
    expect([claim(cluster, 'db-data'), cluster.api.list('PersistentVolume')]).toEqual([undefined, []]);
  });

  it('is refused when a claim of that name belongs to somebody else', async () => {
    const cluster = await start();
    cluster.api.create<PersistentVolumeClaim>('PersistentVolumeClaim', {
      metadata: { name: 'db-data', namespace: 'default' },
      spec: claimSpec('managed-csi'),
    });
    createPod(cluster, ephemeral);
    await cluster.clock.advance(5_000);
    const [event] = cluster.api.list<Event>('Event').filter(({ reason }) => reason === 'FailedBinding');
    expect(event?.message).toBe('ephemeral volume data: PVC default/db-data was not created for pod default/db (pod is not owner)');
  });
});
