import { createServer, type Server, type ServerResponse, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom, createRealClock, createVirtualClock, EvenkeelError, silentLogger } from '../base/index.ts';
import type { HttpAnswer, HttpRequest, HttpSender } from './http-port.ts';
import { createHttpSender } from './http-sender.ts';
import { parseJourney } from './parse-journey.ts';
import { startJourney } from './start-journey.ts';

const journey = (text: string) => parseJourney(text, { path: 'test' });
const common = { random: createRandom('seed'), log: silentLogger, env: {} };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A sender whose answers the test gives. */
function scriptedSender(answer: (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>): HttpSender & { readonly sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  return {
    sent,
    close() {},
    async send(request) {
      sent.push(request);
      return answer(request);
    },
  };
}
const ok = (body = ''): HttpAnswer => ({ status: 200, headers: {}, body });

describe('startJourney on a virtual clock', () => {
  it('starts journeys at a constant rate although the earlier ones hang', async () => {
    const clock = createVirtualClock(1000);
    const waiting: (() => void)[] = [];
    const sender = scriptedSender(() => new Promise((resolve) => waiting.push(() => resolve(ok()))));
    const running = startJourney(journey('name: a\nrate: 2/s\nsteps: [{get: "http://x/"}]'), { ...common, clock, sender });
    await clock.advance(4900);
    expect(sender.sent).toHaveLength(10);
    const stopped = running.stop();
    for (const answer of waiting) answer();
    const { results } = await stopped;
    expect(results.map(({ startMs }) => startMs - 1000)).toEqual([0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500]);
  });

  it('counts what is beyond the limit of journeys on their way as unknown, and says so', async () => {
    const clock = createVirtualClock();
    const waiting: (() => void)[] = [];
    const sender = scriptedSender(() => new Promise((resolve) => waiting.push(() => resolve(ok()))));
    const running = startJourney(journey('name: a\nrate: 1/s\nsteps: [{get: "http://x/"}]'), { ...common, clock, sender, maxInFlight: 2 });
    await clock.advance(4000);
    expect(running.recording().skipped).toEqual([2000, 3000, 4000].map((atMs) => ({ atMs, reason: '2 journeys were still on their way' })));
    for (const answer of waiting) answer();
    await running.stop();
  });

  it('hands captured values on, and still takes the steps that do not need what was lost', async () => {
    const clock = createVirtualClock();
    const sender = scriptedSender(({ url }) => (url.endsWith('/fails') ? { status: 503, headers: {}, body: '' } : ok('{"id": 7}')));
    const spec = journey(`name: a
connection: fresh
steps:
  - { name: gives, get: "http://x/", capture: { id: $.id } }
  - { name: takes, get: "http://x/\${id}/\${random}" }
  - { name: fails, get: "http://x/fails", capture: { other: $.id } }
  - { name: lost, get: "http://x/\${other}" }
  - { name: free, get: "http://x/free" }`);
    const running = startJourney(spec, { ...common, clock, sender });
    await clock.advance(10);
    const { results } = await running.stop();
    expect(results.map(({ step, ok }) => [step, ok])).toEqual([
      ['gives', true],
      ['takes', true],
      ['fails', false],
      ['free', true],
    ]);
    expect(sender.sent[1]?.url).toMatch(/^http:\/\/x\/7\/[a-z]{8}$/);
    expect(results[2]?.failure).toBe('status 503, expected 2xx');
  });

  it('repeats a step until its expectations hold, without calling the lag a failure', async () => {
    const clock = createVirtualClock();
    let asked = 0;
    const sender = scriptedSender(() => ok(++asked < 4 ? '[]' : '["found"]'));
    const running = startJourney(journey('name: a\nrate: 0.01\nsteps: [{get: "http://x/", expect: {contains: found}, until: 10s}]'), {
      ...common,
      clock,
      sender,
    });
    await clock.advance(9000);
    const { results } = await running.stop();
    expect(results).toMatchObject([{ ok: true, startMs: 3000 }]);
  });

  it('gives up repeating when the time is over', async () => {
    const clock = createVirtualClock();
    const sender = scriptedSender(() => ok('[]'));
    const running = startJourney(journey('name: a\nrate: 0.01\nsteps: [{get: "http://x/", expect: {contains: found}, until: 5s}]'), {
      ...common,
      clock,
      sender,
    });
    await clock.advance(9000);
    const { results } = await running.stop();
    expect(results).toMatchObject([{ ok: false, startMs: 5000, failure: "the body does not contain 'found'" }]);
  });

  it('does not repeat a step that is not answered at all: that is a failure', async () => {
    const clock = createVirtualClock();
    const sender = scriptedSender(() => ({ status: 503, headers: {}, body: '' }));
    const running = startJourney(journey('name: a\nrate: 0.01\nsteps: [{get: "http://x/", until: 5s}]'), { ...common, clock, sender });
    await clock.advance(9000);
    const { results } = await running.stop();
    expect(results).toMatchObject([{ ok: false, startMs: 0 }]);
  });

  it('alternates between fresh and kept-alive connections', async () => {
    const clock = createVirtualClock();
    const sender = scriptedSender(() => ok());
    const running = startJourney(journey('name: a\nrate: 1\nsteps: [{get: "http://x/"}]'), { ...common, clock, sender });
    await clock.advance(3000);
    await running.stop();
    expect(sender.sent.map(({ connection }) => connection)).toEqual(['fresh', 'kept-alive', 'fresh', 'kept-alive']);
  });

  it('refuses to start without a variable that a URL needs', () => {
    const start = (): unknown =>
      startJourney(journey('name: a\nsteps: [{get: "${NOWHERE}/"}]'), {
        ...common,
        clock: createVirtualClock(),
        sender: scriptedSender(() => ok()),
      });
    expect(start).toThrow(EvenkeelError);
  });
});

describe('startJourney on real sockets', () => {
  let server: Server;
  let base: string;
  let behave: (request: IncomingMessage, response: ServerResponse) => void;
  beforeEach(async () => {
    behave = (_request, response) => response.end('{}');
    server = createServer((request, response) => behave(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server's address is an object
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const once = async (step: string) => {
    const sender = createHttpSender();
    const clock = createRealClock();
    const first = withResolvers();
    const running = startJourney(journey(`name: a\nrate: 1\nsteps: [${step}]`), { ...common, clock, sender, onResult: first.resolve });
    await first.promise;
    const { results } = await running.stop();
    sender.close();
    return results[0];
  };

  it('tells a server that hangs', async () => {
    behave = () => {};
    expect(await once(`{get: "${base}/", timeout: 100ms}`)).toMatchObject({
      ok: false,
      status: undefined,
      failure: 'no answer within 0.1 s',
    });
  });

  it('does not take its own stall for a silent server', async () => {
    behave = (_request, response) => {
      // The answer is on its way while this process is held up for longer than the limit.
      response.end('{}');
      setImmediate(() => {
        const until = performance.now() + 400;
        while (performance.now() < until);
      });
    };
    expect(await once(`{get: "${base}/", timeout: 200ms}`)).toMatchObject({ ok: true, failure: undefined });
  });

  it('tells an answer that stops half way', async () => {
    behave = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
    };
    expect(await once(`{get: "${base}/", timeout: 100ms}`)).toMatchObject({ ok: false, failure: 'no answer within 0.1 s' });
  });

  it('tells a port where nobody listens', async () => {
    // An address of loopback that nobody uses, and a port that is given to nobody: a port freed here could be another's at once.
    expect(await once('{get: "http://127.9.9.9:9/"}')).toMatchObject({ ok: false, failure: 'connection refused' });
  });

  it('tells a server that fails', async () => {
    behave = (_request, response) => {
      response.statusCode = 503;
      response.end();
    };
    expect(await once(`{get: "${base}/"}`)).toMatchObject({ ok: false, status: 503, failure: 'status 503, expected 2xx' });
  });

  it('sends a body as JSON and reads the answer', async () => {
    let contentType: string | undefined;
    behave = (request, response) => {
      contentType = request.headers['content-type'];
      request.pipe(response);
    };
    const result = await once(`{post: "${base}/", body: {a: "\${random}"}, expect: {json: {$.a: {matches: "^[a-z]{8}$"}}}}`);
    expect(result).toMatchObject({ ok: true, failure: undefined });
    expect(contentType).toBe('application/json');
  });

  it('keeps a connection for the journeys that ask for it', async () => {
    const ports = new Set<number | undefined>();
    behave = (request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    };
    const sender = createHttpSender();
    for (let count = 0; count < 3; count++) {
      await sender.send({ method: 'GET', url: base, headers: {}, body: undefined, connection: 'kept-alive', limitWallMs: 1000 });
      await turn();
    }
    expect(ports.size).toBe(1);
    await sender.send({ method: 'GET', url: base, headers: {}, body: undefined, connection: 'fresh', limitWallMs: 1000 });
    expect(ports.size).toBe(2);
    sender.close();
  });

  it('cuts what is on its way when the signal aborts, and does not call it a failure', async () => {
    const arrived = withResolvers();
    behave = () => arrived.resolve();
    const sender = createHttpSender();
    const abort = new AbortController();
    const running = startJourney(journey(`name: a\nrate: 1\nsteps: [{get: "${base}/", timeout: 20s}]`), {
      ...common,
      clock: createRealClock(),
      sender,
      signal: abort.signal,
    });
    await arrived.promise;
    abort.abort();
    expect((await running.stop()).results).toEqual([]);
    sender.close();
  });
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
