/** Requests that are passed on to a pod, a Service or a node. Source: apimachinery util/proxy (upgradeaware.go, transport.go), 1.36. */
import { request as open, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createRandom, messageOf } from '../../../base/index.ts';
import { notImplemented } from '../statuses.ts';
import type { PodAccess } from '../streams/types.ts';
import { ApiError } from '../types.ts';
import { proxyLocation, unavailable, type ProxyLocation } from './proxy-location.ts';
import { rewriteLinks, rewriteLocation } from './rewrite-links.ts';
import type { Answer, Call, Target } from './types.ts';

const random = createRandom('service proxy');
/** What belongs to one connection alone, and what is for this server's eyes. */
const NOT_PASSED_ON = /^(connection|keep-alive|proxy-.*|te|trailers?|transfer-encoding|upgrade|authorization|impersonate-.*|host)$/;
const HTML_LIMIT_BYTES = 8 * 1024 * 1024;

/** The path of the request up to `…/proxy`, and what follows it. */
export function proxyPath(path: string): { readonly prefix: string; readonly rest: string } {
  const [, prefix = '', rest = ''] = /^(\/api\/v1\/(?:namespaces\/[^/]+\/)?[^/]+\/[^/]+\/proxy)(.*)$/s.exec(path) ?? [];
  return { prefix, rest };
}

/** Errors: `ApiError` 503 when nobody can be reached, 501 in a lab without programs. */
export async function serveProxy(call: Call, target: Target, access: PodAccess | undefined): Promise<Answer> {
  const location = proxyLocation(call, target, random);
  const { prefix, rest } = proxyPath(call.path);
  const query = call.query.size > 0 ? `?${call.query.toString()}` : '';
  const method = call.request.method ?? 'GET';
  if (rest === '' && (method === 'GET' || method === 'HEAD')) return { status: 301, text: '', headers: { location: `${prefix}/${query}` } };
  if (access === undefined) throw notImplemented('proxying (this lab runs nothing behind its objects)');
  if (location.isKubelet) {
    const page = await reached(() => access.askKubelet(location.node ?? '', rest, call.signal));
    return { status: page.status, text: page.text, headers: { 'content-type': page.type } };
  }
  const answer = await reached(() => passedOn(call, { location, access, path: `${rest}${query}`, prefix }));
  await giveBack(call, answer, { location, prefix });
  return 'streamed';
}

async function reached<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiError && error.code === 501) throw error;
    throw unavailable(`error trying to reach service: ${messageOf(error)}`);
  }
}

interface Passage {
  readonly location: ProxyLocation;
  readonly access: PodAccess;
  readonly path: string;
  readonly prefix: string;
}

async function passedOn(call: Call, { location, access, path, prefix }: Passage): Promise<IncomingMessage> {
  const wire = await access.dial(location, call.signal);
  if (location.scheme === 'https') {
    wire.destroy();
    throw new Error('http: server gave HTTP response to HTTPS client');
  }
  return new Promise((resolve, reject) => {
    const sent = open({
      method: call.request.method,
      path: path === '' ? '/' : path,
      headers: headersTo(call.request, location, prefix),
      createConnection: () => wire,
      signal: call.signal,
    });
    sent.once('response', resolve);
    sent.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ECONNRESET' ? new Error('EOF', { cause: error }) : error));
    call.request.pipe(sent);
  });
}

/** What the other side is told, with the marks of a reverse proxy. */
export function headersTo(request: IncomingMessage, { host, port }: ProxyLocation, prefix: string): Record<string, string | string[]> {
  const kept = Object.entries(request.headers).filter(
    (entry): entry is [string, string | string[]] => entry[1] !== undefined && !NOT_PASSED_ON.test(entry[0]),
  );
  const before = request.headers['x-forwarded-for'];
  const client = request.socket.remoteAddress ?? '';
  return {
    ...Object.fromEntries(kept),
    host: `${host}:${port}`,
    'x-forwarded-for': before === undefined ? client : `${String(before)}, ${client}`,
    'x-forwarded-host': request.headers.host ?? '',
    'x-forwarded-proto': 'https',
    'x-forwarded-uri': `${prefix}${proxyPath((request.url ?? '').replace(/\?.*$/s, '')).rest}`,
  };
}

async function giveBack(
  { response, request }: Call,
  answer: IncomingMessage,
  { location, prefix }: Pick<Passage, 'location' | 'prefix'>,
): Promise<void> {
  const headers: IncomingHttpHeaders = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !NOT_PASSED_ON.test(name)));
  if (headers.location !== undefined) headers.location = rewriteLocation(headers.location, location, prefix);
  const isPage = /^text\/html\s*(;|$)/.test(answer.headers['content-type'] ?? '') && answer.headers['content-encoding'] === undefined;
  if (!isPage || headers.location !== undefined || request.method === 'HEAD') {
    response.writeHead(answer.statusCode ?? 502, headers);
    await piped(answer, response);
    return;
  }
  const page = rewriteLinks(await textOf(answer), location, prefix);
  response.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': Buffer.byteLength(page) });
  response.end(page);
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer) {
    const piece = part as Buffer; // no encoding is set
    size += piece.length;
    if (size > HTML_LIMIT_BYTES) throw unavailable('error trying to reach service: the page is too long to be rewritten');
    parts.push(piece);
  }
  return Buffer.concat(parts).toString('utf8');
}

function piped(from: IncomingMessage, to: Call['response']): Promise<void> {
  return new Promise((resolve) => {
    from.once('error', () => to.destroy());
    to.once('close', () => {
      from.destroy();
      resolve();
    });
    from.pipe(to);
  });
}

/** A request for another protocol goes through as it is; what follows are bytes. Errors: `ApiError`, as long as nothing was answered. */
export async function passUpgrade(
  call: Pick<Call, 'path' | 'query' | 'request' | 'signal' | 'store'>,
  target: Target,
  { access, socket, head }: { readonly access: PodAccess | undefined; readonly socket: Duplex; readonly head: Buffer },
): Promise<void> {
  const location = proxyLocation(call as Call, target, random); // it reads objects alone
  if (access === undefined) throw notImplemented('proxying (this lab runs nothing behind its objects)');
  const { prefix, rest } = proxyPath(call.path);
  const wire = await reached(() => access.dial(location, call.signal));
  const { request } = call;
  const query = call.query.size > 0 ? `?${call.query.toString()}` : '';
  const headers = { ...headersTo(request, location, prefix), connection: 'Upgrade', upgrade: request.headers.upgrade ?? '' };
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  wire.write([`${request.method} ${rest === '' ? '/' : rest}${query} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
  if (head.length > 0) wire.write(head);
  wire.on('error', () => socket.destroy());
  wire.once('close', () => socket.destroy());
  socket.once('close', () => wire.destroy());
  socket.pipe(wire).pipe(socket);
}
