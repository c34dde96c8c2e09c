import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createScaledClock, silentLogger } from '../../base/index.ts';
import type { Container, Node, Pod, Service } from '../../kubernetes/index.ts';
import { WebSocket } from 'ws';
import { createCertificates } from '../certificates.ts';
import { createLabApi } from '../kube-api/index.ts';
import { askHealth, whyUnhealthy } from '../kubelet/index.ts';
import { createLabNetwork } from '../network/index.ts';
import type { LabNetwork, Origin } from '../network/index.ts';
import { createWorkloadKnowledge } from './workload-knowledge.ts';
import { START_UP_ANNOTATION, standInProgram } from './stand-in-program.ts';

const NODE: Origin = { kind: 'node', node: 'n1' };
let network: LabNetwork | undefined;
afterEach(() => network?.stop());

const container = (extra: Partial<Container> = {}): Container => ({
  name: 'web',
  image: 'nginx:1.29',
  ports: [{ containerPort: 80 }],
  ...extra,
});
const pod = (annotations: Record<string, string> = {}): Pod => ({ metadata: { name: 'web-1', namespace: 'shop', annotations } });

async function start(given: Container, env: Record<string, string> = {}): Promise<LabNetwork> {
  const clock = createScaledClock({ speed: 20, originMs: 0, wallOriginMs: Date.now() });
  const random = createRandom('stand-in');
  const { certificateFor } = await createCertificates();
  const lab = createLabNetwork({ api: createLabApi({ clock, random }), clock, random, log: silentLogger, certificateFor });
  network = lab;
  await lab.listenOutside('up.lab', 80, (_, response) => response.end());
  await standInProgram(pod(), given).start({
    pod: pod(),
    container: given,
    env,
    clock,
    random,
    log: silentLogger,
    listen: async (port, handler) => void (await lab.listen({ ip: '10.244.1.5', node: 'n1', port }, handler)),
    fetch: (url, options) => lab.fetch({ kind: 'pod', namespace: 'shop', node: 'n1' }, url, options),
    exit: () => {},
  });
  return lab;
}

describe('a stand-in', () => {
  it("takes as long to start as the pod's annotation says, else five seconds", () => {
    expect(standInProgram(pod({ [START_UP_ANNOTATION]: '12s' }), container()).startUpMs).toBe(12_000);
    expect(standInProgram(pod(), container()).startUpMs).toBe(5_000);
    expect(() => standInProgram(pod({ [START_UP_ANNOTATION]: 'soon' }), container())).toThrow(/not a duration/);
  });

  it('answers on its ports and on those of its probes, whatever the path', async () => {
    const given = container({
      ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }],
      livenessProbe: { httpGet: { port: 9090, path: '/live' } },
    });
    const lab = await start(given);
    const answer = await lab.fetch(NODE, 'http://10.244.1.5:80/any');
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { pod: 'web-1', container: 'web', image: 'nginx:1.29', path: '/any' }]);
    expect((await lab.fetch(NODE, 'http://10.244.1.5:9090/live')).status).toBe(200);
    await expect(lab.fetch(NODE, 'http://10.244.1.5:53/')).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('does without a name that nobody has, until somebody has had it', async () => {
    const lab = await start(container(), { TRACES_URL: 'http://traces.lab/' });
    const ask = async () => {
      const { status, body } = await lab.fetch(NODE, 'http://10.244.1.5/');
      return [status, JSON.parse(body).calls.TRACES_URL];
    };
    expect(await ask()).toEqual([200, 'no such host: traces.lab']);
    const cancel = await lab.listenOutside('traces.lab', 80, (_, response) => response.end());
    expect(await ask()).toEqual([200, 200]);
    cancel();
    expect((await ask())[0]).toBe(502);
  });

  it('speaks TLS alone where a probe asks over TLS, and either elsewhere', async () => {
    const ports = [
      { name: 'https', containerPort: 8443 },
      { name: 'http', containerPort: 80 },
    ];
    const lab = await start(container({ ports, readinessProbe: { httpGet: { port: 'https', scheme: 'HTTPS' } } }));
    expect((await lab.fetch(NODE, 'https://10.244.1.5:8443/')).status).toBe(200);
    expect(await lab.fetch(NODE, 'http://10.244.1.5:8443/')).toMatchObject({
      status: 400,
      body: 'Client sent an HTTP request to an HTTPS server.\n',
    });
    expect((await lab.fetch(NODE, 'https://10.244.1.5:80/')).status).toBe(200);
  });

  it('answers the health check of gRPC, and other methods as its calls went', async () => {
    const lab = await start(container(), { OTHER_URL: 'http://up.lab:81/' });
    const connection = (): Promise<Duplex> => lab.connect(NODE, { host: '10.244.1.5', port: 80 }, new AbortController().signal);
    const health = await askHealth(await connection(), 'shop', new AbortController().signal);
    expect([health.code, whyUnhealthy(health)]).toEqual([0, undefined]);
    const socket = await connection();
    const session = connectHttp2('http://pod', { createConnection: () => socket });
    const stream = session.request({ ':method': 'POST', ':path': '/shop.Cart/Get', 'content-type': 'application/grpc' });
    stream.end();
    const [trailers] = await once(stream.resume(), 'trailers');
    session.destroy();
    expect(trailers['grpc-status']).toBe('14');
  });

  it('takes WebSockets and says who got each message', async () => {
    const lab = await start(container());
    const socket = await lab.connect(NODE, { host: '10.244.1.5', port: 80 }, new AbortController().signal);
    const talk = new WebSocket('ws://pod/chat', { createConnection: () => socket });
    await once(talk, 'open');
    talk.send('hello');
    const [answer] = await once(talk, 'message');
    expect(JSON.parse(String(answer))).toEqual({ pod: 'web-1', container: 'web', image: 'nginx:1.29', path: '/chat', message: 'hello' });
    talk.terminate();
  });

  it('calls the addresses in its environment, and fails when one of them does', async () => {
    const lab = await start(container(), { BACKEND_URL: 'http://up.lab/', MODE: 'fast' });
    const answer = await lab.fetch(NODE, 'http://10.244.1.5/');
    expect([answer.status, JSON.parse(answer.body).calls]).toEqual([200, { BACKEND_URL: 200 }]);
    await lab.stop();
    const broken = await start(container(), { BACKEND_URL: 'http://up.lab/', OTHER_URL: 'http://up.lab:81/' });
    const failure = await broken.fetch(NODE, 'http://10.244.1.5/');
    expect([failure.status, JSON.parse(failure.body).calls]).toEqual([
      502,
      { BACKEND_URL: 200, OTHER_URL: 'connection refused: nothing listens on up.lab:81' },
    ]);
  });
});

describe('a stand-in whose Service comes later', () => {
  it('listens on the ports that the Service sends to from then on', async () => {
    const clock = createScaledClock({ speed: 20, originMs: 0, wallOriginMs: Date.now() });
    const random = createRandom('later');
    const api = createLabApi({ clock, random });
    const lab = createLabNetwork({ api, clock, random, log: silentLogger });
    network = lab;
    const knowledge = createWorkloadKnowledge(api);
    const given: Container = { name: 'web', image: 'x' };
    const labelled: Pod = { ...pod(), metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web' } } };
    const running = await standInProgram(labelled, given, knowledge).start({
      pod: labelled,
      container: given,
      env: {},
      clock,
      random,
      log: silentLogger,
      listen: async (port, handler) => void (await lab.listen({ ip: '10.244.1.5', node: 'n1', port }, handler)),
      fetch: (url, options) => lab.fetch(NODE, url, options),
      exit: () => {},
    });
    await expect(lab.fetch(NODE, 'http://10.244.1.5:9090/')).rejects.toMatchObject({ code: 'UNREACHABLE' });
    const service = (name: string, app: string, targetPort: number): Service => ({
      metadata: { name, namespace: 'shop' },
      spec: { selector: { app }, ports: [{ port: 80, targetPort }] },
    });
    api.seed<Service>('Service', service('other', 'other', 7070));
    api.seed<Service>('Service', service('web', 'web', 9090));
    const asked = (): Promise<number | undefined> =>
      lab.fetch(NODE, 'http://10.244.1.5:9090/').then(
        ({ status }) => status,
        () => undefined,
      );
    // Without any node the cluster can not be read; that is the request's failure, not the lab's.
    await expect.poll(asked).toBe(500);
    api.seed<Node>('Node', { metadata: { name: 'n1' } });
    await expect.poll(asked).toBe(200);
    await expect(lab.fetch(NODE, 'http://10.244.1.5:7070/')).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await running.stop();
    knowledge.stop();
  });
});
