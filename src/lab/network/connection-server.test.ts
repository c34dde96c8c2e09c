import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import type { RequestListener } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Ingress } from '../../kubernetes/index.ts';
import { createCertificates } from '../certificates.ts';
import { codeOf, echo, pod, start, stopAll, stops, twoPods } from './_test-network.ts';
import type { Started } from './_test-network.ts';

afterEach(stopAll);

const NODE = { kind: 'node', node: 'n1' } as const;
const target = (port: number) => ({ host: '10.244.1.5', port });
const noLimit = new AbortController().signal;

async function listen({ network }: Started, handler: RequestListener = echo('a')): Promise<void> {
  await network.listen({ ip: '10.244.1.5', node: 'n1', port: 8443 }, handler);
}

describe('a port of a program', () => {
  it('speaks TLS to clients that begin with it, and plain HTTP to others', async () => {
    const certificates = await createCertificates();
    const lab = start({ certificateFor: certificates.certificateFor });
    await listen(lab);
    const secure = await lab.network.fetch(NODE, 'https://10.244.1.5:8443/x');
    expect([secure.status, JSON.parse(secure.body).url]).toEqual([200, '/x']);
    expect((await lab.network.fetch(NODE, 'http://10.244.1.5:8443/x')).status).toBe(200);
    const kept = await Promise.all([1, 2].map(() => lab.network.fetch(pod, 'https://10.244.1.5:8443/')));
    expect(kept.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('ends a TLS handshake that it has no certificate for, and does not take one from a dead node', async () => {
    const lab = start();
    await listen(lab);
    expect(await codeOf(lab.network.fetch(NODE, 'https://10.244.1.5:8443/'))).toBe('UNREACHABLE');
    lab.network.setNodeReachable('n1', false);
    const away = { kind: 'node', node: 'n2' } as const;
    expect(await codeOf(lab.network.fetch(away, 'https://10.244.1.5:8443/', { timeoutMs: 1_000 }))).toBe('TIMED_OUT');
  });

  it('speaks HTTP/2 to clients that know it does', async () => {
    const lab = start();
    await listen(lab, (request, response) => response.end(`${request.httpVersion} ${request.url}`));
    const socket = await lab.network.connect(NODE, target(8443), noLimit);
    const session = connectHttp2('http://pod', { createConnection: () => socket });
    const stream = session.request({ ':path': '/check' });
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await once(stream, 'end');
    session.destroy();
    expect(text).toBe('2.0 /check');
  });

  it('closes what ends before it asked for anything', async () => {
    const lab = start();
    await listen(lab);
    const socket = await lab.network.connect(NODE, target(8443), noLimit);
    socket.end();
    await once(socket.resume(), 'close');
    expect(socket.destroyed).toBe(true);
  });
});

/** Takes WebSockets and says which pod it is; anything else gets the answer of `echo`. */
const talking =
  (name: string): RequestListener =>
  (request, response) => {
    if (request.headers.upgrade !== 'websocket') return echo(name)(request, response);
    const { socket } = request;
    response.detachSocket(socket);
    new WebSocketServer({ noServer: true }).handleUpgrade(request, socket, Buffer.alloc(0), (talk) => {
      talk.on('message', (text: Buffer) => talk.send(`${name} ${request.url} ${text.toString()}`));
    });
  };

const ingress = (annotations: Record<string, string> = {}): Ingress => ({
  metadata: { name: 'shop', namespace: 'shop', annotations },
  spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
});

async function edge(lab: Started, annotations: Record<string, string> = {}): Promise<string> {
  await twoPods(lab, {}, talking);
  lab.api.seed<Ingress>('Ingress', ingress(annotations));
  const started = await lab.network.startIngress(0);
  stops.push(() => started.stop());
  return started.url;
}

async function say(talk: WebSocket, text: string): Promise<string> {
  talk.send(text);
  const [answer] = await once(talk, 'message');
  return String(answer);
}

describe('a WebSocket', () => {
  it('passes through the Ingress to one pod, in both directions, and ends with either end', async () => {
    const url = await edge(start());
    const talk = new WebSocket(`${url.replace('http', 'ws')}/chat?x=1`);
    await once(talk, 'open');
    expect([await say(talk, 'one'), await say(talk, 'two')]).toEqual(['a /chat?x=1 one', 'a /chat?x=1 two']);
    talk.close();
    await once(talk, 'close');
  });

  it('goes to the next endpoint while a dead node swallows the connection, and is cut after the read limit of silence', async () => {
    const lab = start();
    const url = await edge(lab, { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '10' });
    lab.network.setNodeReachable('n1', false);
    const talk = new WebSocket(url.replace('http', 'ws'));
    await once(talk, 'open');
    expect(await say(talk, 'hello')).toBe('b / hello');
    const [code] = await once(talk, 'close');
    expect(code).toBe(1006);
  });

  it('is refused as any request is where nobody stands behind the Ingress, or where the pod takes none', async () => {
    const lab = start();
    const none = await lab.network.startIngress(0);
    stops.push(() => none.stop());
    const refused = new WebSocket(none.url.replace('http', 'ws'));
    const [error] = await once(refused, 'error');
    expect(String(error)).toContain('Unexpected server response: 404');
    const plain = start();
    await twoPods(plain);
    plain.api.seed<Ingress>('Ingress', ingress());
    const started = await plain.network.startIngress(0);
    stops.push(() => started.stop());
    const declined = new WebSocket(started.url.replace('http', 'ws'));
    const [answer] = await once(declined, 'error');
    expect(String(answer)).toContain('Unexpected server response: 200');
  });
});

describe('an Ingress of backends that speak TLS', () => {
  it('asks them over TLS', async () => {
    const certificates = await createCertificates();
    const lab = start({ certificateFor: certificates.certificateFor });
    await twoPods(lab, {}, () => (request, response) => response.end('encrypted' in request.socket ? 'over TLS' : 'plain'));
    lab.api.seed<Ingress>('Ingress', ingress({ 'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS' }));
    const started = await lab.network.startIngress(0);
    stops.push(() => started.stop());
    const [answer] = await once(httpRequest(started.url).end(), 'response');
    expect(String((await answer.toArray())[0])).toBe('over TLS');
  });
});

describe('the edge', () => {
  it('survives users that vanish in the middle of an upgrade', async () => {
    const url = new URL(await edge(start()));
    const socket = connectSocket(Number(url.port), url.hostname);
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    socket.resetAndDestroy();
    const talk = new WebSocket(url.href.replace('http', 'ws'));
    await once(talk, 'open');
    expect(await say(talk, 'still')).toMatch(/still$/);
    talk.terminate();
  });
});
