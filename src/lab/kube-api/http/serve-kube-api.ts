/** The API server's HTTPS side: authentication, routing, answers. */
import { setMaxListeners } from 'node:events';
import { createServer } from 'node:https';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { EvenkeelError, messageOf, silentLogger, type Logger } from '../../../base/index.ts';
import { insideOf } from '../lab-api.ts';
import { badRequest, internalError } from '../statuses.ts';
import { refuseUpgrade, serveUpgrade } from '../streams/serve-upgrade.ts';
import { ApiError, type LabApi } from '../types.ts';
import { createAuthenticator, refuseForeign } from './authenticate.ts';
import { route } from './route.ts';
import { RequestMeter } from './request-meter.ts';
import { TokenIssuer } from './service-account-tokens.ts';
import type { Call, ServedKubeApi, ServeOptions, UserInfo } from './types.ts';
import { writeAnswer, writeRefusal } from './write-answer.ts';

interface Serving {
  readonly api: LabApi;
  readonly options: ServeOptions;
  readonly issuer: TokenIssuer;
  readonly meter: RequestMeter;
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
  // Every open request listens to it.
  setMaxListeners(0, stopping.signal);
  const { key, cert, clientCa, host = '127.0.0.1', port } = options;
  const issuer = new TokenIssuer(api.clock);
  const serving: Serving = {
    api,
    options,
    issuer,
    meter: new RequestMeter(api.clock.now()),
    identify: createAuthenticator(options.tokens, { store: insideOf(api).store, issuer, clock: api.clock }),
    stopping: stopping.signal,
    log: options.log ?? silentLogger,
  };
  const clients = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false };
  const server = createServer(
    { key, cert, ...clients, keepAliveTimeout: 60_000 },
    (request, response) => void handle(serving, request, response),
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void upgrade(serving, request, socket, head));
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
  const abort = (): void => {
    serving.stopping.removeEventListener('abort', abort);
    gone.abort();
  };
  response.once('close', abort);
  serving.stopping.addEventListener('abort', abort, { once: true });
  const warnings: string[] = [];
  const exchange = { request, response, clock: serving.api.clock, warnings };
  try {
    refuseForeign(request);
    const call = callOf(serving, request, response, { signal: gone.signal, warnings });
    const done = serving.meter.begin(call);
    response.once('close', () => done(response.statusCode));
    const answer = await route(call);
    await writeAnswer(exchange, answer);
  } catch (error) {
    if (!(error instanceof ApiError))
      serving.log.error('a request failed inside the API server', { method: request.method, error: messageOf(error) });
    writeRefusal(exchange, error instanceof ApiError ? error : internalError(messageOf(error)));
  }
}

/** Exec, attach and port-forward leave HTTP behind. */
async function upgrade(serving: Serving, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const gone = new AbortController();
  socket.on('error', () => socket.destroy());
  socket.once('close', () => gone.abort());
  try {
    refuseForeign(request);
    const url = urlOf(request);
    const { store } = insideOf(serving.api);
    const asked = {
      request,
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      user: serving.identify(request),
    };
    await serveUpgrade({ ...asked, store, signal: gone.signal, access: serving.options.access }, { socket, head });
  } catch (error) {
    if (!(error instanceof ApiError)) serving.log.error('a session failed inside the API server', { why: messageOf(error) });
    refuseUpgrade(socket, error instanceof ApiError ? error : internalError(messageOf(error)));
  }
}

/** Errors: `ApiError` 400 for what is no path, or one with a broken escape. */
function urlOf({ url: text = '/' }: IncomingMessage): URL {
  try {
    const url = new URL(text, 'https://localhost');
    decodeURIComponent(url.pathname);
    return url;
  } catch {
    throw badRequest('the request has no path that can be read');
  }
}

function callOf(
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
  rest: { signal: AbortSignal; warnings: string[] },
): Call {
  const url = urlOf(request);
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
    issuer: serving.issuer,
    logs: serving.options.logs,
    access: serving.options.access,
    meter: serving.meter,
    ...rest,
  };
}
