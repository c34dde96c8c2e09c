import { Agent } from 'node:http';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { messageOf } from '../../base/index.ts';

export interface ConnectionTarget {
  /** An address, or a name that stands for one. */
  readonly host: string;
  readonly port: number;
}

/** Opens a connection. The signal, when there is one, is the request's own: it ends the wait for a dead node. */
export type Connect = (target: ConnectionTarget, signal: AbortSignal | undefined) => Promise<Socket>;

interface ConnectionOptions extends ConnectionTarget {
  readonly signal?: AbortSignal;
}

export interface ConnectingAgentOptions {
  readonly keepAlive: boolean;
  /** What was idle so long (wall time) is closed; 0 keeps it for good. */
  readonly idleMs?: number;
  /** Speaks TLS, and takes any certificate: programs of the lab show one of its authority, whatever they are called. */
  readonly isTls?: boolean;
}

/**
 * An HTTP agent whose connections are the network's: pooled by the host and port that were asked for, or each for one request alone.
 */
export function createConnectingAgent(connect: Connect, { keepAlive, idleMs = 0, isTls = false }: ConnectingAgentOptions): Agent {
  const agent = new Agent({ keepAlive, maxFreeSockets: 320, timeout: idleMs });
  // Documented in Node's manual as overridable, but missing from its types.
  const overridable = agent as unknown as {
    createConnection(options: ConnectionOptions, done: (error: Error | null, socket?: Socket) => void): void;
  };
  overridable.createConnection = ({ host, port, signal }, done) => {
    const settle = async (): Promise<void> => {
      try {
        const socket = await connect({ host, port }, signal);
        done(null, isTls ? await overTls(socket, host, signal) : socket);
      } catch (error) {
        done(error instanceof Error ? error : new Error(messageOf(error)));
      }
    };
    void settle();
  };
  return agent;
}

/** Errors: the socket's, and those of the handshake. */
function overTls(socket: Socket, host: string, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secured = connectTls({ socket, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) });
    const giveUp = (): void => void secured.destroy(new Error('given up'));
    signal?.addEventListener('abort', giveUp, { once: true });
    secured.once('error', reject);
    secured.once('close', () => signal?.removeEventListener('abort', giveUp));
    secured.once('secureConnect', () => {
      secured.off('error', reject);
      signal?.removeEventListener('abort', giveUp);
      resolve(secured);
    });
  });
}
