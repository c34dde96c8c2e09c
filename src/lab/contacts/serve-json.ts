import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { Logger } from '../../base/index.ts';

/** What a route is asked. */
export interface Call {
  /** The path's `{…}` parts. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed JSON body; undefined when there is none. */
  readonly body: unknown;
  /** Aborts when the caller hangs up. */
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly html?: string;
}

/** `['GET', '/contacts/{id}', handle]`. */
export type Route = readonly [method: string, path: string, handle: (call: Call) => Reply | Promise<Reply>];

/** An answer other than success, thrown from wherever it is found out. */
export class HttpProblem extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const MAX_BODY_BYTES = 2 ** 20;
const HUNG_UP = new HttpProblem(499, 'the caller has gone');

/**
 * An HTTP handler for JSON routes; the first that fits answers. `HttpProblem` gives its own status, a dependency that can not be reached
 * 503, anything else 500: the application fails as real ones do, it does not hide it.
 */
export function serveJson(routes: readonly Route[], log: Logger): RequestListener {
  return (request, response) => {
    if (!isProbe(request)) response.on('finish', () => log.info(`${request.method} ${request.url} ${response.statusCode}`));
    const gone = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) gone.abort(HUNG_UP);
    });
    const respond = async (): Promise<void> => {
      const reply = await answer(routes, request, gone.signal).catch((error: unknown) => {
        const status = statusOf(error);
        if (status >= 500 && !gone.signal.aborted) log.error(`${request.method} ${request.url}: ${messageOf(error)}`);
        return { status, json: { error: messageOf(error) } };
      });
      send(response, reply);
    };
    void respond();
  };
}

/** Requests of kubelets would fill the log. */
const isProbe = ({ headers }: IncomingMessage): boolean => headers['user-agent']?.startsWith('kube-probe/') === true;

async function answer(routes: readonly Route[], request: IncomingMessage, signal: AbortSignal): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://pod');
  const fitting = routes.flatMap(([method, path, handle]) => {
    const params = matchPath(path, url.pathname);
    return params ? [{ method, handle, params }] : [];
  });
  if (fitting.length === 0) throw new HttpProblem(404, `nothing here: ${url.pathname}`);
  const asked = request.method === 'HEAD' ? 'GET' : request.method;
  const found = fitting.find(({ method }) => method === asked);
  if (!found) throw new HttpProblem(405, `${request.method} is not allowed on ${url.pathname}`);
  return found.handle({ params: found.params, query: url.searchParams, body: await readJson(request), signal });
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.replace(/(?<=.)\/$/, '').split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith('{') && value !== '') params[part.slice(1, -1)] = decode(value);
    else if (part !== value) return undefined;
  }
  return params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpProblem(400, `malformed path part '${text}'`);
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if ((length ?? '0') === '0' && encoding === undefined) return undefined;
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY_BYTES) throw new HttpProblem(413, 'the body is too large');
  }
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem(400, 'the body is not JSON');
  }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpProblem) return error.status;
  return error instanceof EvenkeelError ? 503 : 500;
}

function send(response: ServerResponse, { status, json, html }: Reply): void {
  if (response.destroyed) return;
  const body = html ?? (json === undefined ? '' : JSON.stringify(json));
  const type = html === undefined ? 'application/json' : 'text/html; charset=utf-8';
  response.writeHead(status, body === '' ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
