/** Exec, attach and port-forward: requests that ask for another protocol on their connection. */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws';
import { textOf } from '../json.ts';
import { chosenContainer } from '../http/chosen-container.ts';
import { decideResource, denied } from '../http/authorize.ts';
import { parseTarget } from '../http/parse-target.ts';
import { queryFlag } from '../http/query-flag.ts';
import { passUpgrade } from '../http/serve-proxy.ts';
import { asJson } from '../http/served-resources.ts';
import type { Call, Target } from '../http/types.ts';
import { badRequest, failure, notFound, notImplemented } from '../statuses.ts';
import type { ApiError } from '../types.ts';
import { channelsOverSpdy, channelsOverWebSocket, collectStreams } from './command-channels.ts';
import { forwardOverSpdy, forwardOverWebSocket } from './port-forwards.ts';
import { runSession, type SessionRequest } from './run-session.ts';
import { SpdyConnection } from './spdy-connection.ts';
import type { ContainerTarget, PodAccess } from './types.ts';

/** What is known of such a request; there is no answer object any more. */
export interface UpgradeCall extends Pick<Call, 'request' | 'method' | 'path' | 'query' | 'user' | 'store' | 'signal'> {
  readonly access: PodAccess | undefined;
}

/** The connection as it stands after its request: what came behind it is in `head`. */
interface Wire {
  readonly socket: Duplex;
  readonly head: Buffer;
}

const COMMAND_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const FORWARD_PROTOCOL = 'portforward.k8s.io';
const TUNNEL_PROTOCOL = `SPDY/3.1+${FORWARD_PROTOCOL}`;
const STREAMED = ['exec', 'attach', 'portforward'];

/** Answers such a request on its socket. Errors: `ApiError`, as long as nothing was answered. */
export async function serveUpgrade(call: UpgradeCall, wire: Wire): Promise<void> {
  const target = parseTarget(call.path, call.query, call.store);
  if (target?.subresource?.split('/')[0] === 'proxy') {
    authorizeProxy(call, target);
    return passUpgrade(call, target, { access: call.access, ...wire });
  }
  if (target?.served.resource.kind !== 'Pod' || !STREAMED.includes(target.subresource ?? '')) {
    throw notImplemented(`another protocol for ${call.method} ${call.path}`);
  }
  authorize(call, target);
  const { access, signal } = call;
  const container = containerOf(call, target);
  if (access === undefined) throw notImplemented(`${target.subresource} of pods (this lab runs nothing in them)`);
  const refusal = await access.ready(container, signal);
  if (refusal !== undefined) return answer(wire.socket, 500, 'text/plain; charset=utf-8', `${refusal}\n`);
  if (target.subresource === 'portforward') return servePortForward(call, wire, access, container);
  return serveCommand(call, wire, access, sessionOf(call, target, container));
}

/** A GET that opens a session needs the right to create one too. */
function authorize({ store, user, method }: UpgradeCall, { namespace, name, subresource }: Target): void {
  for (const verb of method === 'POST' ? ['create'] : ['get', 'create']) {
    const attributes = { verb, group: '', resource: `pods/${subresource}`, namespace, name };
    if (!decideResource(store, user, attributes).allowed) throw denied(user, attributes);
  }
}

function authorizeProxy({ store, user, method }: UpgradeCall, { served: { resource }, namespace, name }: Target): void {
  const attributes = { verb: method === 'GET' ? 'get' : 'create', group: '', resource: `${resource.plural}/proxy`, namespace, name };
  if (!decideResource(store, user, attributes).allowed) throw denied(user, attributes);
}

function containerOf(call: UpgradeCall, target: Target): ContainerTarget {
  const { namespace = '', name = '' } = target;
  const pod = call.store.get('Pod', namespace, name);
  if (pod === undefined) throw notFound(target.served.resource, name);
  const { containers, nodeName } = asJson(pod['spec']);
  if (nodeName === undefined) throw badRequest(`pod ${name} does not have a host assigned`);
  const asked = call.query.get('container') ?? '';
  if (target.subresource !== 'portforward' || asked !== '') return { namespace, pod: name, container: chosenContainer(pod, asked) };
  const [first] = Array.isArray(containers) ? containers : [];
  return { namespace, pod: name, container: textOf(asJson(first)['name']) };
}

function sessionOf({ query }: UpgradeCall, { subresource }: Target, target: ContainerTarget): SessionRequest {
  const is = (name: string): boolean => queryFlag(query, name);
  const tty = is('tty');
  const wants = { stdin: is('stdin'), stdout: is('stdout'), stderr: is('stderr') && !tty, tty };
  if (!wants.stdin && !wants.stdout && !wants.stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  const command = query.getAll('command');
  if (subresource === 'exec' && command.length === 0) throw badRequest('you must specify command for exec');
  return { target, command: subresource === 'exec' ? command : undefined, wants };
}

async function serveCommand(call: UpgradeCall, wire: Wire, access: PodAccess, session: SessionRequest): Promise<void> {
  if (isWebSocket(call.request)) {
    const socket = await acceptWebSocket(call.request, wire, COMMAND_PROTOCOLS);
    const outputs = (['stdout', 'stderr'] as const).filter((name) => session.wants[name]);
    return runSession(access, session, channelsOverWebSocket(socket, [...outputs, 'error']));
  }
  acceptSpdy(call.request, wire, 'v4.channel.k8s.io');
  const { wants } = session;
  const announced = (['stdin', 'stdout', 'stderr'] as const).filter((name) => wants[name]);
  const { onStream, all } = collectStreams(['error', ...announced, ...(wants.tty ? ['resize'] : [])], call.signal);
  const connection = new SpdyConnection(wire.socket, onStream);
  const streams = await all;
  if (streams === undefined) wire.socket.destroy();
  else await runSession(access, session, channelsOverSpdy(connection, streams, call.signal));
}

async function servePortForward(call: UpgradeCall, wire: Wire, access: PodAccess, { namespace, pod }: ContainerTarget): Promise<void> {
  const connect = async (port: number): Promise<Duplex> => {
    // A signal for each connection: the session's own would gather a listener from every one.
    const attempt = new AbortController();
    const abort = (): void => attempt.abort();
    call.signal.addEventListener('abort', abort, { once: true });
    try {
      return await access.connect({ namespace, pod }, port, attempt.signal);
    } finally {
      call.signal.removeEventListener('abort', abort);
    }
  };
  const whenGone = (close: () => void): void => void access.ended({ namespace, pod }, call.signal).then(close);
  if (!isWebSocket(call.request)) {
    acceptSpdy(call.request, wire, FORWARD_PROTOCOL);
    whenGone(() => wire.socket.destroy());
    return void new SpdyConnection(wire.socket, forwardOverSpdy(connect));
  }
  const socket = await acceptWebSocket(call.request, wire, [TUNNEL_PROTOCOL, 'v5.channel.k8s.io', 'v4.channel.k8s.io']);
  whenGone(() => socket.close(1000));
  if (socket.protocol === TUNNEL_PROTOCOL) return void new SpdyConnection(createWebSocketStream(socket), forwardOverSpdy(connect));
  const ports = call.query.getAll('ports').flatMap((list) => list.split(',').map(Number));
  forwardOverWebSocket(socket, ports, connect);
}

const isWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

const server = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });

function acceptWebSocket(request: IncomingMessage, { socket, head }: Wire, known: readonly string[]): Promise<WebSocket> {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const chosen = known.find((name) => offered.includes(name));
  if (chosen === undefined)
    throw badRequest(
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${known.join(' ')}]`,
    );
  request.headers['sec-websocket-protocol'] = chosen;
  return new Promise((resolve) => server.handleUpgrade(request, socket, head, resolve));
}

function acceptSpdy(request: IncomingMessage, { socket, head }: Wire, protocol: string): void {
  const offered = String(request.headers['x-stream-protocol-version'] ?? protocol)
    .split(',')
    .map((name) => name.trim());
  if (request.headers.upgrade?.toLowerCase() !== 'spdy/3.1') throw badRequest('Upgrade request required');
  if (!offered.includes(protocol)) {
    const message = `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${protocol}]`;
    throw failure({ code: 403, reason: 'Forbidden', message });
  }
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1', `X-Stream-Protocol-Version: ${protocol}`];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
}

/** A refusal on a socket that no server writes answers to any more. */
export const refuseUpgrade = (socket: Duplex, { status, code }: ApiError): void =>
  answer(socket, code, 'application/json', `${JSON.stringify(status)}\n`);

function answer(socket: Duplex, code: number, type: string, body: string): void {
  const head = [
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
