/** What a stand-in says to clients that speak gRPC: the health check's answer, and empty messages. */
import type { IncomingMessage, ServerResponse } from 'node:http';

const HEALTH_CHECK = '/grpc.health.v1.Health/Check';
/** A HealthCheckResponse whose field 1 says SERVING. Source: grpc.health.v1, health.proto. */
export const SERVING = Buffer.from([0x08, 0x01]);
/** Source: gRPC, "Status codes and their use". */
export const UNAVAILABLE = 14;
const PREFIX_BYTES = 5;

export const isGrpc = ({ headers }: IncomingMessage): boolean => headers['content-type']?.startsWith('application/grpc') === true;
export const isHealthCheck = (request: IncomingMessage): boolean => isGrpc(request) && request.url === HEALTH_CHECK;

/** Answers with one message, or with a status other than 0 and none. Source: gRPC over HTTP/2 (PROTOCOL-HTTP2.md). */
export function answerGrpc(response: ServerResponse, { status, message }: { readonly status: number; readonly message: Buffer }): void {
  response.writeHead(200, { 'content-type': 'application/grpc', trailer: 'grpc-status' });
  if (status === 0) {
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix.writeUInt32BE(message.length, 1);
    response.write(Buffer.concat([prefix, message]));
  }
  response.addTrailers({ 'grpc-status': String(status) });
  response.end();
}
