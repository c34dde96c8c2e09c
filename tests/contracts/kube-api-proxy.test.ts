/** Requests that the API server passes on: to pods, Services and nodes. */
import { request } from 'node:https';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom, createRealClock } from '../../src/base/index.ts';
import type { KubeObject } from '../../src/kubernetes/index.ts';
import { createLabApi, serveKubeApi, type PodAccess, type ServedKubeApi } from '../../src/lab/kube-api/index.ts';
import { ADMIN_TOKEN, makeCertificates } from './_kube-api-server.ts';

const stops: (() => unknown)[] = [];
let served: ServedKubeApi;
let ca = '';
const seen: IncomingMessage[] = [];
const SERVICES = '/api/v1/namespaces/default/services';

interface Got {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
}

function ask(path: string, { method = 'GET', body = '' } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request(`${served.url}${path}`, { method, ca, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

beforeAll(async () => {
  const backend = createServer((asked, answer) => {
    seen.push(asked);
    if (asked.url === '/moved') return void answer.writeHead(302, { location: '/elsewhere?x=1' }).end();
    if (asked.url === '/page')
      return void answer.writeHead(200, { 'content-type': 'text/html' }).end('<a href="/x">x</a><img src="y.png">');
    let body = '';
    asked.setEncoding('utf8').on('data', (part: string) => (body += part));
    asked.on('end', () =>
      answer.writeHead(asked.url === '/ill' ? 500 : 200, { 'x-mark': 'backend' }).end(`${asked.method} ${asked.url} ${body}`),
    );
    return undefined;
  });
  await new Promise<void>((resolve) => void backend.listen(0, '127.0.0.1', resolve));
  const { port } = backend.address() as AddressInfo; // it listens on a port
  const api = createLabApi({ clock: createRealClock(), random: createRandom('proxy') });
  const access: Pick<PodAccess, 'dial' | 'askKubelet'> = {
    dial: async (target) => {
      if (target.port !== 8080) throw new Error(`dial tcp ${target.host}:${target.port}: connect: connection refused`);
      return connect(port, '127.0.0.1');
    },
    askKubelet: (node, path) => Promise.resolve({ status: 200, type: 'text/plain', text: `${node} ${path}` }),
  };
  const certificates = await makeCertificates();
  ca = certificates.ca;
  served = await serveKubeApi(api, {
    port: 0,
    ...certificates,
    tokens: [{ token: ADMIN_TOKEN, user: 'admin' }],
    access: access as PodAccess,
  }); // no sessions here
  stops.push(
    () => served.stop(),
    () => backend.close(),
  );
  const make = (kind: string, name: string, more: Record<string, unknown>): KubeObject =>
    api.create<KubeObject>(kind, { metadata: { name, namespace: 'default' }, ...more });
  make('Service', 'web', { spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } });
  make('Service', 'empty', { spec: { ports: [{ port: 80 }] } });
  make('Endpoints', 'web', { subsets: [{ addresses: [{ ip: '10.244.0.5' }], ports: [{ name: 'http', port: 8080 }] }] });
  api.create('Node', { metadata: { name: 'node-1' } });
});

afterAll(async () => {
  for (const stop of stops) await stop();
});

it('passes any method and body on, and the answer back as it is', async () => {
  const got = await ask(`${SERVICES}/web:http/proxy/a%20b/?q=1`, { method: 'POST', body: 'hello' });
  expect([got.status, got.text, got.headers['x-mark']]).toEqual([200, 'POST /a%20b/?q=1 hello', 'backend']);
  expect((await ask(`${SERVICES}/http:web:80/proxy/ill`)).status).toBe(500);
});

it('tells the other side where the request came from, and keeps the token to itself', async () => {
  await ask(`${SERVICES}/web:80/proxy/who`);
  const headers: IncomingMessage['headers'] = seen.at(-1)?.headers ?? {};
  expect(headers).toMatchObject({ host: '10.244.0.5:8080', 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1' });
  expect(headers['x-forwarded-uri']).toBe(`${SERVICES}/web:80/proxy/who`);
  expect(headers['authorization']).toBeUndefined();
});

it('leads redirects and links back through itself', async () => {
  const moved = await ask(`${SERVICES}/web:80/proxy/moved`);
  expect(moved.headers['location']).toBe(`${SERVICES}/web:80/proxy/elsewhere?x=1`);
  const page = await ask(`${SERVICES}/web:80/proxy/page`);
  expect(page.text).toBe(`<a href="${SERVICES}/web:80/proxy/x">x</a><img src="y.png">`);
  expect((await ask(`${SERVICES}/web:80/proxy`)).headers['location']).toBe(`${SERVICES}/web:80/proxy/`);
});

it.each([
  ['empty', 'no endpoints available for service "empty"', 503],
  ['web', 'no endpoints available for service "web"', 503],
  ['web:81', 'no service port 81 found for service "web"', 503],
  ['nope', 'services "nope" not found', 404],
  ['ftp:web:80', 'invalid service request "ftp:web:80"', 400],
  ['https:web:http', 'error trying to reach service: http: server gave HTTP response to HTTPS client', 503],
])('says why %s can not be had', async (name, message, code) => {
  const { status, text } = await ask(`${SERVICES}/${name}/proxy/`);
  expect({ status, message: (JSON.parse(text) as { message: string }).message }).toEqual({ status: code, message }); // a Status
});

it("asks a node's kubelet", async () => {
  expect(await ask('/api/v1/nodes/node-1/proxy/healthz')).toMatchObject({ status: 200, text: 'node-1 /healthz' });
});
