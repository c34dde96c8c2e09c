import { Agent } from 'node:http';
import type { Socket } from 'node:net';
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

/**
 * An HTTP agent whose connections are the network's: pooled by the host and port that were asked for, or each for one request alone.
 * What was idle for `idleMs` (wall time) is closed; 0 keeps it for good.
 */
export function createConnectingAgent(connect: Connect, keepAlive: boolean, idleMs = 0): Agent {
  const agent = new Agent({ keepAlive, maxFreeSockets: 320, timeout: idleMs });
  // Documented in Node's manual as overridable, but missing from its types.
  const overridable = agent as unknown as {
    createConnection(options: ConnectionOptions, done: (error: Error | null, socket?: Socket) => void): void;
  };
  overridable.createConnection = ({ host, port, signal }, done) => {
    const settle = async (): Promise<void> => {
      try {
        done(null, await connect({ host, port }, signal));
      } catch (error) {
        done(error instanceof Error ? error : new Error(messageOf(error)));
      }
    };
    void settle();
  };
  return agent;
}
