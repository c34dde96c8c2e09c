/** The official JavaScript client and the pods of a lab: sessions in them, their logs, their ports, and the four ways to change an object. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import {
  AppsV1Api,
  Attach,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  Metrics,
  PatchStrategy,
  PortForward,
  Watch,
  setHeaderOptions,
  type V1Status,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom, createScaledClock, silentLogger } from '../../src/base/index.ts';
import { startLab, type Lab } from '../../src/lab/index.ts';

const NAMESPACE = 'contactsapp';
let lab: Lab;
let folder: string;
let config: KubeConfig;
let core: CoreV1Api;
let frontend: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-client-node-'));
  const now = new Date().getTime();
  const clock = createScaledClock({ speed: 20, originMs: now, wallOriginMs: now });
  lab = await startLab({ clock, random: createRandom('client-node'), log: silentLogger, folder });
  config = new KubeConfig();
  config.loadFromFile(lab.env['KUBECONFIG'] ?? '');
  core = config.makeApiClient(CoreV1Api);
  const pods = await core.listNamespacedPod({ namespace: NAMESPACE });
  frontend = pods.items.map(({ metadata }) => metadata?.name ?? '').find((name) => name.startsWith('frontend-')) ?? '';
}, 30_000);
afterAll(async () => {
  await lab.stop();
  await rm(folder, { recursive: true, force: true });
});

function gathered(): { readonly stream: PassThrough; text(): string } {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  return { stream, text: () => text };
}

async function run(command: string[], input?: string): Promise<{ out: string; err: string; status: V1Status }> {
  const [out, err] = [gathered(), gathered()];
  const stdin = input === undefined ? null : Readable.from([Buffer.from(input)]);
  const status = await new Promise<V1Status>((resolve, reject) => {
    const exec = new Exec(config);
    exec.exec(NAMESPACE, frontend, '', command, out.stream, err.stream, stdin, false, resolve).catch(reject);
  });
  await expect.poll(() => out.stream.readableEnded).toBe(true);
  return { out: out.text(), err: err.text(), status };
}

describe('exec', () => {
  it('runs a command in a pod', async () => {
    expect(await run(['hostname'])).toMatchObject({ out: `${frontend}\n`, err: '', status: { status: 'Success' } });
  });

  it('sends input, and tells the exit code', async () => {
    const { out, err, status } = await run(['sh'], 'echo in; cat /nope\nexit 3\n');
    expect([out, err]).toEqual(['in\n', "cat: can't open '/nope': No such file or directory\n"]);
    expect(status).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
  });

  it('refuses what the image would not have', async () => {
    expect((await run(['node'])).status).toMatchObject({ status: 'Failure', reason: 'InternalError', code: 500 });
  });

  it('is refused before it begins where there is no such pod', async () => {
    const exec = new Exec(config);
    await expect(exec.exec(NAMESPACE, 'nope', '', ['ls'], new PassThrough(), null, null, false)).rejects.toMatchObject({
      message: expect.stringContaining('404') as unknown,
    });
  });
});

describe('port-forward', () => {
  let server: Server;
  afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  it("reaches a pod's HTTP server", async () => {
    const forward = new PortForward(config);
    server = createServer(
      (socket) => void forward.portForward(NAMESPACE, frontend, [8080], socket, null, socket).catch(() => socket.destroy()),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (let turn = 0; turn < 3; turn++) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/overview`, { headers: { connection: 'close' } });
      expect([answer.status, await answer.json()]).toMatchObject([200, { ok: true }]);
    }
  });

  it('tells when nothing listens there', async () => {
    const err = gathered();
    const socket = await new PortForward(config).portForward(NAMESPACE, frontend, [9], new PassThrough(), err.stream, new PassThrough());
    await expect.poll(() => err.text()).toContain('connect: connection refused');
    // One socket as long as the client does not ask for its reconnection.
    if ('close' in socket) socket.close();
  });
});

describe('logs', () => {
  it('are read whole, in part, and as they come', async () => {
    const whole = await core.readNamespacedPodLog({ namespace: NAMESPACE, name: frontend });
    expect(whole).toContain('listens on port 8080');
    expect(await core.readNamespacedPodLog({ namespace: NAMESPACE, name: frontend, tailLines: 1 })).toBe(
      `${whole.trim().split('\n').at(-1)}\n`,
    );
    const coming = gathered();
    const stop = await new Log(config).log(NAMESPACE, frontend, 'frontend', coming.stream, { follow: true, tailLines: 1 });
    await fetch(`${lab.urls.app}/favicon-of-this-test`).catch(() => {});
    await expect.poll(() => coming.text()).toContain('/favicon-of-this-test 404');
    stop.abort();
  });

  it('come through attach too', async () => {
    const out = gathered();
    const socket = await new Attach(config).attach(NAMESPACE, frontend, 'frontend', out.stream, null, null, false);
    await fetch(`${lab.urls.app}/seen-by-attach`).catch(() => {});
    await expect.poll(() => out.text()).toContain('/seen-by-attach 404');
    socket.close();
  });
});

describe('changes', () => {
  const name = 'search-deploy';
  const apps = (): AppsV1Api => config.makeApiClient(AppsV1Api);

  it.each([
    ['strategic merge', PatchStrategy.StrategicMergePatch, { metadata: { annotations: { a: '1' } } }],
    ['merge', PatchStrategy.MergePatch, { metadata: { annotations: { a: '2' } } }],
    ['JSON', PatchStrategy.JsonPatch, [{ op: 'replace', path: '/metadata/annotations/a', value: '3' }]],
  ])('by a %s patch', async (_kind, strategy, body) => {
    const options = setHeaderOptions('Content-Type', strategy);
    const changed = await apps().patchNamespacedDeployment({ namespace: NAMESPACE, name, body }, options);
    expect(changed.metadata?.annotations?.['a']).toMatch(/^[123]$/);
  });

  it('by server-side apply, with conflicts', async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const body = (value: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'owned', namespace: NAMESPACE },
      data: { a: value },
    });
    const apply = (value: string, manager: string, force = false) =>
      objects.patch(body(value), undefined, undefined, manager, force, PatchStrategy.ServerSideApply);
    await apply('1', 'one');
    await expect(apply('2', 'two')).rejects.toMatchObject({ code: 409 });
    await apply('2', 'two', true);
    expect((await core.readNamespacedConfigMap({ namespace: NAMESPACE, name: 'owned' })).data).toEqual({ a: '2' });
  });

  it('are watched', async () => {
    const seen: string[] = [];
    const note = (type: string, { metadata }: { metadata: { name: string } }): void => void seen.push(`${type} ${metadata.name}`);
    const watching = await new Watch(config).watch(`/api/v1/namespaces/${NAMESPACE}/configmaps`, {}, note, () => {});
    await core.createNamespacedConfigMap({ namespace: NAMESPACE, body: { metadata: { name: 'watched' } } });
    await core.deleteNamespacedConfigMap({ namespace: NAMESPACE, name: 'watched' });
    await expect.poll(() => seen).toEqual(expect.arrayContaining(['ADDED watched', 'DELETED watched']));
    watching.abort();
  });

  it('of load are read as a metrics server tells it', async () => {
    const { kind, items } = await new Metrics(config).getNodeMetrics();
    expect([kind, items.length > 0]).toEqual(['NodeMetricsList', true]);
    for (const { usage } of items)
      expect(usage).toEqual({ cpu: expect.stringMatching(/^\d+[num]?$/), memory: expect.stringMatching(/^\d+[KMG]i$/) });
  });
});
