import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { EvenkeelError, afterNetworkLimit, createRealClock, messageOf } from '../base/index.ts';
import type { HttpAnswer, HttpRequest, HttpSender } from './http-port.ts';

export interface HttpSenderOptions {
  /** Certificate authorities in PEM, instead of those that Node trusts. */
  readonly ca?: string;
  /** Skips the verification of certificates; off unless asked for. */
  readonly insecure?: boolean;
}

const LONGEST_BODY_BYTES = 1024 * 1024;
/** Methods that may be sent again when a connection kept alive turns out to be closed. Source: RFC 9110, section 9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** Sends over node:http and node:https with one deadline for all: name, connection, TLS, and the answer to its last byte. */
export function createHttpSender(options: HttpSenderOptions = {}): HttpSender {
  const tls = { ...(options.ca === undefined ? {} : { ca: options.ca }), rejectUnauthorized: options.insecure !== true };
  const wallClock = createRealClock();
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true, ...tls }) };

  const start = (url: URL, request: HttpRequest): ClientRequest => {
    const kept = request.connection === 'kept-alive';
    const common = { method: request.method, headers: headersOf(request, kept) };
    if (url.protocol === 'http:') return httpRequest(url, { ...common, agent: kept ? agents.http : false });
    return httpsRequest(url, { ...common, ...tls, agent: kept ? agents.https : false });
  };

  const exchange = (request: HttpRequest, signal: AbortSignal | undefined, isRetry: boolean): Promise<HttpAnswer> => {
    const url = new URL(request.url);
    return new Promise((resolve, reject) => {
      const outgoing = start(url, request);
      let settled = false;
      // Once given up, the connection's own end is no news: it must not start a second attempt.
      const settle = (finish: () => void): void => {
        if (settled) return;
        settled = true;
        cancelDeadline();
        signal?.removeEventListener('abort', abort);
        finish();
      };
      const fail = (error: EvenkeelError): void => {
        settle(() => reject(error));
        outgoing.destroy();
      };
      const cancelDeadline = afterNetworkLimit(wallClock, request.limitWallMs, () => fail(noAnswer(request)));
      const abort = (): void => fail(new EvenkeelError('CANCELLED', 'the request was cancelled', { blame: 'input' }));
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const staleConnection = outgoing.reusedSocket && error.code === 'ECONNRESET' && IDEMPOTENT.has(request.method);
        if (staleConnection && !isRetry) settle(() => resolve(exchange({ ...request, connection: 'fresh' }, signal, true)));
        else settle(() => reject(unreachable(url, error)));
      });
      outgoing.on('response', (answer) => {
        readBody(answer).then(
          (body) => settle(() => resolve({ status: answer.statusCode ?? 0, headers: joined(answer), body })),
          (error: unknown) => settle(() => reject(unreachable(url, error))),
        );
      });
      if (signal?.aborted === true) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      outgoing.end(request.body);
      return undefined;
    });
  };

  return {
    send: (request, signal) => exchange(request, signal, false),
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function headersOf(request: HttpRequest, kept: boolean): Record<string, string> {
  const length = request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) };
  return { 'user-agent': 'evenkeel', accept: '*/*', ...length, ...request.headers, connection: kept ? 'keep-alive' : 'close' };
}

async function readBody(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    const bytes = Buffer.from(chunk as Uint8Array); // no encoding is set, so chunks are bytes
    if (length < LONGEST_BODY_BYTES) chunks.push(bytes.subarray(0, LONGEST_BODY_BYTES - length));
    length += bytes.length;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function joined(answer: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(answer.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

function noAnswer(request: HttpRequest): EvenkeelError {
  return new EvenkeelError('TIMED_OUT', `no answer within ${request.limitWallMs} ms`, { blame: 'target' });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name can not be looked up now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'connection timed out',
};

/** Names the host, never path or query: they may carry captured values. */
function unreachable(url: URL, error: unknown): EvenkeelError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new EvenkeelError('UNREACHABLE', REASONS[code] ?? messageOf(error), { blame: 'target', hint: `Is ${url.host} up?`, cause: error });
}
