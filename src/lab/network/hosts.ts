import type { RequestListener } from 'node:http';
import { connect as connectSocket, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { EvenkeelError } from '../../base/index.ts';
import type { Cancel } from '../../base/index.ts';
import { createConnectionServer } from './connection-server.ts';
import type { ServerIdentity } from './connection-server.ts';
import { Wire } from './wire.ts';

/** The real servers on loopback that stand for addresses of the cluster. */
export interface Hosts {
  /** Errors: `CONFLICT` when something listens there already. */
  listen(name: string, port: number, node: string | undefined, handler: RequestListener): Promise<Cancel>;
  /** A connected socket. While the node `via` is dead, what it passes on vanishes too. Errors: `UNREACHABLE` (refused). */
  connect(name: string, port: number, via?: string): Promise<Socket>;
  has(name: string): boolean;
  /** The node that an address was last heard of on. */
  nodeOf(name: string): string | undefined;
  freeze(node: string): void;
  /** Resets what was frozen. */
  thaw(node: string): void;
  stop(): void;
}

interface Listener {
  readonly node: string | undefined;
  readonly wallPort: number;
  close(): void;
}

/** `identity`: what programs show to clients over TLS. */
export function createHosts(identity?: ServerIdentity): Hosts {
  const listeners = new Map<string, Listener>();
  const nodes = new Map<string, string>();
  const frozenNodes = new Set<string>();
  const wires = new Map<Wire, string | undefined>();
  // By the client's port, which tells both ends of a connection on loopback apart from all others.
  const passedOn = new Map<number, string>();
  const runsThrough = (wire: Wire, owner: string | undefined, node: string): boolean =>
    owner === node || passedOn.get(wire.clientPort) === node;

  const accept = (
    node: string | undefined,
    handler: RequestListener,
  ): { readonly onSocket: (socket: Socket) => void; readonly close: () => void } => {
    const serve = createConnectionServer(handler, identity);
    const own = new Set<Wire>();
    return {
      onSocket(socket) {
        const wire = new Wire(socket);
        wires.set(wire, node);
        own.add(wire);
        // A wire that ends while frozen is kept: its machine is silent until it is back.
        wire.once('close', () => {
          own.delete(wire);
          if (frozenNodes.has(node ?? '') || frozenNodes.has(passedOn.get(wire.clientPort) ?? '')) return;
          wires.delete(wire);
          passedOn.delete(wire.clientPort);
        });
        wire.on('error', () => {});
        serve(wire);
      },
      close() {
        for (const wire of own) wire.destroy();
      },
    };
  };

  return {
    async listen(name, port, node, handler) {
      const key = `${name}:${port}`;
      if (listeners.has(key)) throw new EvenkeelError('CONFLICT', `${key} is in use already`, { blame: 'input' });
      const { onSocket, close } = accept(node, handler);
      const server = createServer({ allowHalfOpen: true }, onSocket);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const wallPort = typeof address === 'object' && address !== null ? address.port : 0;
      const listener: Listener = {
        node,
        wallPort,
        close() {
          server.close();
          close();
        },
      };
      listeners.set(key, listener);
      if (node !== undefined) nodes.set(name, node);
      return () => {
        if (listeners.get(key) === listener) listeners.delete(key);
        listener.close();
      };
    },
    async connect(name, port, via) {
      const listener = listeners.get(`${name}:${port}`);
      if (listener === undefined) {
        throw new EvenkeelError('UNREACHABLE', `connection refused: nothing listens on ${name}:${port}`, { blame: 'target' });
      }
      const socket = connectSocket({ port: listener.wallPort, host: '127.0.0.1', noDelay: true });
      await once(socket, 'connect');
      if (via !== undefined && socket.localPort !== undefined) passedOn.set(socket.localPort, via);
      return socket;
    },
    has: (name) => [...listeners.keys()].some((key) => key.startsWith(`${name}:`)),
    nodeOf: (name) => nodes.get(name),
    freeze(node) {
      frozenNodes.add(node);
      for (const [wire, owner] of wires) if (runsThrough(wire, owner, node)) wire.freeze();
    },
    thaw(node) {
      frozenNodes.delete(node);
      for (const [wire, owner] of wires) {
        if (!runsThrough(wire, owner, node)) continue;
        wires.delete(wire);
        passedOn.delete(wire.clientPort);
        wire.reset();
      }
    },
    stop() {
      for (const listener of listeners.values()) listener.close();
      for (const wire of wires.keys()) wire.reset();
      listeners.clear();
    },
  };
}
