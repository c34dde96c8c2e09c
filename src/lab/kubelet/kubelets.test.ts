import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createScaledClock, silentLogger, type Clock } from '../../base/index.ts';
import type { EndpointSlice, Event, Node, Pod, Service } from '../../kubernetes/index.ts';
import { startControllers, startScheduler } from '../controllers/index.ts';
import { createLabApi, type LabApi } from '../kube-api/index.ts';
import { createLabNetwork, type LabNetwork } from '../network/index.ts';
import { nodeObject, startKubelets, type Kubelets, type ProgramFor } from './index.ts';

const stops: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const echo: ProgramFor = (_, container) => ({
  startUpMs: 500,
  async start(context) {
    const { env, log, pod } = context;
    log.info('listening', { container: container.name });
    // A container of this name serves nothing, and is done after a while.
    if (container.name === 'work') {
      const cancel = context.clock.after(3_000, () => context.exit(0));
      return { stop: async () => cancel() };
    }
    await context.listen(8080, (request, response) => {
      response.statusCode = request.url === '/broken' ? 500 : 200;
      response.end(`${pod.metadata.name} ${env['GREETING']} ${env['WEB_SERVICE_PORT']}`);
    });
    return { stop: async () => {} };
  },
});

interface Cluster {
  readonly api: LabApi;
  readonly clock: Clock;
  readonly network: LabNetwork;
  readonly kubelets: Kubelets;
}

function startCluster(nodes: readonly string[]): Cluster {
  const clock = createScaledClock({ speed: 50, originMs: Date.parse('2026-01-05T08:00:00Z'), wallOriginMs: wallNow() });
  const random = createRandom('kubelets');
  const api = createLabApi({ clock, random });
  for (const [index, name] of nodes.entries()) {
    api.seed<Node>('Node', nodeObject({ name, pool: 'nodepool1', podCIDR: `10.244.${index}.0/24`, internalIP: `10.224.0.${index + 4}` }));
  }
  const network = createLabNetwork({ api, clock, random, log: silentLogger });
  const kubelets = startKubelets(api, { clock, random, log: silentLogger, network, programFor: echo, timing: { bootMs: 5_000 } });
  const controllers = startControllers(api, { log: silentLogger });
  const scheduler = startScheduler(api, { random, log: silentLogger });
  stops.push(
    () => network.stop(),
    () => kubelets.stop(),
    () => controllers.stop(),
    () => scheduler.stop(),
  );
  return { api, clock, network, kubelets };
}

const wallNow = (): number => new Date().getTime();

async function until<T>({ clock }: Cluster, find: () => T | undefined, limitMs = 300_000): Promise<T> {
  const endMs = clock.now() + limitMs;
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (clock.now() > endMs) throw new Error('waited in vain');
    await clock.sleep(100);
  }
}

const isReady = (pod: Pod): boolean => pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

function createWeb(api: LabApi, readiness = '/'): void {
  api.create<Service>('Service', {
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  });
  api.create<Pod>('Pod', {
    metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
    spec: {
      containers: [
        {
          name: 'web',
          image: 'registry.example/web:1',
          env: [{ name: 'GREETING', value: 'hello' }],
          readinessProbe: { httpGet: { path: readiness, port: 8080 }, periodSeconds: 2, timeoutSeconds: 20 },
        },
      ],
    },
  });
}

const theWeb = ({ api }: Cluster): Pod | undefined => api.get<Pod>('Pod', 'default', 'web');
const reasons = ({ api }: Cluster): readonly string[] => api.list<Event>('Event').map(({ reason = '' }) => reason);

describe('kubelets with programs', () => {
  it('hold a pod back from its Service until its readiness gates are open', async () => {
    const cluster = startCluster(['node-a']);
    createWeb(cluster.api);
    cluster.api.create<Pod>('Pod', {
      metadata: { name: 'gated', namespace: 'default', labels: { app: 'web' } },
      spec: { readinessGates: [{ conditionType: 'example.com/balanced' }], containers: [{ name: 'web', image: 'registry.example/web:1' }] },
    });
    const gated = (): Pod | undefined => cluster.api.get<Pod>('Pod', 'default', 'gated');
    const condition = (type: string) => gated()?.status?.conditions?.find((one) => one.type === type);
    const endpoint = () =>
      cluster.api
        .list<EndpointSlice>('EndpointSlice', { namespace: 'default' })
        .flatMap(({ endpoints }) =>
          endpoints.filter(({ targetRef }) => targetRef?.name === 'gated').map(({ conditions }) => conditions?.ready),
        )[0];
    await until(cluster, () => (condition('ContainersReady')?.status === 'True' ? true : undefined));
    expect(condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'corresponding condition of pod readiness gate "example.com/balanced" does not exist.',
    });
    await until(cluster, () => (endpoint() === false ? true : undefined));
    const open = { type: 'example.com/balanced', status: 'True', lastTransitionTime: '2026-01-05T08:00:00Z' };
    cluster.api.modify<Pod>('Pod', 'default', 'gated', (draft) => void draft.status?.conditions?.push(open), { subresource: 'status' });
    await until(cluster, () => (endpoint() === true ? true : undefined));
  });

  it('runs a pod whose readiness probe is answered, and serves it through its Service', async () => {
    const cluster = startCluster(['node-a']);
    createWeb(cluster.api);
    await until(cluster, () => (theWeb(cluster)?.status?.phase === 'Running' && isReady(theWeb(cluster) as Pod) ? true : undefined));
    await cluster.clock.sleep(500);
    const answer = await cluster.network.fetch({ kind: 'pod', namespace: 'default', node: 'node-a' }, 'http://web/');
    expect(answer.body).toBe('web hello 80');
    expect(reasons(cluster)).toEqual(expect.arrayContaining(['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started']));
    expect(cluster.kubelets.logs.read({ namespace: 'default', pod: 'web', container: 'web' })?.[0]?.text).toContain('listening');
  });

  it('takes what a pod serves for work that it does', async () => {
    const cluster = startCluster(['node-a']);
    createWeb(cluster.api);
    await until(cluster, () => (theWeb(cluster) && isReady(theWeb(cluster) as Pod) ? true : undefined));
    await cluster.clock.sleep(500);
    const worked = (): number => cluster.kubelets.use('node-a')?.containers[0]?.cpuSeconds ?? Number.NaN;
    const [before, atMs] = [worked(), cluster.clock.now()];
    for (let count = 0; count < 20; count += 1) {
      await cluster.network.fetch({ kind: 'pod', namespace: 'default', node: 'node-a' }, 'http://web/');
    }
    const idle = (cluster.clock.now() - atMs) / 1_000_000;
    expect(worked() - before - idle).toBeGreaterThanOrEqual(0.0999);
    cluster.kubelets.setPower('node-a', 'off');
    expect(cluster.kubelets.use('node-a')).toBeUndefined();
  });

  it('leaves a pod unready whose readiness probe fails, and says so', async () => {
    const cluster = startCluster(['node-a']);
    createWeb(cluster.api, '/broken');
    await until(cluster, () => (reasons(cluster).includes('Unhealthy') ? true : undefined));
    expect(isReady(theWeb(cluster) as Pod)).toBe(false);
    expect(cluster.api.list<Event>('Event').find(({ reason }) => reason === 'Unhealthy')?.message).toMatch(
      /^Readiness probe failed: (HTTP probe failed with statuscode: 500|Get ".*": dial tcp .*: connect: connection refused)$/,
    );
  });

  it('restarts the containers of a node that lost power and came back', async () => {
    const cluster = startCluster(['node-a']);
    createWeb(cluster.api);
    await until(cluster, () => (theWeb(cluster) && isReady(theWeb(cluster) as Pod) ? true : undefined));
    cluster.kubelets.setPower('node-a', 'off');
    await until(cluster, () => (isReady(theWeb(cluster) as Pod) ? undefined : true));
    cluster.kubelets.setPower('node-a', 'on');
    await until(cluster, () => (isReady(theWeb(cluster) as Pod) ? true : undefined));
    expect(theWeb(cluster)?.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    const node = cluster.api.get<Node>('Node', undefined, 'node-a');
    expect(node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });

  it('tries an image that is not there again and again, and says why', async () => {
    const cluster = startCluster(['node-a']);
    const container = { name: 'web', image: 'registry.example/web:missing' };
    cluster.api.create<Pod>('Pod', { metadata: { name: 'web', namespace: 'default' }, spec: { containers: [container] } });
    const waiting = (): string | undefined => theWeb(cluster)?.status?.containerStatuses?.[0]?.state?.waiting?.reason;
    await until(cluster, () => (waiting() === 'ErrImagePull' ? true : undefined));
    await until(cluster, () => (waiting() === 'ImagePullBackOff' ? true : undefined));
    await until(cluster, () => (waiting() === 'ErrImagePull' ? true : undefined));
    expect(theWeb(cluster)?.status?.phase).toBe('Pending');
    const told = cluster.api.list<Event>('Event').filter(({ source }) => source?.component === 'kubelet');
    const why =
      'failed to pull and unpack image "registry.example/web:missing": failed to resolve reference "registry.example/web:missing"';
    expect(told.map(({ reason, message }) => `${reason} ${message}`)).toEqual([
      'Pulling Pulling image "registry.example/web:missing"',
      `Failed Failed to pull image "registry.example/web:missing": rpc error: code = NotFound desc = ${why}: registry.example/web:missing: not found`,
      'Failed Error: ErrImagePull',
      'BackOff Back-off pulling image "registry.example/web:missing"',
      'Failed Error: ImagePullBackOff',
    ]);
    expect(told[0]?.count).toBe(2);
  });

  it('restarts what crashes, later and later, and keeps the lines of the run before', async () => {
    const cluster = startCluster(['node-a']);
    cluster.api.create<Pod>('Pod', {
      metadata: { name: 'web', namespace: 'default', annotations: { 'evenkeel.dev/crashes-after': '2s' } },
      spec: { containers: [{ name: 'web', image: 'registry.example/web:1' }] },
    });
    const status = () => theWeb(cluster)?.status?.containerStatuses?.[0];
    await until(cluster, () => (status()?.state?.waiting?.reason === 'CrashLoopBackOff' ? true : undefined));
    expect(status()).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 1, reason: 'Error' } } });
    await until(cluster, () => (status()?.restartCount === 2 ? true : undefined));
    const target = { namespace: 'default', pod: 'web', container: 'web' };
    const before = cluster.kubelets.logs.read(target, { previous: true })?.map(({ text }) => text);
    expect(before?.at(-1)).toMatch(/^\d{4}-.*Z ERROR ends with exit code 1: evenkeel.dev\/crashes-after is 2s$/);
    expect(reasons(cluster)).toContain('BackOff');
  });

  it('starts nothing of a container whose annotation is no duration', async () => {
    const cluster = startCluster(['node-a']);
    cluster.api.create<Pod>('Pod', {
      metadata: { name: 'web', namespace: 'default', annotations: { 'evenkeel.dev/crashes-after': 'soon' } },
      spec: { containers: [{ name: 'web', image: 'registry.example/web:1', ports: [{ containerPort: 8080 }] }] },
    });
    const waiting = () => theWeb(cluster)?.status?.containerStatuses?.[0]?.state?.waiting;
    await until(cluster, () => (waiting()?.reason === 'CreateContainerConfigError' ? true : undefined));
    expect(waiting()?.message).toContain('soon');
    await cluster.clock.sleep(10_000);
    const { access } = cluster.kubelets;
    await expect(access.connect({ namespace: 'default', pod: 'web' }, 8080, new AbortController().signal)).rejects.toThrow(/refused/);
  });

  it('lets commands into running containers alone, and not at all where the node is dead', async () => {
    const cluster = startCluster(['node-a']);
    createWeb(cluster.api);
    const { access } = cluster.kubelets;
    const target = { namespace: 'default', pod: 'web', container: 'web' };
    const { signal } = new AbortController();
    await until(cluster, () => (theWeb(cluster)?.spec?.nodeName === undefined ? undefined : true));
    expect(await access.ready(target, signal)).toBe('container not found ("web")');
    await until(cluster, () => (theWeb(cluster) && isReady(theWeb(cluster) as Pod) ? true : undefined));
    expect(await access.ready(target, signal)).toBeUndefined();
    const said: string[] = [];
    const io = { stdin: undefined, tty: false, signal, write: (_: string, data: string | Buffer) => void said.push(data.toString()) };
    expect(await access.exec(target, ['sh', '-c', 'printenv GREETING; hostname'], io)).toBe(0);
    expect(said.join('')).toBe('hello\nweb\n');
    await expect(access.connect(target, 9, signal)).rejects.toThrow('dial tcp4 127.0.0.1:9: connect: connection refused');

    cluster.kubelets.setPower('node-a', 'off');
    const before = cluster.clock.now();
    await expect(access.ready(target, signal)).rejects.toThrow('error dialing backend: dial tcp 10.224.0.4:10250: i/o timeout');
    expect(cluster.clock.now() - before).toBeGreaterThanOrEqual(30_000);
  });

  it("gives a pod in the node's own network the node's address, and leads a Service there", async () => {
    const cluster = startCluster(['node-a']);
    cluster.api.create<Service>('Service', {
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    cluster.api.create<Pod>('Pod', {
      metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
      spec: { hostNetwork: true, containers: [{ name: 'web', image: 'registry.example/web:1', ports: [{ containerPort: 8080 }] }] },
    });
    await until(cluster, () => (theWeb(cluster) && isReady(theWeb(cluster) as Pod) ? true : undefined));
    expect(theWeb(cluster)?.status).toMatchObject({ podIP: '10.224.0.4', hostIP: '10.224.0.4', hostIPs: [{ ip: '10.224.0.4' }] });
    await until(cluster, () => (cluster.api.list<EndpointSlice>('EndpointSlice')[0]?.endpoints.length === 1 ? true : undefined));
    const from = { kind: 'pod', namespace: 'default', node: 'node-a' } as const;
    await expect
      .poll(() =>
        cluster.network.fetch(from, 'http://web/').then(
          ({ status }) => status,
          () => undefined,
        ),
      )
      .toBe(200);
    expect((await cluster.network.fetch({ kind: 'node', node: 'node-a' }, 'http://10.224.0.4:8080/')).status).toBe(200);
  });

  it('ends the sidecars of a pod with its last container, and tells each container its own events', async () => {
    const cluster = startCluster(['node-a']);
    const sidecar = { name: 'proxy', image: 'registry.example/proxy:1', restartPolicy: 'Always' };
    cluster.api.create<Pod>('Pod', {
      metadata: { name: 'web', namespace: 'default' },
      spec: { restartPolicy: 'Never', initContainers: [sidecar], containers: [{ name: 'work', image: 'registry.example/work:1' }] },
    });
    const done = await until(cluster, () => (theWeb(cluster)?.status?.phase === 'Succeeded' ? theWeb(cluster) : undefined));
    expect(done.status?.initContainerStatuses?.[0]).toMatchObject({ ready: false, state: { terminated: { exitCode: 0 } } });
    expect(done.status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason ?? ''}`.trim())).toEqual([
      'PodReadyToStartContainers False',
      'Initialized True PodCompleted',
      'Ready False PodCompleted',
      'ContainersReady False PodCompleted',
      'PodScheduled True',
    ]);
    const told = cluster.api.list<Event>('Event').filter(({ reason }) => reason === 'Started' || reason === 'Killing');
    expect(told.map(({ reason, count, involvedObject }) => `${reason} ${involvedObject.fieldPath} ${count}`)).toEqual([
      'Started spec.initContainers{proxy} 1',
      'Started spec.containers{work} 1',
      'Killing spec.initContainers{proxy} 1',
    ]);
  });

  it('fails a pod that is active for longer than it may be', async () => {
    const cluster = startCluster(['node-a']);
    cluster.api.create<Pod>('Pod', {
      metadata: { name: 'web', namespace: 'default' },
      spec: { activeDeadlineSeconds: 20, containers: [{ name: 'web', image: 'registry.example/web:1' }] },
    });
    const failed = await until(cluster, () => (theWeb(cluster)?.status?.phase === 'Failed' ? theWeb(cluster) : undefined));
    const message = 'Pod was active on the node longer than the specified deadline';
    expect(failed.status).toMatchObject({ reason: 'DeadlineExceeded', message });
    expect(failed.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False', reason: 'PodFailed' });
    expect(failed.status?.containerStatuses?.[0]?.state?.terminated).toBeDefined();
    const lastedMs =
      Date.parse(failed.status?.containerStatuses?.[0]?.state?.terminated?.finishedAt ?? '') - Date.parse(failed.status?.startTime ?? '');
    expect(lastedMs).toBeGreaterThanOrEqual(20_000);
    cluster.api.delete('Pod', 'default', 'web');
    await until(cluster, () => (theWeb(cluster) === undefined ? true : undefined));
  });

  it('gives each run of a container an id of its own, and says again that its image is there', async () => {
    const cluster = startCluster(['node-a']);
    cluster.api.create<Pod>('Pod', {
      metadata: { name: 'web', namespace: 'default', annotations: { 'evenkeel.dev/crashes-after': '2s' } },
      spec: { containers: [{ name: 'web', image: 'registry.example/web:1' }] },
    });
    const status = () => theWeb(cluster)?.status?.containerStatuses?.[0];
    const first = await until(cluster, () => status()?.containerID);
    const next = await until(cluster, () => (status()?.containerID === first ? undefined : status()?.containerID));
    expect([first, next].every((id) => /^containerd:\/\/[0-9a-f]{64}$/.test(id ?? ''))).toBe(true);
    const pulled = cluster.api.list<Event>('Event').filter(({ reason }) => reason === 'Pulled');
    expect(pulled.map(({ message }) => message)).toContain(
      'Container image "registry.example/web:1" already present on machine and can be accessed by the pod',
    );
    expect(pulled[0]?.message).toBe('Successfully pulled image "registry.example/web:1" in 4s (4s including waiting).');
  });

  it('ends a deleted pod and takes it away', async () => {
    const cluster = startCluster(['node-a']);
    createWeb(cluster.api);
    await until(cluster, () => (theWeb(cluster) && isReady(theWeb(cluster) as Pod) ? true : undefined));
    cluster.api.delete('Pod', 'default', 'web');
    await until(cluster, () => (theWeb(cluster) === undefined ? true : undefined));
    expect(reasons(cluster)).toContain('Killing');
  });

  it('runs init containers in their order, then the rest beside the sidecar', async () => {
    const cluster = startCluster(['node-a']);
    const stays = { restartPolicy: 'Always' };
    cluster.api.create<Pod>('Pod', {
      metadata: { name: 'web', namespace: 'default', annotations: { 'lab.evenkeel.dev/init-ms': '20000' } },
      spec: {
        initContainers: [
          { name: 'migrate', image: 'registry.example/migrate:1' },
          { name: 'proxy', image: 'registry.example/proxy:1', ...stays },
        ],
        containers: [{ name: 'web', image: 'registry.example/web:1' }],
      },
    });
    const before = await until(cluster, () => theWeb(cluster)?.status?.initContainerStatuses?.[0]?.state?.running && theWeb(cluster));
    expect(before.status?.conditions?.find(({ type }) => type === 'Initialized')).toMatchObject({
      status: 'False',
      message: 'containers with incomplete status: [migrate proxy]',
    });
    expect(before.status?.phase).toBe('Pending');
    const after = await until(cluster, () => (theWeb(cluster) && isReady(theWeb(cluster) as Pod) ? theWeb(cluster) : undefined));
    const [migrate, proxy] = after.status?.initContainerStatuses ?? [];
    expect(migrate?.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(proxy).toMatchObject({ ready: true, started: true });
    const lastedMs =
      Date.parse(after.status?.containerStatuses?.[0]?.state?.running?.startedAt ?? '') - Date.parse(after.status?.startTime ?? '');
    expect(lastedMs).toBeGreaterThanOrEqual(20_000);
  });
});
