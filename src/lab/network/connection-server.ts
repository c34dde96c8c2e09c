/** One port of a program: HTTP/1.1 with upgrades, HTTP/2 as gRPC uses it, and both over TLS, told apart by the first bytes of a connection. */
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Http2Server } from 'node:http2';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { answerUpgrades } from './upgrades.ts';

/** The certificate that programs show; undefined where none speaks TLS. */
export type ServerIdentity = (() => Promise<SecureContext>) | undefined;

/** How a client without TLS begins HTTP/2. Source: RFC 9113, 3.4. */
const PREFACE = 'PRI';
/** What a TLS record of a handshake begins with. Source: RFC 8446, 5.1. */
const HANDSHAKE = 0x16;

/** What takes a connection and serves it with the handler, which gets requests to upgrade too (`answerUpgrades`). */
export function createConnectionServer(handler: RequestListener, identity: ServerIdentity): (connection: Duplex) => void {
  const undated: RequestListener = (request, response) => {
    // Node would write the wall's time there; the lab has its own.
    response.sendDate = false;
    handler(request, response);
  };
  const http = createHttpServer({ keepAliveTimeout: 0, requestTimeout: 0 }, undated);
  answerUpgrades(http, undated);
  // Most ports never see HTTP/2.
  let http2: Http2Server | undefined;
  const serveHttp2 = (connection: Duplex): void => {
    http2 ??= startHttp2(undated);
    http2.emit('connection', connection);
  };
  const serve = (connection: Duplex): void =>
    onFirstBytes(connection, (bytes) => {
      if (bytes[0] === HANDSHAKE) return secure(connection, identity, serve);
      if (bytes.toString('latin1', 0, PREFACE.length) === PREFACE) return serveHttp2(connection);
      http.emit('connection', connection);
      process.nextTick(() => connection.resume());
    });
  return serve;
}

function startHttp2(handler: RequestListener): Http2Server {
  const server = createHttp2Server();
  // Node's compatibility layer: its requests and responses have what a handler of HTTP/1.1 uses.
  server.on('request', handler as unknown as Parameters<Http2Server['on']>[1]);
  server.on('sessionError', () => {});
  return server;
}

/** Looks at what comes first and puts it back. A connection that ends before is closed: nobody asked for anything. */
function onFirstBytes(connection: Duplex, then: (bytes: Buffer) => void): void {
  const first = (bytes: Buffer): void => {
    connection.off('end', end);
    connection.pause();
    connection.unshift(bytes);
    then(bytes);
  };
  const end = (): void => void connection.destroy();
  connection.once('data', first);
  connection.once('end', end);
}

function secure(connection: Duplex, identity: ServerIdentity, serve: (connection: Duplex) => void): void {
  const begin = async (): Promise<void> => {
    if (identity === undefined) return void connection.destroy();
    const options = { isServer: true, secureContext: await identity(), ALPNProtocols: ['h2', 'http/1.1'] };
    const socket = new TLSSocket(connection, options);
    socket.on('error', () => connection.destroy());
    connection.once('close', () => socket.destroy());
    serve(socket);
  };
  begin().catch(() => connection.destroy());
}
