/** The Kubernetes client and driver against the lab's API server: what needs nodes or a lab's own ways. The rest goes anywhere: namespaced.test.ts. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRandom, createRealClock, createScaledClock, silentLogger } from '../../src/base/index.ts';
import { createKubernetesClient, loadKubeconfig } from '../../src/clients/index.ts';
import type { KubernetesSession } from '../../src/clients/index.ts';
import { createKubernetesDriver, observeCluster, waitNodeReady } from '../../src/drivers/kubernetes/index.ts';
import type { ClusterEvent } from '../../src/drivers/kubernetes/index.ts';
import type { UndoPlan } from '../../src/experiment/index.ts';
import { resourceOf } from '../../src/kubernetes/index.ts';
import type { KubeObject, Node, Pod, Resource } from '../../src/kubernetes/index.ts';
import { startTestServer } from './_kube-api-server.ts';
import type { TestServer } from './_kube-api-server.ts';

let server: TestServer;
let client: KubernetesSession;
const clock = createRealClock();
const kind = (name: string): Resource => {
  const resource = resourceOf(name);
  if (resource === undefined) throw new Error(name);
  return resource;
};

async function connect(speed = 1): Promise<KubernetesSession> {
  const login = await loadKubeconfig({ env: { KUBECONFIG: server.kubeconfig } });
  const its = speed === 1 ? clock : createScaledClock({ speed, originMs: 0, wallOriginMs: Date.now() });
  return createKubernetesClient(login, { clock: its, log: silentLogger });
}

const setReady = (name: string, status: string): void =>
  void server.api.modify<Node>(
    'Node',
    undefined,
    name,
    (draft) => {
      Object.assign(draft, { status: { ...draft.status, conditions: [{ type: 'Ready', status }] } });
    },
    { subresource: 'status' },
  );

function addNode(name: string): void {
  server.api.create('Node', { apiVersion: 'v1', kind: 'Node', metadata: { name } });
  setReady(name, 'True');
}

function addPod(
  name: string,
  owner: 'ReplicaSet' | 'DaemonSet' | undefined,
  on: string,
  labels: Readonly<Record<string, string>> = {},
): void {
  const reference = { apiVersion: 'apps/v1', kind: owner ?? '', name: 'owner', uid: 'u-1', controller: true };
  const pod: KubeObject & Record<string, unknown> = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels, ...(owner === undefined ? {} : { ownerReferences: [reference] }) },
    spec: { containers: [{ name: 'c', image: 'x' }], terminationGracePeriodSeconds: 0 },
  };
  server.api.create('Pod', pod);
  server.api.bind('default', name, on);
}

beforeAll(async () => {
  server = await startTestServer();
  client = await connect();
});
afterAll(async () => {
  client.close();
  await server.stop();
});
afterEach(() => {
  for (const kindName of ['Pod', 'PodDisruptionBudget', 'Deployment', 'Node', 'NetworkPolicy']) {
    for (const { metadata } of server.api.list(kindName)) {
      server.api.delete(kindName, metadata.namespace, metadata.name, { gracePeriodSeconds: 0 });
    }
  }
});

describe("the client at the lab's API server", () => {
  it('reads a list in pages', async () => {
    for (let index = 0; index < 502; index++)
      server.api.create('ConfigMap', { kind: 'ConfigMap', metadata: { name: `m-${index}`, namespace: 'default' } });
    const { items } = await client.list(kind('ConfigMap'), { namespace: 'default' });
    expect(items.filter(({ metadata }) => metadata.name.startsWith('m-'))).toHaveLength(502);
  });

  it('sees every change while it watches', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const event of client.watch<Node>(kind('Node'), { signal: stop.signal })) {
      seen.push(event.type === 'RESET' ? `RESET ${event.objects.length}` : `${event.type} ${event.object.metadata.name}`);
      if (seen.length === 1) addNode('n1');
      if (seen.length === 3) server.api.delete('Node', undefined, 'n1');
      if (seen.length === 4) stop.abort();
    }
    expect(seen).toEqual(['RESET 0', 'ADDED n1', 'MODIFIED n1', 'DELETED n1']);
  });
});

describe('waiting for a node', () => {
  const wait = (limitMs: number, signal = new AbortController().signal) => waitNodeReady(client, 'n1', { clock, limitMs, signal });

  it('ends when the node is ready', async () => {
    addNode('n1');
    setReady('n1', 'Unknown');
    const waiting = wait(10_000);
    setTimeout(() => setReady('n1', 'True'), 100);
    expect(await waiting).toMatchObject({ ready: true, detail: 'node n1: Ready' });
  });

  it('says what the node still is when the time is over', async () => {
    addNode('n1');
    setReady('n1', 'Unknown');
    expect(await wait(300)).toMatchObject({ ready: false, detail: 'node n1: Ready is Unknown after 0.3 s' });
    server.api.delete('Node', undefined, 'n1');
    expect(await wait(300)).toMatchObject({ ready: false, detail: 'node n1: is not there after 0.3 s' });
  });

  it('ends when cancelled', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await expect(wait(10_000, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('observing a cluster', () => {
  it('tells what happens to nodes, pods and endpoints, and nothing that was there before', async () => {
    addNode('n1');
    const stop = new AbortController();
    const events: ClusterEvent[] = [];
    const observation = observeCluster(client, {
      namespace: 'default',
      clock,
      signal: stop.signal,
      onEvent: (event) => events.push(event),
    });
    await observation.ready;
    setReady('n1', 'Unknown');
    addPod('p1', 'ReplicaSet', 'n1');
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      addressType: 'IPv4',
      metadata: { name: 's-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
    };
    server.api.create('EndpointSlice', slice);
    await expect
      .poll(() => events.map(({ lane, subject, what }) => `${lane} ${subject} ${what}`))
      .toEqual(expect.arrayContaining(['node n1 NotReady', 'pod p1 created', 'pod p1 placed on n1', 'endpoints web 1 ready endpoint']));
    stop.abort();
    expect(await observation.done).toEqual([]);
    expect(events.some(({ what }) => what === 'node added')).toBe(false);
  });
});

describe('the driver', () => {
  const { activities, undos } = createKubernetesDriver(() => connect(50));
  const run = async (name: string, args: Record<string, unknown>): Promise<{ output: unknown; plans: UndoPlan[] }> => {
    const plans: UndoPlan[] = [];
    const output = await activities
      .find((activity) => activity.name === name)
      ?.run(args, { ...surroundings(), activityName: name, undo: { plan: async (plan) => void plans.push(plan) } });
    return { output, plans };
  };
  const surroundings = () => ({
    clock: createScaledClock({ speed: 50, originMs: 0, wallOriginMs: Date.now() }),
    random: createRandom('driver'),
    log: silentLogger,
    signal: AbortSignal.timeout(20_000),
    env: {},
    configuration: {},
    secrets: {},
  });
  const mend = (plan: UndoPlan) => undos.find(({ name }) => name === plan.undo)?.run(plan.state, surroundings());
  const isCordoned = (name: string): boolean => server.api.get<Node>('Node', undefined, name)?.spec?.unschedulable === true;

  it('cordons nodes, writes down how to mend only those that it changed, and mends them', async () => {
    addNode('n1');
    addNode('n2');
    await run('kubernetes/cordon-node', { name: 'n2' });
    const { output, plans } = await run('kubernetes/cordon-node', {});
    expect(output).toEqual(['n1', 'n2']);
    expect(plans.map(({ state }) => state['nodes'])).toEqual([['n1']]);
    const [plan] = plans;
    if (plan === undefined) throw new Error('no plan');
    expect(await mend(plan)).toEqual({ mended: true, alreadyDone: false, detail: ['node n1: schedulable'] });
    expect([isCordoned('n1'), isCordoned('n2')]).toEqual([false, true]);
    expect(await mend(plan)).toMatchObject({ mended: true, alreadyDone: true });
  });

  it('drains a node, but for the pods of daemon sets', async () => {
    addNode('n1');
    addPod('web', 'ReplicaSet', 'n1');
    addPod('agent', 'DaemonSet', 'n1');
    const { output } = await run('kubernetes/drain-nodes', { name: 'n1' });
    expect(output).toEqual(['n1']);
    expect(server.api.list<Pod>('Pod', { namespace: 'default' }).map(({ metadata }) => metadata.name)).toEqual(['agent']);
  });

  it('waits for a disruption budget to have room, and gives up in the end', async () => {
    addNode('n1');
    addPod('web', 'ReplicaSet', 'n1', { app: 'web' });
    server.api.modify<Pod>(
      'Pod',
      'default',
      'web',
      (draft) => {
        Object.assign(draft, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } });
      },
      { subresource: 'status' },
    );
    const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'default' } };
    server.api.create('PodDisruptionBudget', {
      ...budget,
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    } as KubeObject);
    await expect(run('kubernetes/drain-nodes', { name: 'n1', timeout: 20 })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('Failed to evict pod web'),
    });
  });

  it('refuses to drain a pod that nothing would replace', async () => {
    addNode('n1');
    addPod('lone', undefined, 'n1');
    await expect(run('kubernetes/drain-nodes', { name: 'n1' })).rejects.toThrow("Pod 'lone' on node 'n1' is unmanaged");
  });

  it('names every activity and undo once', () => {
    const names = [...activities, ...undos].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const aliases = activities.flatMap((activity) => activity.aliases);
    expect(new Set(aliases).size).toBe(aliases.length);
    for (const { undo } of activities) if (undo !== undefined) expect(undos.map(({ name }) => name)).toContain(undo);
  });
});
