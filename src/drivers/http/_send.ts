/** One HTTP exchange on a connection of its own, with limits for connecting and for the answer; past a proxy or through one. */
import { request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { type Cancel, EvenkeelError, afterNetworkLimit, createRealClock, messageOf } from '../../base/index.ts';
import { hostOf } from './_encode.ts';
import type { RequestUrl } from './_encode.ts';
import type { Trust } from './_environment.ts';
import { openTunnel, proxyHeaders } from './_tunnel.ts';

export interface Exchange {
  readonly url: RequestUrl;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly trust: Trust;
  readonly proxy: RequestUrl | undefined;
  /** Wall milliseconds; undefined: as long as it takes. */
  readonly connectMs: number | undefined;
  readonly readMs: number | undefined;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** In the spelling and order of the answer; repeated ones joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The lines of `Set-Cookie`, which can not be told apart once they are joined. */
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** How an exchange came to nothing. */
export class ExchangeFailed extends Error {
  override readonly name = 'ExchangeFailed';
  /** `connection`: there was none, or it broke; `slow`: the answer did not come in time. */
  readonly why: 'connection' | 'slow';

  constructor(why: 'connection' | 'slow', message: string, cause?: unknown) {
    super(message, { cause });
    this.why = why;
  }
}

/** Sends a request and reads its answer. Errors: `ExchangeFailed`; `CANCELLED`; `INVALID_INPUT` for headers or methods that can not be sent. */
export function send(exchange: Exchange): Promise<Answer> {
  const { signal } = exchange;
  return new Promise((resolve, reject) => {
    const wallClock = createRealClock();
    const ended = new AbortController();
    let cancelLimit: Cancel = () => {};
    const end = (finish: () => void): void => {
      cancelLimit();
      signal.removeEventListener('abort', cancel);
      finish();
    };
    const fail = (error: Error): void => {
      end(() => reject(error));
      ended.abort();
    };
    const cancel = (): void => fail(new EvenkeelError('CANCELLED', 'the request was cancelled', { blame: 'input', cause: signal.reason }));
    const limit = (ms: number | undefined, error: () => Error): void => {
      cancelLimit();
      if (ms !== undefined) cancelLimit = afterNetworkLimit(wallClock, ms, () => fail(error()));
    };
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) return cancel();
    limit(exchange.connectMs, () => new ExchangeFailed('connection', 'the connection took too long'));
    const connected = (): void => limit(exchange.readMs, () => new ExchangeFailed('slow', 'the answer took too long'));
    converse(exchange, { connected, signal: ended.signal }).then((answer) => end(() => resolve(answer)), fail);
  });
}

/** Without limits; `signal` ends the connection, whatever is under way. */
async function converse(exchange: Exchange, { connected, signal }: { connected: () => void; signal: AbortSignal }): Promise<Answer> {
  const request = await open(exchange, signal);
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown): void => reject(connectionFailed(thrown));
    request.on('socket', (socket) => {
      if (socket.connecting) socket.once(isSecured(exchange) ? 'secureConnect' : 'connect', connected);
      else connected();
    });
    request.on('error', fail);
    request.on('response', (response) => void readAnswer(response).then(resolve, fail));
    signal.addEventListener('abort', () => request.destroy(), { once: true });
    request.end(exchange.body);
  });
}

function connectionFailed(thrown: unknown): ExchangeFailed {
  const text = thrown instanceof Error && thrown.message === '' ? codeOf(thrown) : messageOf(thrown);
  return new ExchangeFailed('connection', text, thrown);
}

const isSecured = ({ url, proxy }: Exchange): boolean => (proxy ?? url).protocol === 'https:';

async function open(exchange: Exchange, signal: AbortSignal): Promise<ClientRequest> {
  const { url, proxy, method, headers, trust } = exchange;
  const tunnelled = proxy !== undefined && url.protocol === 'https:';
  const socket = tunnelled
    ? await openTunnel(proxy, url, trust, signal).catch((thrown: unknown) => Promise.reject(connectionFailed(thrown)))
    : undefined;
  // A proxy for plain HTTP is sent the whole address.
  const direct = proxy === undefined || tunnelled;
  const to = direct ? url : proxy;
  const options = {
    protocol: to.protocol,
    hostname: to.hostname,
    port: to.port === '' ? undefined : to.port,
    path: direct ? url.target : `http://${hostOf(url)}${url.target}`,
    method,
    headers: direct ? headers : { Host: hostOf(url), ...headers, ...proxyHeaders(proxy) },
    auth: url.auth,
    // A connection of its own: a kept one would tell of the instance that served before, not of the one that serves now.
    ...(socket === undefined ? { agent: false as const } : { createConnection: () => socket }),
  };
  try {
    return to.protocol === 'https:' ? requestHttps({ ...options, ...trust }) : requestHttp(options);
  } catch (thrown) {
    socket?.destroy();
    throw new EvenkeelError('INVALID_INPUT', `the request can not be sent: ${messageOf(thrown)}`, { blame: 'input', cause: thrown });
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  const headers: Record<string, string> = {};
  const raw = response.rawHeaders;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const known = Object.keys(headers).find((other) => other.toLowerCase() === name.toLowerCase()) ?? name;
    const value = Buffer.from(raw[index + 1] ?? '', 'latin1').toString('latin1');
    headers[known] = known in headers ? `${headers[known]}, ${value}` : value;
  }
  const body = Buffer.concat(chunks);
  const cookies = response.headers['set-cookie'] ?? [];
  return { status: response.statusCode ?? 0, headers, cookies, body: decompress(body, response.headers['content-encoding']) };
}

function decompress(body: Buffer, encoding: string | undefined): Buffer {
  if (body.length === 0) return body;
  switch (encoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(body);
    case 'deflate':
      return inflateSync(body);
    case 'br':
      return brotliDecompressSync(body);
    default:
      return body;
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}
