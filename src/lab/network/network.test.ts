import { request as httpRequest } from 'node:http';
import type { Agent, RequestListener } from 'node:http';
import { get as httpsGet } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { EvenkeelError, createRandom, createScaledClock, silentLogger } from '../../base/index.ts';
import type { EndpointSlice, Ingress, NetworkPolicy, Node, Pod, Service } from '../../kubernetes/index.ts';
import { createCertificates } from '../certificates.ts';
import { createLabApi } from '../kube-api/index.ts';
import { createLabNetwork } from './index.ts';
import type { LabNetwork, Origin } from './index.ts';

const SPEED = 20;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

function start() {
  const clock = createScaledClock({ speed: SPEED, originMs: 0, wallOriginMs: Date.now() });
  const random = createRandom('network');
  const api = createLabApi({ clock, random });
  const network = createLabNetwork({ api, clock, random, log: silentLogger });
  stops.push(() => network.stop());
  for (const [index, name] of ['n1', 'n2'].entries()) {
    const addresses = [{ type: 'InternalIP', address: `10.224.0.${index + 1}` }];
    api.seed<Node>('Node', { metadata: { name }, spec: { podCIDR: `10.244.${index + 1}.0/24` }, status: { addresses } });
  }
  return { api, clock, network };
}
type Started = ReturnType<typeof start>;

const service = (name: string, spec: Service['spec'] = {}): Service => ({
  metadata: { name, namespace: 'shop' },
  spec: { clusterIP: '10.0.0.10', ports: [{ name: 'http', port: 80, targetPort: 'web' }], ...spec },
});

function slice(name: string, endpoints: readonly { ip: string; node: string; ready?: boolean; hostname?: string }[]): EndpointSlice {
  return {
    metadata: { name: `${name}-abcde`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: endpoints.map(({ ip, node, ready = true, hostname }) => ({
      addresses: [ip],
      nodeName: node,
      conditions: { ready, serving: ready, terminating: false },
      ...(hostname === undefined ? {} : { hostname }),
    })),
  };
}

const ingress = (paths: readonly { path: string; service: string; pathType?: string }[], annotations = {}): Ingress => ({
  metadata: { name: 'shop', namespace: 'shop', annotations },
  spec: {
    rules: [
      {
        http: {
          paths: paths.map(({ path, service, pathType = 'Prefix' }) => ({
            path,
            pathType,
            backend: { service: { name: service, port: { number: 80 } } },
          })),
        },
      },
    ],
  },
});

const pod: Origin = { kind: 'pod', namespace: 'shop', node: 'n1' };
const echo =
  (name: string): RequestListener =>
  (request, response) => {
    response.setHeader('x-pod', name);
    response.end(JSON.stringify({ pod: name, url: request.url, method: request.method, headers: request.headers }));
  };

/** Two pods behind `web`, one on each node. */
async function twoPods({ api, network }: Started, spec: Service['spec'] = {}): Promise<void> {
  api.seed('Service', service('web', spec));
  api.seed(
    'EndpointSlice',
    slice(
      'web',
      ['10.244.1.5', '10.244.2.5'].map((ip, index) => ({ ip, node: `n${index + 1}` })),
    ),
  );
  await network.listen({ ip: '10.244.1.5', node: 'n1', port: 8080 }, echo('a'));
  await network.listen({ ip: '10.244.2.5', node: 'n2', port: 8080 }, echo('b'));
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    return `no error: ${JSON.stringify(await work)}`;
  } catch (error) {
    return error instanceof EvenkeelError ? error.code : String(error);
  }
}

const podsAsked = async (network: LabNetwork, times: number, url = 'http://web'): Promise<string[]> =>
  (await Promise.all(Array.from({ length: times }, () => network.fetch(pod, url)))).map(({ headers }) => headers['x-pod'] ?? '?');

describe('services', () => {
  it.each(['web', 'web.shop', 'web.shop.svc', 'web.shop.svc.cluster.local', '10.0.0.10'])('are reached as %s', async (name) => {
    const lab = start();
    await twoPods(lab);
    const answer = await lab.network.fetch(pod, `http://${name}/x?y=1`);
    expect(JSON.parse(answer.body)).toMatchObject({ url: '/x?y=1', method: 'GET' });
  });

  it('spread connections over ready endpoints', async () => {
    const lab = start();
    await twoPods(lab);
    expect(new Set(await podsAsked(lab.network, 20))).toEqual(new Set(['a', 'b']));
  });

  it('keep a client on one endpoint with session affinity', async () => {
    const lab = start();
    await twoPods(lab, { sessionAffinity: 'ClientIP' });
    expect(new Set(await podsAsked(lab.network, 20)).size).toBe(1);
  });

  it('stay on the node with internalTrafficPolicy Local', async () => {
    const lab = start();
    await twoPods(lab, { internalTrafficPolicy: 'Local' });
    expect(new Set(await podsAsked(lab.network, 10))).toEqual(new Set(['a']));
  });

  it('keep a connection that is open on its endpoint, and choose anew for the next one', async () => {
    const lab = start();
    await twoPods(lab);
    const from: Origin = { ...pod, ip: '10.244.1.9' };
    const one = async (headers = {}): Promise<string> => (await lab.network.fetch(from, 'http://web', { headers })).headers['x-pod'] ?? '?';
    const kept = [];
    for (let time = 0; time < 12; time++) kept.push(await one());
    expect(new Set(kept).size).toBe(1);
    const fresh = [];
    for (let time = 0; time < 24; time++) fresh.push(await one({ connection: 'close' }));
    expect(new Set(fresh).size).toBe(2);
  });

  it('on a node port lead over the node that was asked, to any endpoint', async () => {
    const lab = start();
    await twoPods(lab, { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] });
    expect(new Set(await podsAsked(lab.network, 20, 'http://10.224.0.1:30080'))).toEqual(new Set(['a', 'b']));
    lab.network.setNodeReachable('n1', false);
    const elsewhere: Origin = { ...pod, node: 'n2' };
    expect(await codeOf(lab.network.fetch(elsewhere, 'http://10.224.0.1:30080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
  });

  it('drop what comes from outside to a node without endpoints under externalTrafficPolicy Local', async () => {
    const lab = start();
    await twoPods(lab, { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ name: 'http', port: 80, nodePort: 30080 }] });
    lab.api.modify<EndpointSlice>('EndpointSlice', 'shop', 'web-abcde', (draft) => void draft.endpoints.pop());
    const fromNode: Origin = { kind: 'node', node: 'n1' };
    expect(await codeOf(lab.network.fetch(fromNode, 'http://10.224.0.2:30080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
    expect((await lab.network.fetch({ kind: 'node', node: 'n2' }, 'http://10.224.0.1:30080')).status).toBe(200);
    expect((await lab.network.fetch(pod, 'http://10.224.0.2:30080')).status).toBe(200);
  });

  it('refuse at once when no endpoint is ready', async () => {
    const { api, network } = start();
    api.seed('Service', service('web'));
    api.seed('EndpointSlice', slice('web', [{ ip: '10.244.1.5', node: 'n1', ready: false }]));
    await expect(network.fetch(pod, 'http://web')).rejects.toThrow(/connection refused: service shop\/web has no ready endpoint \(of 1\)/);
  });

  it('without an address stand for their pods, each by its own name too', async () => {
    const lab = start();
    await twoPods(lab, { clusterIP: 'None' });
    lab.api.delete('EndpointSlice', 'shop', 'web-abcde');
    lab.api.seed('EndpointSlice', slice('web', [{ ip: '10.244.2.5', node: 'n2', hostname: 'web-0' }]));
    expect(await podsAsked(lab.network, 1, 'http://web-0.web:8080')).toEqual(['b']);
    expect(await podsAsked(lab.network, 1, 'http://web.shop.svc:8080')).toEqual(['b']);
    expect(await codeOf(lab.network.fetch(pod, 'http://web-1.web:8080'))).toBe('UNREACHABLE');
  });

  it('exist for pods alone', async () => {
    const lab = start();
    await twoPods(lab);
    expect(await codeOf(lab.network.fetch({ kind: 'outside' }, 'http://web.shop.svc'))).toBe('UNREACHABLE');
    expect(await codeOf(lab.network.fetch({ kind: 'node', node: 'n1' }, 'http://web.shop.svc'))).toBe('UNREACHABLE');
    expect(await codeOf(lab.network.fetch({ kind: 'node', node: 'n1' }, 'http://10.244.2.5:8080'))).toMatch(/^no error/);
  });
});

describe('network policies', () => {
  const isolated = (policy: NetworkPolicy['spec']): NetworkPolicy => ({
    metadata: { name: 'isolated', namespace: 'shop' },
    ...(policy && { spec: policy }),
  });
  const seedPod = ({ api }: Started, name: string, podIP: string, node: string): void =>
    void api.seed<Pod>('Pod', {
      metadata: { name, namespace: 'shop', labels: { app: name } },
      spec: { nodeName: node, containers: [{ name: 'c', image: 'x' }] },
      status: { podIP, phase: 'Running' },
    });

  it('let connections hang that no rule lets through, and probes arrive', async () => {
    const lab = start();
    await twoPods(lab);
    seedPod(lab, 'web', '10.244.2.5', 'n2');
    seedPod(lab, 'client', '10.244.1.9', 'n1');
    lab.api.seed('NetworkPolicy', isolated({ podSelector: { matchLabels: { app: 'web' } }, ingress: [] }));
    const client: Origin = { ...pod, ip: '10.244.1.9' };
    expect(await codeOf(lab.network.fetch(client, 'http://10.244.2.5:8080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
    expect((await lab.network.fetch({ kind: 'node', node: 'n2' }, 'http://10.244.2.5:8080')).status).toBe(200);
    expect((await lab.network.fetch(client, 'http://10.244.1.5:8080')).status).toBe(200);
  });

  it('that forget the DNS leave a pod without names', async () => {
    const lab = start();
    await twoPods(lab);
    seedPod(lab, 'client', '10.244.1.9', 'n1');
    const client: Origin = { ...pod, ip: '10.244.1.9' };
    const everyPod = { podSelector: {} };
    lab.api.seed('NetworkPolicy', isolated({ ...everyPod, policyTypes: ['Egress'], egress: [{ ports: [{ port: 8080 }] }] }));
    expect(await codeOf(lab.network.fetch(client, 'http://web', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
    expect((await lab.network.fetch(client, 'http://10.0.0.10')).status).toBe(200);
    lab.api.seed('NetworkPolicy', {
      ...isolated({ ...everyPod, policyTypes: ['Egress'], egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] }),
      metadata: { name: 'dns', namespace: 'shop' },
    });
    expect((await lab.network.fetch(client, 'http://web')).status).toBe(200);
  });
});

describe('hosts outside the nodes', () => {
  it('are found by name from anywhere, and no more once they are gone', async () => {
    const { network } = start();
    const cancel = await network.listenOutside('sql.database.lab', 80, echo('sql'));
    expect((await network.fetch(pod, 'http://sql.database.lab/')).status).toBe(200);
    cancel();
    expect(await codeOf(network.fetch(pod, 'http://sql.database.lab/'))).toBe('UNREACHABLE');
  });
});

describe('a dead node', () => {
  it('lets new connections hang to their limit, whether or not anything listens there', async () => {
    const lab = start();
    await twoPods(lab);
    lab.network.setNodeReachable('n2', false);
    expect(await codeOf(lab.network.fetch(pod, 'http://10.244.2.5:8080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
    expect(await codeOf(lab.network.fetch(pod, 'http://10.244.2.77:8080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
    expect(await codeOf(lab.network.fetch(pod, 'http://10.244.1.77:8080', { timeoutMs: 4000 }))).toBe('UNREACHABLE');
  });

  it('is still chosen by its services, for readiness is all they know', async () => {
    const lab = start();
    await twoPods(lab);
    lab.network.setNodeReachable('n2', false);
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(lab.network.fetch(pod, 'http://web', { timeoutMs: 4000 }))));
    expect(codes.filter((code) => code === 'TIMED_OUT').length).toBeGreaterThan(3);
    expect(codes.filter((code) => code.startsWith('no error')).length).toBeGreaterThan(3);
  });

  it('answers again when it is back within the limit', async () => {
    const lab = start();
    await twoPods(lab);
    lab.network.setNodeReachable('n2', false);
    const waiting = lab.network.fetch(pod, 'http://10.244.2.5:8080', { timeoutMs: 60_000 });
    lab.network.setNodeReachable('n2', true);
    expect((await waiting).status).toBe(200);
  });

  it('goes silent in the middle of an answer, and resets the connection at its return', async () => {
    const { network } = start();
    let asked = (): void => {};
    const wasAsked = new Promise<void>((resolve) => (asked = resolve));
    let answer = (): void => {};
    await network.listen({ ip: '10.244.2.5', node: 'n2', port: 8080 }, (_, response) => {
      answer = () => response.end('too late');
      asked();
    });
    const first = codeOf(network.fetch(pod, 'http://10.244.2.5:8080', { timeoutMs: 60_000 }));
    await wasAsked;
    network.setNodeReachable('n2', false);
    answer();
    const state = await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 50, 'silence'))]);
    network.setNodeReachable('n2', true);
    expect([state, await first]).toEqual(['silence', 'UNREACHABLE']);
  });

  it('swallows what its own pods ask for', async () => {
    const lab = start();
    await twoPods(lab);
    lab.network.setNodeReachable('n1', false);
    expect(await codeOf(lab.network.fetch(pod, 'http://10.244.2.5:8080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
  });
});

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

function ask(
  url: string,
  options: { method?: string; body?: string; agent?: Agent; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      url,
      { agent: options.agent ?? false, method: options.method ?? 'GET', headers: options.headers ?? {} },
      (answer) => {
        let body = '';
        answer.on('data', (chunk) => (body += String(chunk)));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers }));
      },
    );
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** The edge of the lab with a balanced service `web`; `ask` opens a connection of its own each time. */
async function balanced(lab: Started, spec: Service['spec']) {
  await twoPods(lab, { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 0 }], ...spec });
  const edge = await lab.network.startIngress(0);
  stops.push(() => edge.stop());
  const address = () => lab.api.get<Service>('Service', 'shop', 'web')?.status?.loadBalancer?.ingress?.[0];
  await expect.poll(address).toMatchObject({ ip: '127.0.0.1', ports: [{ protocol: 'TCP' }] });
  const url = `http://127.0.0.1:${address()?.ports?.[0]?.port}`;
  const who = async (times: number): Promise<Set<string>> =>
    new Set((await Promise.all(Array.from({ length: times }, () => ask(url)))).map(({ headers }) => String(headers['x-pod'])));
  return { url, who };
}

describe('a load balancer', () => {
  it('is reached on loopback, says so in its status, and leads to all endpoints', async () => {
    const { who } = await balanced(start(), {});
    expect(await who(20)).toEqual(new Set(['a', 'b']));
  });

  it('leaves a dead node out after two probes, and takes it in again', async () => {
    const lab = start();
    const { who, url } = await balanced(lab, { externalTrafficPolicy: 'Local' });
    expect(lab.api.get<Service>('Service', 'shop', 'web')?.spec?.healthCheckNodePort).toBeGreaterThanOrEqual(30_000);
    lab.network.setNodeReachable('n2', false);
    await expect.poll(() => Promise.race([who(12), hangs(url, 300)]), { timeout: 5_000 }).toEqual(new Set(['a']));
    lab.network.setNodeReachable('n2', true);
    await expect.poll(() => who(20), { timeout: 5_000 }).toEqual(new Set(['a', 'b']));
  });

  it('resets connections to a service without endpoints', async () => {
    const lab = start();
    const { url } = await balanced(lab, {});
    lab.api.delete('EndpointSlice', 'shop', 'web-abcde');
    await expect(ask(url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('shows pods the address of the node, or under externalTrafficPolicy Local that of the user, to network policies too', async () => {
    const lab = start();
    const { url } = await balanced(lab, { externalTrafficPolicy: 'Local' });
    for (const [index, name] of ['a', 'b'].entries()) {
      lab.api.seed<Pod>('Pod', {
        metadata: { name, namespace: 'shop', labels: { app: 'web' } },
        spec: { nodeName: `n${index + 1}`, containers: [{ name: 'c', image: 'x' }] },
        status: { podIP: `10.244.${index + 1}.5`, phase: 'Running' },
      });
    }
    lab.api.seed<NetworkPolicy>('NetworkPolicy', { metadata: { name: 'p', namespace: 'shop' }, spec: { podSelector: {}, ingress: [] } });
    expect(await hangs(url, 200)).toBe('hangs');
    lab.api.modify<Service>('Service', 'shop', 'web', (draft) => void (draft.spec && (draft.spec.externalTrafficPolicy = 'Cluster')));
    lab.api.modify<EndpointSlice>('EndpointSlice', 'shop', 'web-abcde', (draft) => void draft.endpoints.pop());
    // Whatever comes in over the pod's own node is from that node, and passes.
    await expect.poll(() => Promise.race([ask(url).then(({ status }) => status), hangs(url, 100)]), { timeout: 5_000 }).toBe(200);
  });
});

async function hangs(url: string, ms: number): Promise<string> {
  const silence = new Promise<string>((resolve) => setTimeout(resolve, ms, 'hangs'));
  return Promise.race([ask(url).then(({ status }) => `answered ${status}`), silence]);
}

const NGINX = 'nginx.ingress.kubernetes.io/';
const annotated = (annotations: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`${NGINX}${name}`, value]));

async function withIngress(lab: Started, object: Ingress): Promise<string> {
  lab.api.seed('Ingress', object);
  const started = await lab.network.startIngress(0);
  stops.push(() => started.stop());
  return started.url;
}

describe('the ingress', () => {
  it('passes on by path, turn and turn about, and says who asked', async () => {
    const lab = start();
    await twoPods(lab);
    const url = await withIngress(lab, ingress([{ path: '/web', service: 'web' }]));
    const answers = [await ask(`${url}/web/1`), await ask(`${url}/web/2`), await ask(`${url}/web/3?q=1`)];
    expect(answers.map(({ headers }) => headers['x-pod'])).toEqual(['a', 'b', 'a']);
    expect(JSON.parse(answers[2]?.body ?? '')).toMatchObject({ url: '/web/3?q=1', headers: { 'x-forwarded-for': '127.0.0.1' } });
    expect((await ask(`${url}/other`)).status).toBe(404);
  });

  it('rewrites with a regular expression', async () => {
    const lab = start();
    await twoPods(lab);
    const rewriting = { 'nginx.ingress.kubernetes.io/use-regex': 'true', 'nginx.ingress.kubernetes.io/rewrite-target': '/$1' };
    const path = { path: '/api/web/?(.*)', service: 'web', pathType: 'ImplementationSpecific' };
    const url = await withIngress(lab, ingress([path], rewriting));
    expect(JSON.parse((await ask(`${url}/api/web/a/b?c=d`)).body)).toMatchObject({ url: '/a/b?c=d' });
  });

  it('answers 503 without ready endpoints and 502 when all refuse', async () => {
    const { api, network, ...rest } = start();
    api.seed('Service', service('web'));
    api.seed('Service', service('dead', { clusterIP: '10.0.0.11' }));
    api.seed('EndpointSlice', slice('dead', [{ ip: '10.244.1.9', node: 'n1' }]));
    const url = await withIngress(
      { api, network, ...rest },
      ingress([
        { path: '/web', service: 'web' },
        { path: '/dead', service: 'dead' },
      ]),
    );
    expect((await ask(`${url}/web`)).status).toBe(503);
    expect((await ask(`${url}/dead`)).status).toBe(502);
  });

  it('tries the next endpoint after 5 s when a node swallows the connection, a POST too while it was not sent', async () => {
    const lab = start();
    await twoPods(lab);
    const url = await withIngress(lab, ingress([{ path: '/', service: 'web' }]));
    lab.network.setNodeReachable('n1', false);
    const began = lab.clock.now();
    const answer = await ask(url, { method: 'POST', body: '{"a":1}' });
    expect(answer.headers['x-pod']).toBe('b');
    expect(lab.clock.now() - began).toBeGreaterThan(4000);
  });

  it('gives up with 504 when every endpoint is on dead nodes', async () => {
    const lab = start();
    await twoPods(lab);
    const url = await withIngress(lab, ingress([{ path: '/', service: 'web' }]));
    lab.network.setNodeReachable('n1', false);
    lab.network.setNodeReachable('n2', false);
    expect((await ask(url)).status).toBe(504);
  });

  it('never sends a POST twice: the pod may have acted on it', async () => {
    const { api, network, ...rest } = start();
    let asked = 0;
    const breaking: RequestListener = (request) => {
      asked++;
      request.socket.destroy();
    };
    api.seed('Service', service('web'));
    api.seed('EndpointSlice', slice('web', [{ ip: '10.244.1.5', node: 'n1' }]));
    await network.listen({ ip: '10.244.1.5', node: 'n1', port: 8080 }, breaking);
    const url = await withIngress({ api, network, ...rest }, ingress([{ path: '/', service: 'web' }]));
    expect([(await ask(url, { method: 'POST', body: 'x' })).status, asked]).toEqual([502, 1]);
    expect([(await ask(url)).status, asked]).toEqual([502, 4]);
  });

  it('tells in the status of an Ingress where it is served', async () => {
    const lab = start();
    const url = await withIngress(lab, ingress([{ path: '/', service: 'web' }]));
    await expect
      .poll(() => lab.api.get<Ingress>('Ingress', 'shop', 'shop')?.status?.loadBalancer?.ingress)
      .toEqual([{ ip: '127.0.0.1', ports: [{ port: Number(new URL(url).port), protocol: 'TCP' }] }]);
  });

  it('answers 413 to a body beyond its limit', async () => {
    const lab = start();
    await twoPods(lab);
    const url = await withIngress(lab, ingress([{ path: '/', service: 'web' }], { 'nginx.ingress.kubernetes.io/proxy-body-size': '1k' }));
    expect((await ask(url, { method: 'POST', body: 'x'.repeat(2000) })).status).toBe(413);
  });

  it('keeps a user with a cookie on one pod, which a failure does not change unless the Ingress says so', async () => {
    const lab = start();
    await twoPods(lab);
    const sticky = {
      affinity: 'cookie',
      'session-cookie-name': 'route',
      'session-cookie-max-age': '60',
      'proxy-connect-timeout': '1',
      'proxy-read-timeout': '1',
    };
    const url = await withIngress(lab, ingress([{ path: '/', service: 'web' }], annotated(sticky)));
    const first = await ask(url);
    const [cookie = ''] = [first.headers['set-cookie'] ?? ''].flat();
    expect(cookie).toMatch(/^route=[0-9a-f]{32}; Path=\/; Max-Age=60; HttpOnly$/);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    const again = await Promise.all(Array.from({ length: 12 }, () => ask(url, { headers })));
    expect(new Set(again.map((answer) => answer.headers['x-pod']))).toEqual(new Set([first.headers['x-pod']]));
    expect(again.every((answer) => answer.headers['set-cookie'] === undefined)).toBe(true);
    lab.network.setNodeReachable(first.headers['x-pod'] === 'a' ? 'n1' : 'n2', false);
    expect((await ask(url, { headers: { ...headers, connection: 'close' } })).status).toBe(504);
    lab.api.modify<Ingress>('Ingress', 'shop', 'shop', (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, ...annotated({ 'session-cookie-change-on-failure': 'true' }) };
    });
    await expect.poll(async () => (await ask(url, { headers })).status).toBe(200);
  });

  it('tries another pod after an answer that the Ingress calls a failure', async () => {
    const lab = start();
    lab.api.seed('Service', service('web'));
    const ips = ['10.244.1.5', '10.244.2.5'];
    lab.api.seed(
      'EndpointSlice',
      slice(
        'web',
        ips.map((ip, index) => ({ ip, node: `n${index + 1}` })),
      ),
    );
    await lab.network.listen({ ip: '10.244.1.5', node: 'n1', port: 8080 }, (_, response) => response.writeHead(503).end('busy'));
    await lab.network.listen({ ip: '10.244.2.5', node: 'n2', port: 8080 }, echo('b'));
    const url = await withIngress(
      lab,
      ingress([{ path: '/', service: 'web' }], annotated({ 'proxy-next-upstream': 'error timeout http_503' })),
    );
    const statuses = [];
    for (let time = 0; time < 4; time++) statuses.push((await ask(url)).status);
    expect(statuses).toEqual([200, 200, 200, 200]);
    expect((await ask(url, { method: 'POST', body: 'x' })).status).toBe(503);
  });

  it('takes over with the default backend where no endpoint is ready', async () => {
    const lab = start();
    await twoPods(lab);
    lab.api.seed('Service', service('empty', { clusterIP: '10.0.0.12' }));
    const url = await withIngress(lab, ingress([{ path: '/', service: 'empty' }], annotated({ 'default-backend': 'web' })));
    expect((await ask(url)).status).toBe(200);
  });

  it('goes by the address of the Service where it is told to', async () => {
    const lab = start();
    await twoPods(lab);
    const url = await withIngress(lab, ingress([{ path: '/', service: 'web' }], annotated({ 'service-upstream': 'true' })));
    expect((await ask(url)).status).toBe(200);
  });

  it('sends users to TLS, and serves it with a certificate of the lab for the host', async () => {
    const lab = start();
    await twoPods(lab);
    const plain = ingress([{ path: '/', service: 'web' }]);
    const rules = (plain.spec?.rules ?? []).map((rule) => ({ ...rule, host: 'shop.example' }));
    lab.api.seed('Ingress', { ...plain, spec: { rules, tls: [{ hosts: ['shop.example'], secretName: 'shop-tls' }] } });
    const { certificateFor, ca } = await createCertificates();
    const started = await lab.network.startIngress(0, { certificateFor });
    stops.push(() => started.stop());
    const tlsPort = new URL(started.tlsUrl ?? '').port;
    const answer = await ask(`${started.url}/a?b=c`, { headers: { host: 'shop.example' } });
    expect([answer.status, answer.headers['location']]).toEqual([308, `https://shop.example:${tlsPort}/a?b=c`]);
    const secure = await new Promise<Answer>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: tlsPort, path: '/a', servername: 'shop.example', headers: { host: 'shop.example' }, ca };
      httpsGet(options, (response) => {
        let body = '';
        response.on('data', (chunk) => (body += String(chunk)));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
      }).on('error', reject);
    });
    expect([secure.status, JSON.parse(secure.body).headers['x-forwarded-proto']]).toEqual([200, 'https']);
    expect(lab.api.get<Ingress>('Ingress', 'shop', 'shop')?.status?.loadBalancer?.ingress?.[0]?.ports?.map(({ port }) => port)).toEqual([
      Number(new URL(started.url).port),
      Number(tlsPort),
    ]);
  });

  it('redirects where an annotation says so', async () => {
    const lab = start();
    await twoPods(lab);
    const url = await withIngress(lab, ingress([{ path: '/', service: 'web' }], annotated({ 'app-root': '/shop' })));
    expect([(await ask(url)).headers['location'], (await ask(`${url}/shop`)).status]).toEqual([`${url}/shop`, 200]);
    lab.api.modify<Ingress>('Ingress', 'shop', 'shop', (draft) => {
      draft.metadata.annotations = annotated({ 'permanent-redirect': 'https://elsewhere.example' });
    });
    await expect.poll(async () => (await ask(url)).headers['location']).toBe('https://elsewhere.example');
  });

  it('says which port is taken', async () => {
    const { network } = start();
    const first = await network.startIngress(0);
    stops.push(() => first.stop());
    const failure = await network.startIngress(Number(new URL(first.url).port)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'ENVIRONMENT', message: expect.stringContaining('EADDRINUSE') });
  });
});
