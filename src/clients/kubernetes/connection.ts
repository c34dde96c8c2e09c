/** Single HTTP exchanges with an API server: time limits, credentials, throttling, errors. No caching. */
import * as http from 'node:http';
import * as https from 'node:https';
import { EvenkeelError, messageOf, networkLimitMs } from '../../base/index.ts';
import type { Clock, Logger } from '../../base/index.ts';
import type { KubernetesLogin } from './kubernetes-login.ts';
import { statusError } from './status-error.ts';
import { tlsOptions } from './tls-options.ts';

export interface Exchange {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** A refusal that is an answer to this question, not a reason to wait and ask again (429 of an eviction). */
  readonly answers?: readonly number[];
}

export interface Connection {
  /** The parsed body; a text when it is no JSON. Errors: as `KubernetesClient` says. */
  exchange(exchange: Exchange): Promise<unknown>;
  /** A body that is read as it comes. Aborting the signal ends it. Errors: as above, for the head of the answer. */
  stream(exchange: Exchange): Promise<http.IncomingMessage>;
  close(): void;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** For one exchange, waits for throttling included; milliseconds of the clock. */
  readonly defaultTimeoutMs: number;
}

/** The API server answers in the wall's time, however fast the clock: a question to it measures nothing, and a busy machine is no dead cluster. */
const LEAST_WALL_MS = 5000;
const MOST_SOCKETS = 32;
const MOST_RETRIES = 5;
const LONGEST_RETRY_AFTER_S = 30;

/** Opens nothing yet; sockets are made as they are needed and kept alive. */
export function createConnection(login: KubernetesLogin, { clock, log, defaultTimeoutMs }: ConnectionOptions): Connection {
  const base = new URL(login.server);
  const secure = base.protocol === 'https:';
  if (login.tls.insecure && secure)
    log.warning(`the certificate of ${login.server} is not verified: insecure-skip-tls-verify in ${login.source}`);
  const agent = secure
    ? new https.Agent({ keepAlive: true, maxSockets: MOST_SOCKETS })
    : new http.Agent({ keepAlive: true, maxSockets: MOST_SOCKETS });
  // Streams stay open for minutes; they must not use up the sockets of the short requests.
  const streamAgent = secure ? new https.Agent({ keepAlive: false }) : new http.Agent({ keepAlive: false });

  const send = async (
    exchange: Exchange,
    signal: AbortSignal,
    options: { renew: boolean; stream: boolean },
  ): Promise<http.IncomingMessage> => {
    const credentials = await login.credentials({ renew: options.renew, signal });
    const text = exchange.body === undefined ? undefined : JSON.stringify(exchange.body);
    const requestOptions: https.RequestOptions = {
      method: exchange.method,
      headers: {
        accept: 'application/json, */*;q=0.1',
        'user-agent': 'evenkeel',
        ...credentials.headers,
        ...(text === undefined
          ? {}
          : { 'content-type': exchange.contentType ?? 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
      },
      agent: options.stream ? streamAgent : agent,
      signal,
      ...(secure ? tlsOptions(login, credentials) : {}),
    };
    const url = new URL(base.pathname.replace(/\/$/, '') + exchange.path, base);
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(url, requestOptions, resolve);
      request.once('error', (error) => reject(Object.assign(error, { reused: request.reusedSocket })));
      request.once('socket', (socket) => socket.setKeepAlive(true, 15_000));
      request.end(text);
    });
  };

  const attempt = async (exchange: Exchange, stream: boolean, renew: boolean): Promise<http.IncomingMessage | { body: unknown }> => {
    const limit = limitOf(clock, defaultTimeoutMs, exchange.signal);
    try {
      const response = await send(exchange, limit.signal, { renew, stream });
      const status = response.statusCode ?? 0;
      if (stream && status < 300) {
        limit.release();
        return response;
      }
      const body = parseBody(await readAll(response), response.headers['content-type']);
      if (status < 300) return { body };
      throw new Refusal(exchange, status, body, Number(response.headers['retry-after'] ?? Number.NaN));
    } catch (thrown) {
      if (thrown instanceof Refusal || thrown instanceof EvenkeelError) throw thrown;
      throw networkError(thrown, exchange, login, limit.isOver() ? defaultTimeoutMs : undefined);
    } finally {
      if (!stream) limit.release();
    }
  };

  const withRetries = async (exchange: Exchange, stream: boolean): Promise<http.IncomingMessage | { body: unknown }> => {
    const giveUpAtMs = clock.now() + defaultTimeoutMs;
    let renew = false;
    for (let tries = 0; ; tries++) {
      try {
        return await attempt(exchange, stream, renew);
      } catch (thrown) {
        if (thrown instanceof StaleSocket && tries === 0) continue;
        if (!(thrown instanceof Refusal)) throw thrown instanceof StaleSocket ? thrown.error : thrown;
        if (thrown.status === 401 && !renew) {
          renew = true;
          continue;
        }
        const waitMs = thrown.waitMs;
        const may = !exchange.answers?.includes(thrown.status) && tries < MOST_RETRIES;
        if (waitMs === undefined || !may || clock.now() + waitMs > giveUpAtMs) throw thrown.toError();
        log.debug(`${login.server} asks to wait ${waitMs / 1000} s`, { status: thrown.status, path: exchange.path });
        await clock.sleep(waitMs, exchange.signal);
      }
    }
  };

  return {
    async exchange(exchange) {
      const result = await withRetries(exchange, false);
      return 'body' in result ? result.body : undefined;
    },
    async stream(exchange) {
      const result = await withRetries(exchange, true);
      if (result instanceof http.IncomingMessage) return result;
      throw new EvenkeelError('TARGET_FAILED', `${exchange.path} did not answer with a stream`, { blame: 'target' });
    },
    close() {
      agent.destroy();
      streamAgent.destroy();
    },
  };
}

/** A refusal that may yet be retried. Never leaves this file. */
class Refusal extends Error {
  readonly exchange: Exchange;
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterSeconds: number;
  constructor(exchange: Exchange, status: number, body: unknown, retryAfterSeconds: number) {
    super(`${status}`);
    this.exchange = exchange;
    this.status = status;
    this.body = body;
    this.retryAfterSeconds = retryAfterSeconds;
  }
  /** How long the server asks us to wait. Source: client-go, rest.Request: 429 and 5xx are retried when they carry Retry-After. */
  get waitMs(): number | undefined {
    const asked = Number.isFinite(this.retryAfterSeconds) && (this.status === 429 || this.status >= 500);
    return asked ? Math.min(LONGEST_RETRY_AFTER_S, Math.max(0, this.retryAfterSeconds)) * 1000 : undefined;
  }
  toError(): EvenkeelError {
    const [path = ''] = this.exchange.path.split('?');
    return statusError({ method: this.exchange.method, path, status: this.status, body: this.body });
  }
}

/** The server had closed a kept-alive socket just as a read was sent on it: worth one more try on a new one. */
class StaleSocket extends Error {
  readonly error: EvenkeelError;
  constructor(error: EvenkeelError) {
    super(error.message);
    this.error = error;
  }
}

function limitOf(
  clock: Clock,
  limitMs: number,
  outer: AbortSignal | undefined,
): { signal: AbortSignal; isOver(): boolean; release(): void } {
  const controller = new AbortController();
  let over = false;
  const timer = setTimeout(
    () => {
      over = true;
      controller.abort();
    },
    Math.max(networkLimitMs(clock, limitMs), Math.min(limitMs, LEAST_WALL_MS)),
  );
  const signal = outer === undefined ? controller.signal : AbortSignal.any([controller.signal, outer]);
  return { signal, isOver: () => over, release: () => clearTimeout(timer) };
}

async function readAll(response: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer); // no encoding is set, so parts are buffers
  return Buffer.concat(parts).toString('utf8');
}

function parseBody(text: string, contentType: string | undefined): unknown {
  if (text === '') return undefined;
  if (contentType !== undefined && !contentType.includes('json')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const CERTIFICATE_PROBLEM = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;

function networkError(thrown: unknown, exchange: Exchange, login: KubernetesLogin, timedOutMs: number | undefined): Error {
  const [path = ''] = exchange.path.split('?');
  const where = `${exchange.method} ${path} at ${login.server} (context ${login.context})`;
  if (timedOutMs !== undefined) {
    return new EvenkeelError('TIMED_OUT', `no answer within ${timedOutMs / 1000} s: ${where}`, { blame: 'target', cause: thrown });
  }
  if (exchange.signal?.aborted) return new EvenkeelError('CANCELLED', `cancelled: ${where}`, { blame: 'input', cause: thrown });
  const { code, reused } = Object(thrown) as { code?: unknown; reused?: unknown }; // any value has fields that may be undefined
  const name = typeof code === 'string' ? code : '';
  const hint = CERTIFICATE_PROBLEM.test(name)
    ? 'The server is not the one that the kubeconfig trusts: compare its certificate-authority with the server.'
    : 'Is the cluster (or the lab) running, and may this machine reach it? `evenkeel doctor` looks.';
  const error = new EvenkeelError('UNREACHABLE', `${messageOf(thrown) || name}: ${where}`, { blame: 'environment', hint, cause: thrown });
  const stale = reused === true && (name === 'ECONNRESET' || name === 'EPIPE') && exchange.method === 'GET';
  return stale ? new StaleSocket(error) : error;
}
