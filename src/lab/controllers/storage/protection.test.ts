import { afterEach, describe, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim, Pod, StatefulSet } from '../../../kubernetes/index.ts';
import { startTestCluster, type TestCluster } from '../_test-cluster.ts';

const clusters: TestCluster[] = [];
afterEach(() => clusters.splice(0).forEach((cluster) => cluster.stop()));
async function start(): Promise<TestCluster> {
  const cluster = await startTestCluster({ a: 'z1', b: 'z1' });
  clusters.push(cluster);
  return cluster;
}

type Retention = { readonly whenScaled: string; readonly whenDeleted: string };

function install({ api }: TestCluster, replicas: number, retention?: Retention): void {
  const labels = { app: 'db' };
  const set: StatefulSet = {
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      replicas,
      serviceName: 'db',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'db', image: 'registry.example/db:1' }] } },
      volumeClaimTemplates: [
        { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      ],
      ...(retention ? { persistentVolumeClaimRetentionPolicy: retention } : {}),
    },
  };
  api.create('StatefulSet', set);
}

const claims = ({ api }: TestCluster): readonly PersistentVolumeClaim[] =>
  api.list<PersistentVolumeClaim>('PersistentVolumeClaim', { namespace: 'default' });
const names = (cluster: TestCluster): string[] => claims(cluster).map(({ metadata }) => metadata.name);

describe('a claim', () => {
  it('that is deleted goes when no pod of a node uses it any more, and its volume with it', async () => {
    const cluster = await start();
    install(cluster, 1);
    await cluster.clock.advance(60_000);
    cluster.api.delete('PersistentVolumeClaim', 'default', 'data-db-0');
    await cluster.clock.advance(60_000);
    expect(claims(cluster)[0]?.metadata.deletionTimestamp).toBeDefined();
    expect(cluster.api.list<PersistentVolume>('PersistentVolume')[0]?.metadata.finalizers).toContain('kubernetes.io/pv-protection');
    cluster.api.delete('StatefulSet', 'default', 'db');
    await cluster.clock.advance(120_000);
    expect([names(cluster), cluster.api.list('PersistentVolume')]).toEqual([[], []]);
  });

  it('of a volume that is deleted keeps it', async () => {
    const cluster = await start();
    install(cluster, 1);
    await cluster.clock.advance(60_000);
    const volume = claims(cluster)[0]?.spec?.volumeName ?? '';
    cluster.api.delete('PersistentVolume', undefined, volume);
    await cluster.clock.advance(60_000);
    expect(cluster.api.get<PersistentVolume>('PersistentVolume', undefined, volume)?.status?.phase).toBe('Bound');
  });

  it.each([
    ['Retain', 'Retain', ['data-db-0', 'data-db-1'], ['data-db-0', 'data-db-1']],
    ['Delete', 'Retain', ['data-db-0'], ['data-db-0']],
    ['Retain', 'Delete', ['data-db-0', 'data-db-1'], []],
    ['Delete', 'Delete', ['data-db-0'], []],
  ])('of a stateful set that scales down (%s) and is deleted (%s)', async (whenScaled, whenDeleted, afterScaling, afterDeletion) => {
    const cluster = await start();
    install(cluster, 2, { whenScaled, whenDeleted });
    await cluster.clock.advance(120_000);
    expect(cluster.api.list<Pod>('Pod', { namespace: 'default' })).toHaveLength(2);
    cluster.api.modify<StatefulSet>('StatefulSet', 'default', 'db', (draft) => void (draft.spec && (draft.spec.replicas = 1)));
    await cluster.clock.advance(120_000);
    expect(names(cluster)).toEqual(afterScaling);
    cluster.api.delete('StatefulSet', 'default', 'db');
    await cluster.clock.advance(120_000);
    expect(names(cluster)).toEqual(afterDeletion);
  });
});
