/** WebSockets of stand-ins. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';

const acceptor = new WebSocketServer({ noServer: true });

export const isWebSocket = ({ headers, method }: IncomingMessage): boolean =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && headers['sec-websocket-key'] !== undefined;

/** Takes the WebSocket and answers each message with who got it, as JSON. */
export function talk(request: IncomingMessage, response: ServerResponse, about: object): void {
  const { socket } = request;
  response.detachSocket(socket);
  acceptor.handleUpgrade(request, socket, Buffer.alloc(0), (client) => {
    client.on('error', () => {}); // 'close' follows
    client.on('message', (message: Buffer) => client.send(JSON.stringify({ ...about, message: message.toString() })));
  });
}
