import { request as httpRequest } from 'node:http';
import type { Agent, RequestListener } from 'node:http';
import { get as httpsGet } from 'node:https';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { EndpointSlice, Ingress, NetworkPolicy, Pod, Service } from '../../kubernetes/index.ts';
import { createCertificates } from '../certificates.ts';
import { echo, service, slice, start, stopAll, stops, twoPods } from './_test-network.ts';
import type { Started } from './_test-network.ts';

afterEach(stopAll);

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

  it('moves with its node port, and has no address any more once its type is another', async () => {
    const lab = start();
    await balanced(lab, {});
    const service = () => lab.api.get<Service>('Service', 'shop', 'web');
    const address = () => service()?.status?.loadBalancer?.ingress?.[0]?.ports?.[0]?.port ?? 0;
    const free = await freePort();
    lab.api.modify<Service>('Service', 'shop', 'web', (draft) => void (draft.spec && (draft.spec.ports = [{ ...http, nodePort: free }])));
    await expect.poll(address).toBe(free);
    expect((await ask(`http://127.0.0.1:${free}`)).status).toBe(200);
    lab.api.modify<Service>('Service', 'shop', 'web', (draft) => void (draft.spec && (draft.spec.type = 'ClusterIP')));
    await expect.poll(() => service()?.status?.loadBalancer).toEqual({});
    await expect(ask(`http://127.0.0.1:${free}`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('of UDP alone has an address, which says that nothing answers', async () => {
    const lab = start();
    const edge = await lab.network.startIngress(0);
    stops.push(() => edge.stop());
    lab.api.seed<Service>('Service', service('dns', { type: 'LoadBalancer', ports: [{ port: 53, protocol: 'UDP' }] }));
    const ports = [{ port: 53, protocol: 'UDP', error: 'evenkeel.dev/UDPIsNotServed' }];
    await expect.poll(() => lab.api.get<Service>('Service', 'shop', 'dns')?.status?.loadBalancer?.ingress).toMatchObject([{ ports }]);
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

const http = { name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' };

/** A port in the range of node ports that nobody on this machine listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  for (let port = 31_000 + Math.floor(Math.random() * 1_000); ; port++) {
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

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
  it('keeps the configuration before while a path is no regular expression, and loads all of it afterwards', async () => {
    const lab = start();
    await twoPods(lab);
    lab.api.seed<Ingress>('Ingress', ingress([{ path: '/good', service: 'web' }]));
    const edge = await lab.network.startIngress(0);
    stops.push(() => edge.stop());
    const regex = { 'nginx.ingress.kubernetes.io/use-regex': 'true' };
    const broken = ingress([{ path: '/(bad', service: 'web', pathType: 'ImplementationSpecific' }], regex);
    lab.api.seed<Ingress>('Ingress', { ...broken, metadata: { ...broken.metadata, name: 'broken' } });
    lab.api.seed<Ingress>('Ingress', { ...ingress([{ path: '/later', service: 'web' }]), metadata: { name: 'later', namespace: 'shop' } });
    const statuses = async (): Promise<number[]> => [(await ask(`${edge.url}/good`)).status, (await ask(`${edge.url}/later`)).status];
    expect(await statuses()).toEqual([200, 404]);
    lab.api.delete('Ingress', 'shop', 'broken');
    expect(await statuses()).toEqual([200, 200]);
  });

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
