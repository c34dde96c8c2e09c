/** The health check of gRPC, as a kubelet asks for it. Source: pkg/probe/grpc/grpc.go; grpc.health.v1 (health.proto). */
import { connect as connectHttp2 } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http2';
import type { Duplex } from 'node:stream';

export interface GrpcHealth {
  /** What `grpc-status` says; undefined when no answer in gRPC came. */
  readonly code: number | undefined;
  readonly message: string;
  /** The status in a good answer: 1 is SERVING. */
  readonly status: number;
}

const SERVING_STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const UNIMPLEMENTED = 12;
const SERVING = 1;
/** A message on the wire has a flag and its length before it. */
const PREFIX_BYTES = 5;

/** Asks over a connection, which it ends. Never rejects; without an answer `code` is undefined. */
export function askHealth(connection: Duplex, service: string, signal: AbortSignal): Promise<GrpcHealth> {
  return new Promise((resolve) => {
    const session = connectHttp2('http://pod', { createConnection: () => connection });
    const end = (health: GrpcHealth): void => {
      resolve(health);
      session.destroy();
      connection.destroy();
    };
    const fail = (message: string): void => end({ code: undefined, message, status: 0 });
    signal.addEventListener('abort', () => fail('context deadline exceeded'), { once: true });
    session.on('error', (error) => fail(error.message));
    session.on('close', () => fail('connection closed'));
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'kube-probe/1.36',
    });
    const chunks: Buffer[] = [];
    let code: number | undefined;
    let message = '';
    const read = (headers: IncomingHttpHeaders): void => {
      if (headers['grpc-status'] === undefined) return;
      code = Number(headers['grpc-status']);
      message = decodeURIComponent([headers['grpc-message'] ?? ''].flat().join());
    };
    stream.on('response', read);
    stream.on('trailers', read);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', (error) => fail(error.message));
    stream.on('end', () => end({ code, message, status: statusIn(Buffer.concat(chunks).subarray(PREFIX_BYTES)) }));
    stream.end(framed(service === '' ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)])));
  });
}

/** Why a probe with this answer fails, in the kubelet's words; undefined when it does not. */
export function whyUnhealthy({ code, message, status }: GrpcHealth): string | undefined {
  if (code === UNIMPLEMENTED) {
    return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}`;
  }
  if (code !== 0) return `error: health rpc probe failed: rpc error: code = ${code ?? 'Unknown'} desc = ${message}`;
  return status === SERVING ? undefined : `service unhealthy (responded with "${SERVING_STATUSES[status] ?? status}")`;
}

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Field 1 of a HealthCheckResponse, a varint below 128. */
const statusIn = (message: Buffer): number => (message[0] === 0x08 ? (message[1] ?? 0) : 0);
