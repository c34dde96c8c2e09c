import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createRealClock, createScaledClock, silentLogger } from '../../base/index.ts';
import type { ActivityContext } from '../../experiment/index.ts';
import { httpProvider } from './http-provider.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  // Listening on a TCP port, its address is an object.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const context = (extra: Partial<ActivityContext> = {}): ActivityContext => ({
  clock: createRealClock(),
  random: createRandom('x'),
  log: silentLogger,
  signal: new AbortController().signal,
  env: {},
  configuration: {},
  secrets: {},
  activityName: 'a',
  undo: { plan: () => Promise.resolve() },
  ...extra,
});
const get = (url: string, extra: Record<string, unknown> = {}, world = context()) =>
  httpProvider().run({ type: 'http', url, ...extra }, world);

describe('the http provider', () => {
  it('opens a new connection for every call, so that it sees who serves now', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });
    for (let call = 0; call < 3; call++) await get(url);
    expect(ports.size).toBe(3);
  });

  it('fails when the answer takes longer than its limit', async () => {
    const url = await serve(() => {});
    await expect(get(url, { timeout: 0.05 })).rejects.toMatchObject({ code: 'TIMED_OUT', message: 'activity took too long to complete' });
  });

  it('never cuts a call below 200 ms of wall time, however fast the lab runs', async () => {
    const url = await serve((_, response) => void setTimeout(() => response.end('late'), 100));
    const clock = createScaledClock({ speed: 1000, originMs: 0, wallOriginMs: 0 });
    expect(await get(url, { timeout: 1 }, context({ clock }))).toMatchObject({ status: 200, body: 'late' });
  });

  it('tells a refused connection from an answer', async () => {
    const url = await serve(() => {});
    server?.close();
    await expect(get(url)).rejects.toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining(`failed to connect to ${url}`) });
  });

  it('stops at once when the run is interrupted', async () => {
    const url = await serve(() => {});
    const controller = new AbortController();
    const calling = get(url, {}, context({ signal: controller.signal }));
    controller.abort();
    await expect(calling).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('does not hand a password on to another host', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === '/') response.writeHead(302, { Location: url.replace('127.0.0.1', 'localhost') + '/next' }).end();
      else response.end('ok');
    });
    await get(`${url}/`, { headers: { Authorization: 'Bearer s3cret' } }).catch(() => undefined);
    expect(seen[0]).toBe('Bearer s3cret');
    expect(seen.slice(1)).not.toContain('Bearer s3cret');
  });

  it('says before the run what is missing', async () => {
    expect(await httpProvider().validate({ type: 'http', headers: [] }, 'a')).toMatchObject([{ path: ['url'] }, { path: ['headers'] }]);
  });
});
