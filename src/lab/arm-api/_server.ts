/** The HTTPS side: who may call, which operation is meant, and answers in ARM's form. */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EvenkeelError, type Logger, messageOf } from '../../base/index.ts';
import { checkApiVersion } from './_api-versions.ts';
import type { Entra } from './_entra.ts';
import { type ArmCall, type ArmOperation, type ArmReply, ArmRefusal, type AzureState } from './_http.ts';
import { checkSubscription } from './_lookup.ts';
import { cloudMetadata } from './_metadata.ts';

export interface ServeOptions {
  readonly port: number;
  readonly key: string;
  readonly cert: string;
  readonly state: AzureState;
  readonly entra: Entra;
  readonly operations: readonly ArmOperation[];
  readonly newId: () => string;
  readonly log: Logger;
}

const LARGEST_BODY_BYTES = 1024 * 1024;
const SLOWEST_REQUEST_MS = 30_000;

/** Serves on loopback. Errors: `ENVIRONMENT` when the port is taken. */
export async function serveAzure(options: ServeOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer({ key: options.key, cert: options.cert }, (request, response) => {
    // Node would write the wall's time there; the lab has its own.
    response.sendDate = false;
    void answer(request, options, server).then(
      (reply) => send(response, reply, options),
      (thrown: unknown) => {
        options.log.error(`the lab's Azure failed at ${request.method} ${request.url}: ${messageOf(thrown)}`);
        send(response, errorReply(new ArmRefusal(500, { code: 'InternalServerError', message: 'The lab failed; see its log.' })), options);
      },
    );
  });
  server.requestTimeout = SLOWEST_REQUEST_MS;
  await listen(server, options.port);
  return {
    url: `https://127.0.0.1:${portOf(server)}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        new EvenkeelError('ENVIRONMENT', `the lab's Azure can not listen on port ${port}: ${taken ? 'it is taken' : cause.message}`, {
          blame: 'environment',
          hint: 'Choose another port, or 0 for any free one.',
          cause,
        }),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** A server that listens on TCP has an address of this form. */
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function answer(request: IncomingMessage, options: ServeOptions, server: Server): Promise<ArmReply> {
  try {
    const host = request.headers.host ?? '';
    refuseForeign(request, host, portOf(server));
    const url = new URL(request.url ?? '/', `https://${host}`);
    const text = await bodyOf(request);
    const method = request.method ?? 'GET';
    const signIn = options.entra.answer({ method, path: url.pathname, origin: url.origin, form: new URLSearchParams(text) });
    if (signIn !== undefined) return signIn;
    if (method === 'GET' && url.pathname === '/metadata/endpoints') return cloudMetadata(url, options.state.layout.tenantId);
    const problem = options.entra.problemWith(request.headers.authorization);
    if (problem !== undefined) return unauthorized(problem, url.origin, options.state.layout.tenantId);
    return dispatch(method, url, text, options);
  } catch (thrown) {
    if (thrown instanceof ArmRefusal) return errorReply(thrown);
    throw thrown;
  }
}

/** Keeps web pages in a browser, and names rebound to loopback, out. */
function refuseForeign(request: IncomingMessage, host: string, port: number): void {
  const own = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
  if (!own.includes(host.toLowerCase())) {
    throw new ArmRefusal(421, { code: 'MisdirectedRequest', message: `This server is not '${host}'.` });
  }
  if (request.headers.origin !== undefined) {
    throw new ArmRefusal(403, { code: 'Forbidden', message: 'The lab does not answer to web pages.' });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk as Uint8Array); // without an encoding set, chunks are bytes
    bytes += part.length;
    if (bytes > LARGEST_BODY_BYTES) throw new ArmRefusal(413, { code: 'RequestEntityTooLarge', message: 'The request body is too large.' });
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unauthorized(message: string, origin: string, tenantId: string): ArmReply {
  const challenge = `Bearer authorization_uri="${origin}/${tenantId}", error="invalid_token", error_description="${message}"`;
  const code = message.includes('missing')
    ? 'AuthenticationFailed'
    : message.includes('expiry')
      ? 'ExpiredAuthenticationToken'
      : 'InvalidAuthenticationToken';
  return { status: 401, body: { error: { code, message } }, headers: { 'www-authenticate': challenge } };
}

function dispatch(method: string, url: URL, text: string, { operations, state }: ServeOptions): ArmReply {
  const path = url.pathname.replace(/(.)\/$/, '$1');
  const provider = /\/providers\/([^/]+)/i.exec(path)?.[1];
  const apiVersion = checkApiVersion(provider, url.searchParams.get('api-version'));
  const matches = operations.flatMap((operation) => {
    const names = namesIn(operation.path, path);
    return names === undefined ? [] : [{ operation, names }];
  });
  const found = matches.find(({ operation }) => operation.method === method);
  if (found === undefined) throw lacking(method, path);
  const call: ArmCall = { method, origin: url.origin, path, names: found.names, query: url.searchParams, body: jsonOf(text), apiVersion };
  checkSubscription(call, state);
  return found.operation.handle(call, state);
}

/** Matches a path with a pattern; `{names}` are taken from it, the rest may come in any case. */
function namesIn(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const names: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const actual = decode(given[index] ?? '');
    if (part.startsWith('{')) names[part.slice(1, -1)] = actual;
    else if (part.toLowerCase() !== actual.toLowerCase()) return undefined;
  }
  return names;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ArmRefusal(400, { code: 'InvalidRequestUri', message: 'The request URI is invalid.' });
  }
}

function jsonOf(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ArmRefusal(400, { code: 'InvalidRequestContent', message: 'The request content was invalid and could not be deserialized.' });
  }
}

function lacking(method: string, path: string): ArmRefusal {
  const shape = path.replace(/^\/subscriptions\/[^/]+(\/resourceGroups\/[^/]+)?/i, '…');
  return new ArmRefusal(501, { code: 'NotImplemented', message: `The lab's Azure has no operation ${method} ${shape}.` });
}

const errorReply = ({ status, error }: ArmRefusal): ArmReply => ({ status, body: { error } });

function send(response: ServerResponse, reply: ArmReply, { newId }: ServeOptions): void {
  const id = newId();
  response.writeHead(reply.status, {
    'x-ms-request-id': id,
    'x-ms-correlation-request-id': id,
    'x-ms-routing-request-id': `LAB:${id}`,
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
    ...(reply.body !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
    ...reply.headers,
  });
  response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
}
