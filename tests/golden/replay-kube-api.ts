/** A server that answers as a recording says. Knows nothing of Kubernetes but lists and watches. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly content_type: string | null;
  readonly body: unknown;
}

export interface Exchange {
  readonly request: RecordedRequest;
  readonly reply: {
    readonly status?: number;
    readonly body?: unknown;
    readonly watch_events?: readonly { readonly object: object }[];
    /** What comes over a WebSocket: channel and content. */
    readonly frames?: readonly (readonly [number, unknown])[];
  };
}

export interface Replay {
  readonly url: string;
  /** What was asked, in order. */
  readonly asked: readonly RecordedRequest[];
  /** Begins a case; what was asked is forgotten. */
  start(exchanges: readonly Exchange[]): void;
  close(): Promise<void>;
}

/** `others`: answers for reads that the case at hand did not record. */
export async function replayKubeApi(others: readonly Exchange[]): Promise<Replay> {
  let left: Exchange[] = [];
  let used: Exchange[] = [];
  const asked: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const now = describe(request, Buffer.concat(parts).toString('utf8'));
      asked.push(now);
      const index = left.findIndex((exchange) => same(exchange.request, now));
      const found = index >= 0 ? left.splice(index, 1)[0] : used.findLast((exchange) => same(exchange.request, now));
      if (found !== undefined) used.push(found);
      answer(response, now, found ?? listBehindWatch([...left, ...used], now) ?? others.find((exchange) => same(exchange.request, now)));
    });
  });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => (offered.has('v4.channel.k8s.io') ? 'v4.channel.k8s.io' : false) });
  server.on('upgrade', (request, socket, head) => {
    const now = describe(request, '');
    asked.push(now);
    const frames = left.find((exchange) => exchange.reply.frames !== undefined && isSameExec(exchange.request, now))?.reply.frames;
    if (frames === undefined) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    return sockets.handleUpgrade(request, socket, head, (connection) => {
      for (const [channel, content] of frames) {
        const text = typeof content === 'string' ? content : JSON.stringify(content);
        connection.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
      }
      connection.close();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    start(exchanges) {
      left = [...exchanges];
      used = [];
      asked.length = 0;
      server.closeAllConnections();
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function describe(request: IncomingMessage, text: string): RecordedRequest {
  const url = new URL(request.url ?? '/', 'http://localhost');
  return {
    method: request.method ?? '',
    path: decodeURIComponent(url.pathname),
    query: [...url.searchParams],
    content_type: request.headers['content-type'] ?? null,
    body: text === '' ? null : JSON.parse(text),
  };
}

const isWatch = ({ query }: RecordedRequest): boolean => query.some(([name, value]) => name === 'watch' && /^true$/i.test(value));
const selected = ({ query }: RecordedRequest): string =>
  JSON.stringify(query.filter(([name]) => name === 'labelSelector' || name === 'fieldSelector').sort(([a], [b]) => (a < b ? -1 : 1)));

function same(recorded: RecordedRequest, now: RecordedRequest): boolean {
  if (recorded.method !== now.method || recorded.path !== now.path) return false;
  return now.method !== 'GET' || (isWatch(recorded) === isWatch(now) && selected(recorded) === selected(now));
}

/** The same command in the same container, whatever the spelling of true. */
function isSameExec(recorded: RecordedRequest, now: RecordedRequest): boolean {
  const words = ({ query }: RecordedRequest): string => JSON.stringify(query.map(([name, value]) => [name, value.replace(/^(True|False)$/, (word) => word.toLowerCase())]));
  return recorded.path === now.path && words(recorded) === words(now);
}

/** Whoever lists before watching is given what the watch would begin with. */
function listBehindWatch(exchanges: readonly Exchange[], now: RecordedRequest): Exchange | undefined {
  const watch = exchanges.find(({ request }) => now.method === 'GET' && isWatch(request) && request.path === now.path && selected(request) === selected(now));
  const first = watch?.reply.watch_events?.[0];
  if (watch === undefined) return undefined;
  return { request: now, reply: { status: 200, body: { metadata: { resourceVersion: '1' }, items: first === undefined ? [] : [first.object] } } };
}

function answer(response: ServerResponse, now: RecordedRequest, exchange: Exchange | undefined): void {
  const { status = 200, body, watch_events: events } = exchange?.reply ?? (now.method === 'GET' ? NOT_FOUND : { status: 200, body: now.body });
  if (events !== undefined) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const event of events) response.write(`${JSON.stringify(event)}\n`);
    return; // the stream stays open and silent
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' }).end(text);
}

const NOT_FOUND: Exchange['reply'] = { status: 404, body: { kind: 'Status', status: 'Failure', code: 404, reason: 'NotFound', message: 'not found' } };
