import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock, silentLogger, type VirtualClock } from '../../../base/index.ts';
import type {
  CSINode,
  Event,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
  VolumeAttachment,
} from '../../../kubernetes/index.ts';
import { createLabApi, type LabApi } from '../../kube-api/index.ts';
import { startKubelets, type Kubelets } from '../../kubelet/index.ts';
import { startControllers, startScheduler } from '../index.ts';

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

const SECOND = 1_000;
const MINUTE = 60_000;

interface Cluster {
  readonly api: LabApi;
  readonly clock: VirtualClock;
  readonly kubelets: Kubelets;
}

/** Nodes by name, with the zone that each is in. */
async function startCluster(nodes: Readonly<Record<string, string>>): Promise<Cluster> {
  const clock = createVirtualClock(Date.parse('2026-01-05T08:00:00Z'));
  const random = createRandom('storage');
  const api = createLabApi({ clock, random });
  for (const [name, zone] of Object.entries(nodes)) {
    const resources = { cpu: '2', memory: '8Gi', pods: '110' };
    const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone };
    api.seed<Node>('Node', { metadata: { name, labels }, status: { allocatable: resources, capacity: resources } });
  }
  const kubelets = startKubelets(api, { clock, random, log: silentLogger, timing: { bootMs: SECOND } });
  const controllers = startControllers(api, { log: silentLogger, machineState: () => 'running' });
  const scheduler = startScheduler(api, { random, log: silentLogger });
  stops.push(
    () => kubelets.stop(),
    () => controllers.stop(),
    () => scheduler.stop(),
  );
  await clock.advance(15 * SECOND);
  return { api, clock, kubelets };
}

const database = (): StatefulSet => ({
  metadata: { name: 'db', namespace: 'default' },
  spec: {
    replicas: 1,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'registry.example/db:1' }] } },
    volumeClaimTemplates: [
      { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '8Gi' } } } },
    ],
  },
});

const pod = (api: LabApi): Pod | undefined => api.get<Pod>('Pod', 'default', 'db-0');
const claim = (api: LabApi): PersistentVolumeClaim | undefined =>
  api.get<PersistentVolumeClaim>('PersistentVolumeClaim', 'default', 'data-db-0');
const volumes = (api: LabApi): readonly PersistentVolume[] => api.list<PersistentVolume>('PersistentVolume');
const attachments = (api: LabApi): readonly VolumeAttachment[] => api.list<VolumeAttachment>('VolumeAttachment');
const isReady = (found: Pod | undefined): boolean =>
  found?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
const reasons = (api: LabApi): ReadonlySet<string | undefined> => new Set(api.list<Event>('Event').map(({ reason }) => reason));
const other = (node: string): string => (node === 'node-a' ? 'node-b' : 'node-a');

describe('the disk of a stateful set', () => {
  it('is made in the zone of the node that was chosen, and attached there before the pod runs', async () => {
    const { api, clock } = await startCluster({ 'node-a': 'westeurope-1', 'node-b': 'westeurope-2' });
    api.create('StatefulSet', database());
    await clock.advance(2 * SECOND);
    expect(pod(api)?.spec?.nodeName).toBeUndefined();
    expect(claim(api)?.status?.phase).toBe('Pending');
    await clock.advance(4 * SECOND);
    const node = pod(api)?.spec?.nodeName ?? '';
    const zone = api.get<Node>('Node', undefined, node)?.metadata.labels?.['topology.kubernetes.io/zone'];
    expect(claim(api)).toMatchObject({
      spec: { storageClassName: 'managed-csi' },
      status: { phase: 'Bound', capacity: { storage: '8Gi' } },
    });
    const [volume] = volumes(api);
    expect(volume?.status?.phase).toBe('Bound');
    expect(volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values).toEqual([zone]);
    expect(isReady(pod(api))).toBe(false);
    await clock.advance(15 * SECOND);
    expect(attachments(api)).toMatchObject([{ spec: { nodeName: node }, status: { attached: true } }]);
    expect(isReady(pod(api))).toBe(true);
    expect(reasons(api)).toContain('SuccessfulAttachVolume');
  });

  it('leaves the pod Pending when its zone is lost, and is there again with the zone', async () => {
    const { api, clock, kubelets } = await startCluster({ 'node-a': 'westeurope-1', 'node-b': 'westeurope-2' });
    api.create('StatefulSet', database());
    await clock.advance(30 * SECOND);
    const node = pod(api)?.spec?.nodeName ?? '';
    kubelets.setPower(node, 'off');
    await clock.advance(7 * MINUTE);
    api.delete('Pod', 'default', 'db-0', { gracePeriodSeconds: 0 });
    await clock.advance(10 * MINUTE);
    const message = pod(api)?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
    expect(message).toContain("1 node(s) didn't match PersistentVolume's node affinity");
    kubelets.setPower(node, 'on');
    await clock.advance(MINUTE);
    expect(pod(api)?.spec?.nodeName).toBe(node);
    expect(isReady(pod(api))).toBe(true);
  });

  it('stays six minutes with a silent node after its pod was deleted by force', async () => {
    const { api, clock, kubelets } = await startCluster({ 'node-a': 'westeurope-1', 'node-b': 'westeurope-1' });
    api.create('StatefulSet', database());
    await clock.advance(30 * SECOND);
    const node = pod(api)?.spec?.nodeName ?? '';
    kubelets.setPower(node, 'off');
    await clock.advance(7 * MINUTE);
    expect(pod(api)?.metadata.deletionTimestamp).toBeDefined();
    expect(attachments(api)).toMatchObject([{ spec: { nodeName: node } }]);
    api.delete('Pod', 'default', 'db-0', { gracePeriodSeconds: 0 });
    await clock.advance(5.5 * MINUTE);
    expect(pod(api)?.spec?.nodeName).toBe(other(node));
    expect(isReady(pod(api))).toBe(false);
    expect(reasons(api)).toContain('FailedAttachVolume');
    expect(reasons(api)).toContain('FailedMount');
    await clock.advance(MINUTE);
    expect(attachments(api)).toMatchObject([{ spec: { nodeName: other(node) }, status: { attached: true } }]);
    expect(isReady(pod(api))).toBe(true);
  });

  it('leaves a node that is out of service at once', async () => {
    const { api, clock, kubelets } = await startCluster({ 'node-a': 'westeurope-1', 'node-b': 'westeurope-1' });
    api.create('StatefulSet', database());
    await clock.advance(30 * SECOND);
    const node = pod(api)?.spec?.nodeName ?? '';
    kubelets.setPower(node, 'off');
    await clock.advance(7 * MINUTE);
    api.modify<Node>('Node', undefined, node, (draft) => {
      const taint = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' };
      draft.spec = { ...draft.spec, taints: [...(draft.spec?.taints ?? []), taint] };
    });
    await clock.advance(MINUTE);
    expect(pod(api)?.spec?.nodeName).toBe(other(node));
    expect(isReady(pod(api))).toBe(true);
  });

  it('leaves a silent node when somebody deletes its attachment, and is attached where it is wanted', async () => {
    const { api, clock, kubelets } = await startCluster({ 'node-a': 'westeurope-1', 'node-b': 'westeurope-1' });
    api.create('StatefulSet', database());
    await clock.advance(30 * SECOND);
    const node = pod(api)?.spec?.nodeName ?? '';
    kubelets.setPower(node, 'off');
    await clock.advance(7 * MINUTE);
    api.delete('Pod', 'default', 'db-0', { gracePeriodSeconds: 0 });
    await clock.advance(10 * SECOND);
    api.delete('VolumeAttachment', undefined, attachments(api)[0]?.metadata.name ?? '');
    await clock.advance(MINUTE);
    expect(attachments(api)).toMatchObject([{ spec: { nodeName: other(node) }, status: { attached: true } }]);
    expect(isReady(pod(api))).toBe(true);
  });

  it('goes with its claim once no pod uses it', async () => {
    const { api, clock } = await startCluster({ 'node-a': 'westeurope-1' });
    api.create('StatefulSet', database());
    await clock.advance(30 * SECOND);
    api.delete('StatefulSet', 'default', 'db', { propagationPolicy: 'Background' });
    await clock.advance(30 * SECOND);
    expect(volumes(api)).toHaveLength(1);
    api.delete('PersistentVolumeClaim', 'default', 'data-db-0');
    await clock.advance(30 * SECOND);
    expect(volumes(api)).toEqual([]);
    expect(attachments(api)).toEqual([]);
  });

  it('waits for another node when its node can have no more attached', async () => {
    const { api, clock } = await startCluster({ 'node-a': 'westeurope-1', 'node-b': 'westeurope-2' });
    for (const name of ['node-a', 'node-b']) {
      const drivers = [{ name: 'disk.csi.azure.com', nodeID: name, allocatable: { count: 1 } }];
      api.create<CSINode>('CSINode', { metadata: { name }, spec: { drivers } });
    }
    const set = database();
    api.create('StatefulSet', { ...set, spec: { ...set.spec, replicas: 3 } });
    await clock.advance(2 * MINUTE);
    const found = api.list<Pod>('Pod').map(({ spec }) => spec?.nodeName);
    expect(new Set(found.slice(0, 2))).toEqual(new Set(['node-a', 'node-b']));
    expect(found[2]).toBeUndefined();
    const text = api
      .list<Event>('Event')
      .find(({ reason, involvedObject }) => reason === 'FailedScheduling' && involvedObject.name === 'db-2');
    expect(text?.message).toContain('node(s) exceed max volume count');
    api.modify<CSINode>('CSINode', undefined, 'node-a', (draft) => void (draft.spec.drivers = []));
    await clock.advance(MINUTE);
    expect(api.get<Pod>('Pod', 'default', 'db-2')?.spec?.nodeName).toBe('node-a');
  });
});
