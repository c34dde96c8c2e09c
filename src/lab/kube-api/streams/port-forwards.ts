/** Connections to a pod's ports over the two wires that clients speak. Source: kubelet's portforward package. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { messageOf } from '../../../base/index.ts';
import type { SpdyStream } from './spdy-connection.ts';

/** Opens a connection to a port of the pod. */
export type ConnectPort = (port: number) => Promise<Duplex>;

/** Streams come in pairs of one request: first the one for errors, then the one for data. */
export function forwardOverSpdy(connect: ConnectPort): (stream: SpdyStream) => void {
  const errors = new Map<string, SpdyStream>();
  return (stream) => {
    const request = stream.headers.get('requestid') ?? stream.headers.get('port') ?? '';
    if (stream.headers.get('streamtype') === 'error') {
      errors.set(request, stream);
      return;
    }
    const error = errors.get(request);
    errors.delete(request);
    if (error) void forward(connect, Number(stream.headers.get('port')), stream, error);
  };
}

async function forward(connect: ConnectPort, port: number, data: SpdyStream, error: SpdyStream): Promise<void> {
  error.resume();
  try {
    await joined(await connect(port), data);
    error.end();
  } catch (thrown) {
    error.end(`error forwarding port ${port} to pod: ${messageOf(thrown)}`);
    data.end();
  }
}

/** Bytes pass both ways until the pod's side has closed. */
function joined(near: Duplex, far: Duplex): Promise<void> {
  return new Promise((resolve) => {
    near.pipe(far);
    far.pipe(near);
    near.on('error', () => near.destroy());
    near.once('close', () => {
      far.end();
      resolve();
    });
    far.once('close', () => near.destroy());
  });
}

/** Two channels a port, data and errors, each announced by a first message with the port's number. */
export function forwardOverWebSocket(socket: WebSocket, ports: readonly number[], connect: ConnectPort): void {
  const send = (channel: number, data: Buffer): void => {
    if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.from([channel]), data]));
  };
  const connections = ports.map(async (port, index) => {
    const announcement = Buffer.alloc(2);
    announcement.writeUInt16LE(port);
    for (const channel of [2 * index, 2 * index + 1]) send(channel, announcement);
    try {
      const connection = await connect(port);
      connection.on('data', (chunk: Buffer) => send(2 * index, chunk));
      connection.on('error', () => connection.destroy());
      connection.once('close', () => socket.close(1000));
      return connection;
    } catch (thrown) {
      send(2 * index + 1, Buffer.from(`error forwarding port ${port} to pod: ${messageOf(thrown)}`));
      return undefined;
    }
  });
  const each = (act: (connection: Duplex) => void, index?: number): void => {
    const meant = index === undefined ? connections : connections.slice(index, index + 1);
    for (const opened of meant) void opened.then((connection) => connection && act(connection));
  };
  socket.on('message', (data: Buffer) => {
    const message = Buffer.from(data);
    const [channel = 0] = message;
    if (channel === 255) each((connection) => connection.end(), (message[1] ?? 0) / 2);
    else if (channel % 2 === 0) each((connection) => connection.write(message.subarray(1)), channel / 2);
  });
  socket.on('error', () => {}); // 'close' follows
  socket.once('close', () => each((connection) => connection.destroy()));
}
