/** One request through the Ingress to a pod and back, with nginx's rules for time limits and for trying the next endpoint. */
import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Cancel, type Clock, afterNetworkLimit } from '../../base/index.ts';
import { NGINX } from './ingress-rules.ts';
import { isUpgrade, joinUpgraded } from './upgrades.ts';

export interface Upstream {
  readonly name: string;
  /** The endpoint whose turn it is; undefined when all are gone meanwhile. */
  next(): { readonly ip: string; readonly port: number } | undefined;
  /** What the answer carries besides the backend's own. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface UpstreamSettings {
  readonly connectMs: number;
  /** Between two reads, not for the whole answer. */
  readonly readMs: number;
  readonly tries: number;
  /** No further try once so much time has passed. */
  readonly triesMs: number;
  /** What makes it try the next endpoint: `error`, `timeout`, `http_503`, `non_idempotent`, … */
  readonly retryOn: ReadonlySet<string>;
  readonly maxBodyBytes: number;
  /** Whether the backend is asked over TLS. */
  readonly isTls: boolean;
}

/** Reads the annotations; the defaults are ingress-nginx's. Source: ingress-nginx documentation, "ConfigMaps" (proxy-*). */
export function readUpstreamSettings(annotations: Readonly<Record<string, string>>): UpstreamSettings {
  const number = (name: string, otherwise: number): number => {
    const value = Number(annotations[`${NGINX}${name}`] ?? NaN);
    return Number.isFinite(value) && value >= 0 ? value : otherwise;
  };
  const size = /^(\d+)([kmg]?)$/i.exec(annotations[`${NGINX}proxy-body-size`] ?? '1m');
  const unit = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[size?.[2]?.toLowerCase() ?? ''] ?? 1;
  const maxBodyBytes = size === null ? 2 ** 20 : Number(size[1]) * unit;
  return {
    connectMs: number('proxy-connect-timeout', 5) * 1000,
    readMs: number('proxy-read-timeout', 60) * 1000,
    tries: number('proxy-next-upstream-tries', 3) || Infinity,
    triesMs: number('proxy-next-upstream-timeout', 0) * 1000 || Infinity,
    retryOn: new Set((annotations[`${NGINX}proxy-next-upstream`] ?? 'error timeout').trim().split(/\s+/)),
    maxBodyBytes: maxBodyBytes === 0 ? Infinity : maxBodyBytes,
    isTls: annotations[`${NGINX}backend-protocol`]?.toUpperCase() === 'HTTPS',
  };
}

export interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** With the query. */
  readonly path: string;
  readonly upstream: Upstream;
  readonly settings: UpstreamSettings;
  readonly agent: Agent;
  readonly clock: Clock;
  readonly isTls: boolean;
}

export interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly why: string;
}

type Attempt =
  | { readonly kind: 'answered' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly reason: string; readonly sent: boolean; readonly why: string };

const NOT_RETRIED_ONCE_SENT = ['POST', 'LOCK', 'PATCH'];
const GATEWAY: Readonly<Record<number, string>> = { 502: 'Bad Gateway', 504: 'Gateway Time-out' };

/**
 * Passes a request on; undefined when it was answered (or the user has gone), else what to answer instead.
 *
 * `proxy_next_upstream` (`error timeout` unless the Ingress says else): up to three tries; POST, LOCK and PATCH are not tried again once
 * they were sent, except with `non_idempotent`. The last answer stands, whatever it is.
 * The request's body is read first (`proxy_request_buffering on`), the answer streams. Where the backend agrees to another protocol, the
 * connection is passed on from then on.
 */
export async function passOn(passage: Passage): Promise<Refusal | undefined> {
  const { request, upstream, settings } = passage;
  const body = isUpgrade(request) ? Buffer.alloc(0) : await readBody(request, settings.maxBodyBytes);
  if (body === undefined) return { status: 413, text: 'Request Entity Too Large', why: 'body too large' };
  const isRetried = !NOT_RETRIED_ONCE_SENT.includes(request.method ?? 'GET') || settings.retryOn.has('non_idempotent');
  const untilMs = passage.clock.now() + settings.triesMs;
  for (let tried = 1; ; tried++) {
    const endpoint = upstream.next();
    if (endpoint === undefined) return { status: 503, text: 'Service Temporarily Unavailable', why: 'no endpoints are left' };
    const isLast = (): boolean => tried >= settings.tries || passage.clock.now() >= untilMs;
    const attempt = await tryEndpoint(passage, { ...endpoint, mayRefuse: isRetried && !isLast() }, body);
    if (attempt.kind !== 'failed') return undefined;
    const isFinal = (attempt.sent && !isRetried) || !settings.retryOn.has(attempt.reason);
    if (isFinal || isLast()) {
      const status = attempt.reason === 'timeout' ? 504 : 502;
      return { status, text: GATEWAY[status] ?? '', why: `${upstream.name}: ${attempt.why} (try ${tried})` };
    }
  }
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > maxBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

interface Target {
  readonly ip: string;
  readonly port: number;
  /** An answer that the settings call a failure is thrown away, for another endpoint may do better. */
  readonly mayRefuse: boolean;
}

function tryEndpoint(passage: Passage, { ip, port, mayRefuse }: Target, body: Buffer): Promise<Attempt> {
  const { request, response, path, agent, clock, settings, upstream, isTls } = passage;
  return new Promise((resolve) => {
    const abort = new AbortController();
    const headers = headersFor(request, body, isTls ? 'https' : 'http');
    const sent = httpRequest({ agent, host: ip, port, path, method: request.method, headers, setHost: false, signal: abort.signal });
    const timer = createTimer(clock, (what) => end({ kind: 'failed', reason: 'timeout', sent: what === 'read', why: `${what} timed out` }));
    const gone = (): void => {
      if (!response.writableFinished) end({ kind: 'gone' });
    };
    const end = (attempt: Attempt): void => {
      timer.stop();
      response.off('close', gone);
      if (attempt.kind !== 'answered') giveUp(sent, abort);
      resolve(attempt);
    };
    timer.start('connect', settings.connectMs);
    let connected = false;
    sent.on('socket', () => {
      connected = true;
      timer.start('read', settings.readMs);
    });
    sent.on('error', (error) => end({ kind: 'failed', reason: 'error', sent: connected, why: error.message }));
    sent.on('upgrade', (answer, backend, head) => {
      end({ kind: 'answered' });
      joinUpgraded({ response, answer, backend, head }, clock, settings.readMs);
    });
    sent.on('response', (answer) => {
      const refusal = `http_${answer.statusCode}`;
      if (mayRefuse && settings.retryOn.has(refusal)) {
        answer.resume();
        return end({ kind: 'failed', reason: refusal, sent: true, why: `answered ${answer.statusCode}` });
      }
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answerHeaders(answer.headers, upstream.headers));
      answer.on('data', () => timer.start('read', settings.readMs));
      answer.on('end', () => end({ kind: 'answered' }));
      // Headers are out: all that is left to tell the user is a broken connection.
      answer.on('error', () => {
        end({ kind: 'gone' });
        response.destroy();
      });
      answer.pipe(response);
    });
    response.once('close', gone);
    if (response.destroyed) return end({ kind: 'gone' });
    sent.end(body);
  });
}

/** Ends an attempt that nobody waits for any more; what it still reports is of no interest. */
function giveUp(sent: ClientRequest, abort: AbortController): void {
  sent.removeAllListeners('error');
  sent.on('error', () => {});
  abort.abort();
}

type Phase = 'connect' | 'read';

function createTimer(clock: Clock, onTimeout: (what: Phase) => void): { start(what: Phase, ms: number): void; stop(): void } {
  let cancel: Cancel = () => {};
  return {
    start(what, ms) {
      cancel();
      cancel = afterNetworkLimit(clock, ms, () => onTimeout(what));
    },
    stop: () => cancel(),
  };
}

const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te', 'trailer'];

function endToEndHeaders(headers: IncomingMessage['headers']): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

function answerHeaders(headers: IncomingMessage['headers'], added: Upstream['headers'] = {}): OutgoingHttpHeaders {
  const { 'set-cookie': cookie, ...others } = added;
  const cookies = [...(headers['set-cookie'] ?? []), ...(cookie === undefined ? [] : [cookie])];
  return { ...endToEndHeaders(headers), ...others, ...(cookies.length > 0 && { 'set-cookie': cookies }) };
}

/** What ingress-nginx adds. Source: ingress-nginx, nginx.tmpl, `proxy_set_header`. */
function headersFor(request: IncomingMessage, body: Buffer, scheme: 'http' | 'https'): OutgoingHttpHeaders {
  const host = request.headers.host ?? '';
  const client = request.socket.remoteAddress ?? '127.0.0.1';
  const forwarded = request.headers['x-forwarded-for'];
  return {
    ...endToEndHeaders(request.headers),
    ...(isUpgrade(request) && { connection: 'upgrade', upgrade: request.headers.upgrade }),
    ...(body.length > 0 || request.headers['content-length'] !== undefined ? { 'content-length': body.length } : {}),
    host,
    'x-request-id': request.headers['x-request-id'] ?? randomBytes(16).toString('hex'),
    'x-real-ip': client,
    'x-forwarded-for': client,
    'x-forwarded-host': host,
    'x-forwarded-port': host.split(':')[1] ?? (scheme === 'https' ? '443' : '80'),
    'x-forwarded-proto': scheme,
    'x-forwarded-scheme': scheme,
    'x-scheme': scheme,
    ...(forwarded === undefined ? {} : { 'x-original-forwarded-for': forwarded }),
  };
}
