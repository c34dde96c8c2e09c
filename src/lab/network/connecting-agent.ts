import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { messageOf } from '../../base/index.ts';

export interface ConnectionTarget {
  /** An address of the cluster, or the name of a host outside. */
  readonly host: string;
  readonly port: number;
}

/** Opens a connection. The signal, when there is one, is the request's own: it ends the wait for a dead node. */
export type Connect = (target: ConnectionTarget, signal: AbortSignal | undefined) => Promise<Socket>;

interface ConnectionOptions extends ConnectionTarget {
  readonly signal?: AbortSignal;
}

/** An HTTP agent whose connections are the network's: pooled per address, or each for one request alone. */
export function createConnectingAgent(connect: Connect, keepAlive: boolean): Agent {
  const agent = new Agent({ keepAlive, maxFreeSockets: 320 });
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
