/** Connections that stop being HTTP: WebSockets above all. */
import { ServerResponse } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterNetworkLimit } from '../../base/index.ts';
import type { Cancel, Clock } from '../../base/index.ts';

/**
 * Requests to upgrade come to the handler as any other: whoever takes one detaches the socket from the response
 * (`response.detachSocket`); an ordinary answer ends the connection.
 */
export function answerUpgrades(server: Server, handler: RequestListener): void {
  server.on('upgrade', (request, socket, head) => {
    if (head.length > 0) socket.unshift(head);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    // All that a response does to its socket, a duplex stream can do too.
    response.assignSocket(socket as Socket);
    response.once('finish', () => {
      if (response.socket !== null) socket.end();
    });
    socket.on('error', () => {}); // 'close' follows
    handler(request, response);
  });
}

export const isUpgrade = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade !== undefined && /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(headers.connection ?? '');

/** The two ends of a connection that is HTTP no more, and what was agreed on. */
export interface Upgraded {
  readonly response: ServerResponse;
  readonly answer: IncomingMessage;
  readonly backend: Duplex;
  /** What the backend sent behind its answer. */
  readonly head: Buffer;
}

/**
 * Tells the user that the protocol has changed, and passes everything on from then on, until either end closes or nothing passed for `idleMs`.
 * Source: nginx, src/http/ngx_http_upstream.c, ngx_http_upstream_process_upgraded (`proxy_read_timeout` counts for both directions).
 */
export function joinUpgraded({ response, answer, backend, head }: Upgraded, clock: Clock, idleMs: number): void {
  const client = response.socket;
  if (client === null) return void backend.destroy();
  response.detachSocket(client);
  const lines = answer.rawHeaders.flatMap((name, index, all) => (index % 2 === 0 ? [`${name}: ${all[index + 1] ?? ''}`] : []));
  client.write([`HTTP/1.1 101 ${answer.statusMessage ?? 'Switching Protocols'}`, ...lines, '', ''].join('\r\n'));
  client.write(head);
  let cancel: Cancel = () => {};
  const end = (): void => {
    cancel();
    client.destroy();
    backend.destroy();
  };
  const wait = (): void => {
    cancel();
    cancel = afterNetworkLimit(clock, idleMs, end);
  };
  for (const stream of [client, backend]) {
    stream.on('error', end);
    stream.once('close', end);
    stream.on('data', wait);
  }
  wait();
  client.pipe(backend).pipe(client);
}
