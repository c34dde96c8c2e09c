/** The API server's HTTPS side: authentication, routing, answers. */
import { createServer } from 'node:https';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { EvenkeelError, messageOf, silentLogger, type Logger } from '../../../base/index.ts';
import { insideOf } from '../lab-api.ts';
import { failure, internalError } from '../statuses.ts';
import { ApiError, type LabApi } from '../types.ts';
import { createAuthenticator, refuseForeign } from './authenticate.ts';
import { route } from './route.ts';
import type { Answer, Call, ServedKubeApi, ServeOptions, UserInfo } from './types.ts';

interface Serving {
  readonly api: LabApi;
  readonly options: ServeOptions;
  readonly identify: (request: IncomingMessage) => UserInfo;
  readonly stopping: AbortSignal;
  readonly log: Logger;
}

/**
 * Serves the API over HTTPS on loopback.
 *
 * Errors: `ENVIRONMENT` when the port is taken or the certificate is of no use.
 */
export async function serveKubeApi(api: LabApi, options: ServeOptions): Promise<ServedKubeApi> {
  const stopping = new AbortController();
  const { key, cert, clientCa, host = '127.0.0.1', port } = options;
  const serving: Serving = {
    api,
    options,
    identify: createAuthenticator(options.tokens),
    stopping: stopping.signal,
    log: options.log ?? silentLogger,
  };
  const clients = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false };
  const server = createServer(
    { key, cert, ...clients, keepAliveTimeout: 60_000 },
    (request, response) => void handle(serving, request, response),
  );
  const sockets = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listen(server, port, host);
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `https://${host}:${actualPort}`,
    stop: async () => {
      stopping.abort();
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const details = {
        blame: 'environment' as const,
        cause: error,
        ...(taken ? { hint: 'Choose another port, or 0 for any free one.' } : {}),
      };
      reject(
        new EvenkeelError('ENVIRONMENT', taken ? `port ${port} is taken` : `cannot serve on ${host}:${port}: ${error.message}`, details),
      );
    });
    server.listen(port, host, resolve);
  });
}

async function handle(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  response.once('close', abort);
  serving.stopping.addEventListener('abort', abort, { once: true });
  const warnings: string[] = [];
  try {
    refuseForeign(request);
    const call = callOf(serving, request, response, { signal: gone.signal, warnings });
    const answer = await route(call);
    await write(request, response, answer, warnings);
  } catch (error) {
    if (!(error instanceof ApiError))
      serving.log.error('a request failed inside the API server', { method: request.method, error: messageOf(error) });
    refuse(request, response, error instanceof ApiError ? error : internalError(messageOf(error)), warnings);
  } finally {
    response.once('close', () => serving.stopping.removeEventListener('abort', abort));
  }
}

function callOf(
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
  rest: { signal: AbortSignal; warnings: string[] },
): Call {
  const url = new URL(request.url ?? '/', 'https://localhost');
  const { store, writer } = insideOf(serving.api);
  return {
    request,
    response,
    method: request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'),
    path: url.pathname,
    query: url.searchParams,
    user: serving.identify(request),
    store,
    writer,
    clock: serving.api.clock,
    logs: serving.options.logs,
    ...rest,
  };
}

const PLAIN = ['application/json', 'application/yaml', 'application/*', '*/*'];

/** JSON unless YAML is asked for first. Errors: `ApiError` 406. */
function mediaTypeFor(request: IncomingMessage): 'application/json' | 'application/yaml' {
  const { accept } = request.headers;
  if (accept === undefined || accept === '') return 'application/json';
  const wanted = accept.split(',').map((part) => part.split(';')[0]?.trim() ?? '');
  const first = wanted.find((type) => PLAIN.includes(type));
  if (first === undefined) {
    const streams = /\?|\/[^/]+s$/.test(request.url ?? '')
      ? ', application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'
      : '';
    throw failure({
      code: 406,
      reason: 'NotAcceptable',
      message: `406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf${streams}`,
      details: {},
    });
  }
  return first === 'application/yaml' ? first : 'application/json';
}

async function write(request: IncomingMessage, response: ServerResponse, answer: Answer, warnings: readonly string[]): Promise<void> {
  if (answer === 'streamed') return;
  const headers: Record<string, string | string[]> = { 'cache-control': 'no-cache, private' };
  if (warnings.length > 0) headers['warning'] = warnings.map((text) => `299 - ${JSON.stringify(text)}`);
  if ('text' in answer) {
    response.writeHead(answer.status, { ...headers, 'content-type': 'text/plain; charset=utf-8', ...answer.headers });
    response.end(answer.text);
    return;
  }
  const type = mediaTypeFor(request);
  if (type === 'application/yaml') {
    const { stringify } = await import('yaml');
    response.writeHead(answer.status, { ...headers, 'content-type': type, ...answer.headers });
    response.end(stringify(answer.body));
    return;
  }
  response.writeHead(answer.status, { ...headers, 'content-type': type, ...answer.headers });
  response.end(`${JSON.stringify(answer.body)}\n`);
}

function refuse(request: IncomingMessage, response: ServerResponse, error: ApiError, warnings: readonly string[]): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const headers: Record<string, string | string[]> = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' };
  if (warnings.length > 0) headers['warning'] = warnings.map((text) => `299 - ${JSON.stringify(text)}`);
  if (error.code === 504) headers['retry-after'] = '1';
  response.writeHead(error.code, headers);
  response.end(`${JSON.stringify(error.status)}\n`);
  // The rest of a body is read and dropped, so that the connection can be used again; not so of one that is too large.
  if (error.code === 413) response.once('finish', () => request.destroy());
  else request.resume();
}
