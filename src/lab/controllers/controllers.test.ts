import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock, silentLogger, type VirtualClock } from '../../base/index.ts';
import type {
  CronJob,
  Deployment,
  Endpoints,
  EndpointSlice,
  Job,
  KubeObject,
  Namespace,
  Node,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  Service,
} from '../../kubernetes/index.ts';
import { createLabApi, type LabApi } from '../kube-api/index.ts';
import { startKubelets, type Kubelets } from '../kubelet/index.ts';
import { CONTROLLERS, startControllers, startScheduler, type ControllersOptions } from './index.ts';

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

interface Cluster {
  readonly api: LabApi;
  readonly clock: VirtualClock;
  readonly kubelets: Kubelets;
}

async function startCluster(nodes: readonly string[], options: Partial<ControllersOptions> = {}, seed = 'controllers'): Promise<Cluster> {
  const clock = createVirtualClock(Date.parse('2026-01-05T08:00:00Z'));
  const random = createRandom(seed);
  const api = createLabApi({ clock, random });
  for (const name of nodes) {
    const resources = { cpu: '2', memory: '8Gi', pods: '110' };
    const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${name.slice(-1)}` };
    api.seed<Node>('Node', { metadata: { name, labels }, status: { allocatable: resources, capacity: resources } });
  }
  const kubelets = startKubelets(api, { clock, random, log: silentLogger, timing: { bootMs: 1_000 } });
  const controllers = startControllers(api, { log: silentLogger, ...options });
  const scheduler = startScheduler(api, { random, log: silentLogger });
  stops.push(
    () => kubelets.stop(),
    () => controllers.stop(),
    () => scheduler.stop(),
  );
  await clock.advance(15_000);
  return { api, clock, kubelets };
}

function webOf(replicas: number, image = 'registry.example/web:1'): Deployment {
  return {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
    },
  };
}

const pods = (api: LabApi): readonly Pod[] => api.list<Pod>('Pod', { namespace: 'default' });
const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
const condition = (
  object: { status?: { conditions?: readonly { type: string; status: string; reason?: string }[] } } | undefined,
  type: string,
) => object?.status?.conditions?.find((found) => found.type === type);

describe('controllers', () => {
  it('have each a name and a summary of their own', () => {
    expect(new Set(CONTROLLERS.map(({ name }) => name)).size).toBe(CONTROLLERS.length);
    expect(CONTROLLERS.every(({ summary }) => summary.endsWith('.'))).toBe(true);
  });

  it('bring a deployment to its replicas, behind its service', async () => {
    const { api, clock } = await startCluster(['node-a', 'node-b']);
    api.create<Service>('Service', {
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    api.create('Deployment', webOf(3));
    await clock.advance(10_000);
    expect(pods(api).filter(isReady)).toHaveLength(3);
    const [slice] = api
      .list<EndpointSlice>('EndpointSlice', { namespace: 'default' })
      .filter(({ metadata }) => metadata.name.startsWith('web-'));
    expect(slice?.endpoints?.map(({ conditions }) => conditions?.ready)).toEqual([true, true, true]);
    expect(api.get<Endpoints>('Endpoints', 'default', 'web')?.subsets?.[0]?.addresses).toHaveLength(3);
    expect(condition(api.get<Deployment>('Deployment', 'default', 'web'), 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
  });

  it('adopt a replica set whose template is the same, instead of making another', async () => {
    const { api, clock } = await startCluster(['node-a']);
    const { spec } = webOf(1);
    const labels = { app: 'web', 'pod-template-hash': '7f9c5b6d4' };
    api.seed<ReplicaSet>('ReplicaSet', {
      metadata: { name: 'web-7f9c5b6d4', namespace: 'default', labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, ...(spec ? { spec: spec.template.spec } : {}) },
      },
    });
    api.create('Deployment', webOf(1));
    await clock.advance(10_000);
    expect(api.list<ReplicaSet>('ReplicaSet').map(({ metadata }) => metadata.name)).toEqual(['web-7f9c5b6d4']);
    expect(pods(api).map(({ metadata }) => metadata.name)).toEqual([expect.stringMatching(/^web-7f9c5b6d4-.{5}$/)]);
  });

  it('evict the pods of a silent node after its grace and their toleration, and keep the pod terminating there', async () => {
    const { api, clock, kubelets } = await startCluster(['node-a', 'node-b']);
    api.create('Deployment', webOf(1));
    await clock.advance(10_000);
    const node = pods(api)[0]?.spec?.nodeName ?? '';
    kubelets.setPower(node, 'off');
    await clock.advance(39_000);
    expect(pods(api).filter(isReady)).toHaveLength(1);
    await clock.advance(17_000);
    expect(pods(api).filter(isReady)).toHaveLength(0);
    expect(api.get<Node>('Node', undefined, node)?.spec?.taints?.map(({ key, effect }) => `${key}:${effect}`)).toEqual([
      'node.kubernetes.io/unreachable:NoSchedule',
      'node.kubernetes.io/unreachable:NoExecute',
    ]);
    await clock.advance(310_000);
    expect(
      pods(api)
        .filter(isReady)
        .map(({ spec }) => spec?.nodeName === node),
    ).toEqual([false]);
    expect(pods(api).filter(({ metadata }) => metadata.deletionTimestamp !== undefined)).toHaveLength(1);
    kubelets.setPower(node, 'on');
    await clock.advance(10_000);
    expect(pods(api)).toHaveLength(1);
    expect(api.get<Node>('Node', undefined, node)?.spec?.taints).toBeUndefined();
  });

  it('leave no dependents when an owner is deleted, and let them live when it is orphaned', async () => {
    const { api, clock } = await startCluster(['node-a']);
    api.create('Deployment', webOf(2));
    await clock.advance(10_000);
    api.delete('Deployment', 'default', 'web', { propagationPolicy: 'Orphan' });
    await clock.advance(5_000);
    expect(pods(api)).toHaveLength(2);
    const [set] = api.list<ReplicaSet>('ReplicaSet');
    expect(set?.metadata.ownerReferences ?? []).toEqual([]);
    api.delete('ReplicaSet', 'default', set?.metadata.name ?? '', { propagationPolicy: 'Foreground' });
    await clock.advance(10_000);
    expect(pods(api)).toEqual([]);
    expect(api.list<ReplicaSet>('ReplicaSet')).toEqual([]);
  });

  it('leave alone what an owner of an unknown kind has, also under a disruption budget', async () => {
    const { api, clock } = await startCluster(['node-a']);
    const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', uid: 'elsewhere', controller: true };
    api.create<Pod>('Pod', {
      metadata: { name: 'web', namespace: 'default', labels: { app: 'web' }, ownerReferences: [owner] },
      spec: { containers: [{ name: 'web', image: 'registry.example/web:1' }] },
    });
    api.create<PodDisruptionBudget>('PodDisruptionBudget', {
      metadata: { name: 'web', namespace: 'default' },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
    });
    await clock.advance(10_000);
    expect(pods(api).filter(isReady)).toHaveLength(1);
  });

  it('furnish a new namespace, and empty a deleted one before it goes', async () => {
    const { api, clock } = await startCluster(['node-a']);
    api.create<Namespace>('Namespace', { metadata: { name: 'shop' } });
    await clock.advance(1_000);
    expect(api.get<KubeObject>('ServiceAccount', 'shop', 'default')).toBeDefined();
    api.create<Deployment>('Deployment', { ...webOf(1), metadata: { name: 'web', namespace: 'shop' } });
    await clock.advance(5_000);
    api.delete('Namespace', undefined, 'shop');
    await clock.advance(30_000);
    expect(api.get<Namespace>('Namespace', undefined, 'shop')).toBeUndefined();
    expect(api.list<Pod>('Pod', { namespace: 'shop' })).toEqual([]);
  });

  it('run a job to its completions, and start the jobs of a cron job every minute', async () => {
    const { api, clock } = await startCluster(['node-a']);
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'registry.example/batch:1' }] } };
    api.create<Job>('Job', { metadata: { name: 'once', namespace: 'default' }, spec: { completions: 2, parallelism: 1, template } });
    api.create<CronJob>('CronJob', {
      metadata: { name: 'often', namespace: 'default' },
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } },
    });
    await clock.advance(130_000);
    const once = api.get<Job>('Job', 'default', 'once');
    expect([once?.status?.succeeded, condition(once, 'Complete')?.status]).toEqual([2, 'True']);
    expect(api.list<Job>('Job').filter(({ metadata }) => metadata.name.startsWith('often-'))).toHaveLength(2);
  });

  it('taint a node whose machine is stopped, and delete one whose machine is gone', async () => {
    const states = new Map<string, 'stopped' | 'gone'>();
    const machineState = (node: string) => states.get(node) ?? 'running';
    const { api, clock, kubelets } = await startCluster(['node-a', 'node-b'], { machineState });
    for (const node of ['node-a', 'node-b']) kubelets.setPower(node, 'off');
    states.set('node-a', 'stopped');
    states.set('node-b', 'gone');
    await clock.advance(180_000);
    expect(api.list<Node>('Node').map(({ metadata }) => metadata.name)).toEqual(['node-a']);
    expect(api.get<Node>('Node', undefined, 'node-a')?.spec?.taints?.map(({ key }) => key)).toContain(
      'node.cloudprovider.kubernetes.io/shutdown',
    );
  });

  it('take their own finalizer alone from a namespace, which stays for whom another waits', async () => {
    const { api, clock } = await startCluster(['node-a']);
    api.create<Namespace>('Namespace', { metadata: { name: 'held' }, spec: { finalizers: ['kubernetes', 'example.com/own'] } });
    await clock.advance(1_000);
    api.delete('Namespace', undefined, 'held');
    await clock.advance(5_000);
    const held = api.get<Namespace>('Namespace', undefined, 'held');
    expect(held?.spec?.finalizers).toEqual(['example.com/own']);
    await clock.advance(5_000);
    expect(api.get('Namespace', undefined, 'held')?.metadata.resourceVersion).toBe(held?.metadata.resourceVersion);
  });

  it('tell the same story for the same seed', async () => {
    const story = async (): Promise<readonly string[]> => {
      const { api, clock, kubelets } = await startCluster(['node-a', 'node-b', 'node-c'], {}, 'story');
      api.create('Deployment', webOf(5));
      await clock.advance(20_000);
      kubelets.setPower('node-a', 'off');
      await clock.advance(400_000);
      return pods(api).map(({ metadata, spec }) => `${metadata.name} ${metadata.uid} ${spec?.nodeName}`);
    };
    expect(await story()).toEqual(await story());
  });
});
