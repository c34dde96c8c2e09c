import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom, createRealClock, silentLogger } from '../../base/index.ts';
import type { ActivityContext } from '../../experiment/index.ts';
import { proxyFor } from './_environment.ts';
import { readUrl } from './_encode.ts';
import { findLogin } from './_netrc.ts';
import { httpProvider } from './http-provider.ts';

const EC = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
const names = (name: string) => [{ name: 'commonName', value: name }];

const servers: Server[] = [];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-http-'));
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a TCP port, its address is an object.
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const serve = (answer: RequestListener): Promise<string> => listen(createServer(answer));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const contextWith = (env: ActivityContext['env']): ActivityContext => ({
  clock: createRealClock(),
  random: createRandom('x'),
  log: silentLogger,
  signal: new AbortController().signal,
  env,
  configuration: {},
  secrets: {},
  activityName: 'a',
  undo: { plan: () => Promise.resolve() },
});
const get = (url: string, env: ActivityContext['env'], extra: Record<string, unknown> = {}) =>
  httpProvider().run({ type: 'http', url, timeout: 10, ...extra }, contextWith(env));

describe('a call through a proxy', () => {
  it('hands a plain one the whole address, with its login', async () => {
    const seen: IncomingMessage[] = [];
    const proxy = await serve((request, response) => {
      seen.push(request);
      response.end('by proxy');
    });
    const answer = await get('http://service.invalid:81/a?b=1', {
      http_proxy: `http://me:p%40ss@${proxy}`,
      HTTP_PROXY: 'http://192.0.2.1:1',
    });
    expect(answer).toMatchObject({ status: 200, body: 'by proxy' });
    expect(seen[0]).toMatchObject({
      url: 'http://service.invalid:81/a?b=1',
      headers: { host: 'service.invalid:81', 'proxy-authorization': `Basic ${Buffer.from('me:p@ss').toString('base64')}` },
    });
  });

  it('asks it for a tunnel to a secured server, and shows the server its certificate through it', async () => {
    const authority = await generate(names('ca'), {
      ...EC,
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true },
      ],
    });
    const ca = { key: authority.private, cert: authority.cert };
    const own = await generate(names('service.invalid'), {
      ...EC,
      ca,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'service.invalid' }] }],
    });
    const client = await generate(names('the-client'), { ...EC, ca });
    const secured = createTlsServer(
      { key: own.private, cert: own.cert, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
      (request, response) => response.end(request.socket instanceof TLSSocket ? request.socket.getPeerCertificate().subject.CN : 'nobody'),
    );
    const address = await listen(secured);
    const asked: (string | undefined)[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url);
      const [host, port] = address.split(':');
      const through = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
    });
    const env = { HTTPS_PROXY: await listen(proxy), REQUESTS_CA_BUNDLE: file('ca.pem', authority.cert) };
    const cert = [file('client.pem', client.cert), file('client.key', client.private)];

    expect(await get('https://service.invalid/x', env, { cert })).toMatchObject({ status: 200, body: 'the-client' });
    expect(asked).toEqual(['service.invalid:443']);
    await expect(get('https://service.invalid/x', { HTTPS_PROXY: env.HTTPS_PROXY }, { cert })).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
    expect(await get('https://service.invalid/x', { HTTPS_PROXY: env.HTTPS_PROXY }, { cert, verify_tls: false })).toMatchObject({
      status: 200,
    });
    expect(
      await get('https://service.invalid/x', { HTTPS_PROXY: env.HTTPS_PROXY }, { cert, verify_tls: join(folder, 'ca.pem') }),
    ).toMatchObject({
      status: 200,
    });
  });

  it('says so when the proxy gives no tunnel', async () => {
    const proxy = await serve((_, response) => response.end());
    servers[0]?.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
    await expect(get('https://service.invalid/', { HTTPS_PROXY: proxy })).rejects.toThrow('the proxy refused: 407');
  });

  it.each([
    ['http://a.example.com/', 'example.com', false],
    ['http://a.example.com/', '.example.com', false],
    ['http://example.com/', '.example.com', false],
    ['http://example.com:8080/', 'example.com:8080', false],
    ['http://example.com:8081/', 'example.com:8080', true],
    ['http://10.1.2.3/', '10.0.0.0/8', false],
    ['http://11.1.2.3/', '10.0.0.0/8 , x', true],
    ['http://a.example.com/', '*', false],
    ['http://a.example.com/', '', true],
  ])('for %s with no_proxy=%s: %s', (url, list, isUsed) => {
    expect(proxyFor(readUrl(url), { ALL_PROXY: 'proxy:3128', NO_PROXY: list }) !== undefined).toBe(isUsed);
  });

  it('knows no other kind of proxy', async () => {
    await expect(get('http://service.invalid/', { http_proxy: 'socks5://127.0.0.1:1' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('a login of .netrc', () => {
  it('is sent to its host, instead of what the experiment says, and not to the host that it redirects to', async () => {
    const seen: (string | undefined)[] = [];
    const address = await serve((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === '/') response.writeHead(302, { Location: `http://localhost:${address.split(':')[1]}/next` });
      response.end();
    });
    const netrc = file('netrc', '# mine\nmachine 127.0.0.1\n  login me # the user\n  password "a b"\n');
    await get(`http://${address}/`, { NETRC: netrc }, { headers: { Authorization: 'Bearer x' } }).catch(() => undefined);
    expect(seen[0]).toBe(`Basic ${Buffer.from('me:a b').toString('base64')}`);
    expect(seen.slice(1).filter((header) => header !== undefined)).toEqual([]);
  });

  it.each([
    ['machine h login a password b', 'h', 'a:b'],
    ['machine g login a password b', 'h', undefined],
    ['machine g login a password b default login d password e', 'h', 'd:e'],
    ['macdef x\nmachine h login no password no\n\nmachine h login a account c password b', 'h', 'a:b'],
  ])('%j for %s: %s', (text, host, login) => {
    expect(findLogin(text, host)).toBe(login);
  });
});

describe('a redirect', () => {
  /** A proxy that leads every host to one server, plain or secured. It redirects `/` to `location`; what it is asked after that is seen. */
  async function redirecting(location: string): Promise<{ readonly env: Record<string, string>; readonly seen: IncomingMessage[] }> {
    const seen: IncomingMessage[] = [];
    const answer: RequestListener = (request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://service.invalid');
      if (pathname === '/') response.writeHead(Number(request.headers['x-status'] ?? 302), { Location: location });
      else seen.push(request);
      request.resume().on('end', () => response.end());
    };
    const { private: key, cert } = await generate(names('service.invalid'), EC);
    const secured = (await listen(createTlsServer({ key, cert }, answer))).split(':');
    const proxy = createServer(answer);
    proxy.on('connect', (_, socket) => {
      const through = connect(Number(secured[1]), secured[0], () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
    });
    const address = await listen(proxy);
    return { env: { http_proxy: address, https_proxy: address }, seen };
  }
  const headers = { Authorization: 'Bearer x', Cookie: 'session=1' };

  it.each([
    ['http://service.invalid/', '/next', true],
    ['http://service.invalid/', 'http://service.invalid:80/next', true],
    ['http://service.invalid/', 'https://service.invalid/next', true],
    ['https://service.invalid/', 'http://service.invalid/next', false],
    ['http://service.invalid/', 'http://other.invalid/next', false],
    ['http://service.invalid/', 'http://service.invalid:81/next', false],
  ])('from %s to %s takes the login along: %s; cookies never', async (url, location, isKept) => {
    const { env, seen } = await redirecting(location);
    await get(url, env, { headers, verify_tls: false });
    expect(seen.map(({ headers: { authorization, cookie } }) => [authorization, cookie])).toEqual([
      [isKept ? 'Bearer x' : undefined, undefined],
    ]);
  });

  it('takes the login of the address along, which comes before the header, and none that the answer names', async () => {
    const { env, seen } = await redirecting('http://mallory:guess@service.invalid/next');
    await get('http://me:p%40ss@service.invalid/', env, { headers });
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  it.each([
    ['PUT', 301, 'PUT', '0'],
    ['POST', 301, 'GET', undefined],
    ['POST', 303, 'GET', undefined],
    ['POST', 307, 'POST', '3'],
  ])('of a %s with %d asks again with %s and a length of %s', async (method, status, after, length) => {
    const { env, seen } = await redirecting('/next');
    await get('http://service.invalid/', env, { method, arguments: 'abc', headers: { 'X-Status': status } });
    expect([seen[0]?.method, seen[0]?.headers['content-length']]).toEqual([after, length]);
  });
});
