/** The Kubernetes client against a small HTTPS server of the test's own that misbehaves on command. */
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRealClock, createScaledClock, EvenkeelError, silentLogger } from '../../src/base/index.ts';
import { createKubernetesClient, loadKubeconfig } from '../../src/clients/index.ts';
import type { KubernetesClient, WatchEvent } from '../../src/clients/index.ts';
import { resourceOf } from '../../src/kubernetes/index.ts';
import type { Pod, Resource } from '../../src/kubernetes/index.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const pods = kind('Pod');
let certificate: { private: string; cert: string };
let port: number;
let handler: Handler;
const seen: { method: string; url: string; authorization: string | undefined; contentType: string | undefined; body: string }[] = [];
let server: ReturnType<typeof createServer>;
const opened: (KubernetesClient & { close(): void })[] = [];

function kind(name: string): Resource {
  const resource = resourceOf(name);
  if (resource === undefined) throw new Error(name);
  return resource;
}

beforeAll(async () => {
  certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  server = createServer({ key: certificate.private, cert: certificate.cert }, (request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, authorization: headers.authorization, contentType: headers['content-type'], body });
      handler(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterEach(() => {
  seen.length = 0;
  for (const client of opened.splice(0)) client.close();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function kubeconfig({ user, cluster }: { user?: object; cluster?: object } = {}): string {
  return JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
    clusters: [
      {
        name: 'c',
        cluster: {
          server: `https://localhost:${port}`,
          'certificate-authority-data': Buffer.from(certificate.cert).toString('base64'),
          ...cluster,
        },
      },
    ],
    users: [{ name: 'u', user: user ?? { token: 'tok-1' } }],
  });
}

async function connect(options: { config?: string; speed?: number; timeoutMs?: number; tokens?: string[] } = {}) {
  const tokens = [...(options.tokens ?? [])];
  const login = await loadKubeconfig({
    env: { HOME: '/home/me' },
    readFile: () => Promise.resolve(options.config ?? kubeconfig()),
    runProgram: () => Promise.resolve(JSON.stringify({ status: { token: tokens.shift() } })),
  });
  const clock = options.speed === undefined ? createRealClock() : createScaledClock({ speed: options.speed, originMs: 0, wallOriginMs: 0 });
  const client = createKubernetesClient(login, { clock, log: silentLogger, defaultTimeoutMs: options.timeoutMs ?? 5000 });
  opened.push(client);
  return client;
}

const reply = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};
const refusal = (code: number, reason: string, message: string): object => ({ kind: 'Status', status: 'Failure', code, reason, message });
const pod = (name: string, resourceVersion = '1'): Pod => ({ metadata: { name, namespace: 'shop', resourceVersion } });

describe('kubernetes client', () => {
  it('trusts the certificate authority of the kubeconfig, and proves itself with its token', async () => {
    handler = (_, response) => reply(response, 200, { gitVersion: 'v1.36.2' });
    const client = await connect();
    expect(await client.version()).toBe('v1.36.2');
    expect(seen[0]?.authorization).toBe('Bearer tok-1');
    expect(client.target).toEqual({ context: 'here', server: `https://localhost:${port}`, namespace: 'shop' });
  });

  it('refuses a server that the kubeconfig does not vouch for, unless told to skip the check', async () => {
    handler = (_, response) => reply(response, 200, { gitVersion: 'v1.36.2' });
    const stranger = await connect({ config: kubeconfig({ cluster: { 'certificate-authority-data': '' } }) });
    await expect(stranger.version()).rejects.toMatchObject({ code: 'UNREACHABLE', hint: expect.stringContaining('certificate-authority') });
    const lax = await connect({
      config: kubeconfig({ cluster: { 'certificate-authority-data': '', 'insecure-skip-tls-verify': true } }),
    });
    expect(await lax.version()).toBe('v1.36.2');
  });

  it('reads all pages, and says what each item is', async () => {
    handler = (request, response) => {
      const next = new URL(request.url ?? '', 'https://x').searchParams.get('continue');
      const metadata = { resourceVersion: '7', ...(next === null ? { continue: 'p2' } : {}) };
      reply(response, 200, { metadata, items: [pod(next ?? 'p1')] });
    };
    const client = await connect();
    const { items, resourceVersion } = await client.list<Pod>(pods, { namespace: 'shop', labelSelector: 'a in (b,c)' });
    expect(items.map((item) => [item.kind, item.apiVersion, item.metadata.name])).toEqual([
      ['Pod', 'v1', 'p1'],
      ['Pod', 'v1', 'p2'],
    ]);
    expect(resourceVersion).toBe('7');
    expect(seen[1]?.url).toBe('/api/v1/namespaces/shop/pods?labelSelector=a%20in%20(b%2Cc)&limit=500&continue=p2');
  });

  it('begins a list anew when the server has forgotten the continuation', async () => {
    let forgotten = false;
    handler = (request, response) => {
      const next = new URL(request.url ?? '', 'https://x').searchParams.get('continue');
      if (next !== null && !forgotten) {
        forgotten = true;
        return reply(response, 410, refusal(410, 'Expired', 'The provided continue parameter is too old'));
      }
      return reply(response, 200, {
        metadata: { resourceVersion: '9', ...(next === null ? { continue: 'x' } : {}) },
        items: [pod(next ?? 'a')],
      });
    };
    const { items } = await (await connect()).list<Pod>(pods);
    expect(items.map((item) => item.metadata.name)).toEqual(['a', 'x']);
  });

  it.each([
    [400, 'INVALID_INPUT'],
    [401, 'DENIED'],
    [403, 'DENIED'],
    [404, 'NOT_FOUND'],
    [409, 'CONFLICT'],
    [422, 'INVALID_INPUT'],
    [500, 'TARGET_FAILED'],
    [504, 'TIMED_OUT'],
  ])('turns %i into %s with the words of the server', async (status, code) => {
    handler = (_, response) => reply(response, status, refusal(status, 'Whatever', 'pods "x" is not for you'));
    const client = await connect();
    await expect(client.get(pods, 'shop', 'x')).rejects.toMatchObject({
      code,
      message: expect.stringContaining('pods "x" is not for you'),
    });
  });

  it('waits as long as a throttling server asks, then asks again', async () => {
    handler = (_, response) =>
      seen.length === 1
        ? reply(response, 429, refusal(429, 'TooManyRequests', 'slow down'), { 'retry-after': '1' })
        : reply(response, 200, pod('x'));
    const client = await connect({ speed: 100, timeoutMs: 60_000 });
    expect((await client.get<Pod>(pods, 'shop', 'x')).metadata.name).toBe('x');
    expect(seen).toHaveLength(2);
  });

  it('takes 429 of an eviction as the answer of a disruption budget', async () => {
    handler = (_, response) =>
      reply(response, 429, refusal(429, 'TooManyRequests', 'Cannot evict pod as it would violate the budget.'), { 'retry-after': '10' });
    const client = await connect();
    await expect(client.evict('shop', 'x', { gracePeriodSeconds: 3 })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('violate'),
    });
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /api/v1/namespaces/shop/pods/x/eviction']);
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ kind: 'Eviction', deleteOptions: { gracePeriodSeconds: 3 } });
  });

  it('asks a credential program again after 401', async () => {
    handler = (_, response) =>
      seen.at(-1)?.authorization === 'Bearer new'
        ? reply(response, 200, pod('x'))
        : reply(response, 401, refusal(401, 'Unauthorized', 'Unauthorized'));
    const client = await connect({ config: kubeconfig({ user: { exec: { command: 'login' } } }), tokens: ['old', 'new'] });
    await client.get(pods, 'shop', 'x');
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('gives up on a server that does not answer', async () => {
    handler = () => {};
    const client = await connect({ timeoutMs: 150 });
    await expect(client.version()).rejects.toMatchObject({ code: 'TIMED_OUT', message: expect.stringContaining('0.15 s') });
  });

  it('ends at once when the caller aborts', async () => {
    const abort = new AbortController();
    handler = () => abort.abort();
    const client = await connect();
    await expect(client.version(abort.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('sends the four kinds of patches with their content types', async () => {
    handler = (_, response) => reply(response, 200, pod('x'));
    const client = await connect();
    for (const type of ['json', 'merge', 'strategic', 'apply'] as const) await client.patch(pods, 'shop', 'x', {}, { type });
    expect(seen.map(({ contentType }) => contentType?.replace('application/', ''))).toEqual([
      'json-patch+json',
      'merge-patch+json',
      'strategic-merge-patch+json',
      'apply-patch+yaml',
    ]);
    expect(seen[3]?.url).toBe('/api/v1/namespaces/shop/pods/x?fieldManager=evenkeel');
  });
});

describe('watch of the kubernetes client', () => {
  /** A server that lists `listed` and answers the nth watch with the nth script. */
  const scripted = (listed: readonly Pod[], scripts: readonly ((response: ServerResponse) => void)[]): void => {
    let watches = 0;
    handler = (request, response) => {
      const query = new URL(request.url ?? '', 'https://x').searchParams;
      if (query.get('watch') !== 'true') return reply(response, 200, { metadata: { resourceVersion: '10' }, items: listed });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      return scripts[watches++]?.(response);
    };
  };
  const event = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

  async function take(client: KubernetesClient, count: number): Promise<string[]> {
    const abort = new AbortController();
    const events: WatchEvent<Pod>[] = [];
    for await (const next of client.watch<Pod>(pods, { namespace: 'shop', signal: abort.signal })) {
      events.push(next);
      if (events.length === count) abort.abort();
    }
    return events.map((next) =>
      next.type === 'RESET'
        ? `RESET ${next.objects.map((object) => object.metadata.name).join()}`
        : `${next.type} ${next.object.metadata.name}`,
    );
  }
  const versionsWatched = (): (string | null)[] =>
    seen
      .map(({ url }) => new URL(url, 'https://x').searchParams)
      .flatMap((query) => (query.has('watch') ? [query.get('resourceVersion')] : []));

  it('begins with what is there, then tells each change, whole even when cut into pieces', async () => {
    scripted(
      [pod('a')],
      [
        (response) => {
          const text = event('ADDED', pod('bé', '11'));
          const bytes = Buffer.from(text);
          const cut = bytes.indexOf(0xc3) + 1;
          response.write(bytes.subarray(0, cut));
          setImmediate(() => response.write(Buffer.concat([bytes.subarray(cut), Buffer.from(event('DELETED', pod('a', '12')))])));
        },
      ],
    );
    expect(await take(await connect(), 3)).toEqual(['RESET a', 'ADDED bé', 'DELETED a']);
  });

  it('resumes after a cut at the version of the last event or bookmark', async () => {
    scripted(
      [],
      [
        (response) => {
          response.write(event('ADDED', pod('a', '11')));
          response.write(event('BOOKMARK', { metadata: { resourceVersion: '20' } }), () => response.destroy());
        },
        (response) => void response.write(event('ADDED', pod('b', '21'))),
      ],
    );
    expect(await take(await connect({ speed: 50 }), 3)).toEqual(['RESET ', 'ADDED a', 'ADDED b']);
    expect(versionsWatched()).toEqual(['10', '20']);
  });

  it('begins anew with a RESET when the version is gone', async () => {
    scripted(
      [pod('a')],
      [
        (response) => response.end(event('ERROR', refusal(410, 'Expired', 'too old resource version'))),
        (response) => void response.write(event('MODIFIED', pod('a', '11'))),
      ],
    );
    expect(await take(await connect({ speed: 50 }), 3)).toEqual(['RESET a', 'RESET a', 'MODIFIED a']);
  });

  it('notices a connection that went silent', async () => {
    scripted([], [() => {}, (response) => void response.write(event('ADDED', pod('a', '11')))]);
    expect(await take(await connect({ speed: 400, timeoutMs: 60_000 }), 2)).toEqual(['RESET ', 'ADDED a']);
  });

  it('does not hide that it may not watch', async () => {
    handler = (_, response) => reply(response, 403, refusal(403, 'Forbidden', 'pods is forbidden'));
    await expect(take(await connect(), 1)).rejects.toMatchObject({ code: 'DENIED' });
  });
});

describe('kubeconfig', () => {
  const files = (content: Record<string, string>) => (path: string) => {
    const text = content[path];
    return text === undefined ? Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })) : Promise.resolve(text);
  };

  it('says where it looked when there is none', async () => {
    const loading = loadKubeconfig({ env: { HOME: '/home/me' }, readFile: files({}) });
    await expect(loading).rejects.toMatchObject({
      code: 'ENVIRONMENT',
      message: expect.stringContaining('/home/me/.kube/config'),
      hint: expect.stringContaining('evenkeel lab up'),
    });
  });

  it('names the place of a mistake', async () => {
    const loading = loadKubeconfig({ env: { KUBECONFIG: '/k' }, readFile: files({ '/k': 'clusters:\n- name: [a\n' }) });
    await expect(loading).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(/^\/k:\d+:\d+: /) });
  });

  it('merges the files of KUBECONFIG: the first that names something wins', async () => {
    const first = 'contexts: [{name: x, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {token: one}}]';
    const second =
      'current-context: x\nclusters: [{name: c, cluster: {server: "https://a:1/"}}]\nusers: [{name: u, user: {token: two}}]\ncontexts: []';
    const login = await loadKubeconfig({ env: { KUBECONFIG: '/1:/none:/2' }, readFile: files({ '/1': first, '/2': second }) });
    expect(login.server).toBe('https://a:1');
    expect((await login.credentials()).headers).toEqual({ authorization: 'Bearer one' });
  });

  it('suggests the context that was meant', async () => {
    const loading = loadKubeconfig({ env: { KUBECONFIG: '/k' }, context: 'her', readFile: () => Promise.resolve(kubeconfig()) });
    await expect(loading).rejects.toMatchObject({ hint: "Did you mean 'here'?" });
  });

  it('finds certificate files beside the kubeconfig that names them', async () => {
    const config = kubeconfig({ user: { 'client-certificate': 'me.crt', 'client-key': 'me.key' } });
    const login = await loadKubeconfig({ env: {}, path: '/d/k', readFile: files({ '/d/k': config, '/d/me.crt': 'C', '/d/me.key': 'K' }) });
    expect(await login.credentials()).toEqual({ headers: {}, cert: 'C', key: 'K' });
  });

  it('signs in with the service account inside a pod', async () => {
    const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
    const login = await loadKubeconfig({
      env: { HOME: '/', KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' },
      readFile: files({ [`${folder}/token`]: 't\n', [`${folder}/namespace`]: 'shop' }),
    });
    expect([login.context, login.server, login.namespace]).toEqual(['in-cluster', 'https://10.0.0.1:443', 'shop']);
    expect((await login.credentials()).headers).toEqual({ authorization: 'Bearer t' });
  });

  it('repeats no secret when a credential program fails', async () => {
    const login = await loadKubeconfig({
      env: { HOME: '/' },
      readFile: () => Promise.resolve(kubeconfig({ user: { exec: { command: 'login' } } })),
      runProgram: () => Promise.resolve('s3cret but no json'),
    });
    const error: unknown = await login.credentials().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EvenkeelError);
    expect(String(error)).not.toContain('s3cret');
  });
});
