import type { Agent } from 'node:http';
import type { Cancel, Clock } from '../../base/index.ts';
import { networkLimitMs } from '../../base/index.ts';
import { createConnectingAgent } from './connecting-agent.ts';
import type { Connect } from './connecting-agent.ts';
import type { Origin } from './types.ts';

/** Lab time; what HTTP clients commonly keep an idle connection for. */
const IDLE_MS = 60_000;

/** The connections that clients in the cluster hold. */
export interface ClientAgents {
  of(origin: Origin, isTls?: boolean): Agent;
  /** The pod with this address is no more, and with it what it had open. */
  forgetPod(ip: string): void;
  /** The node is back without its memory: what its pods had open is closed. */
  forgetNode(node: string): void;
  stop: Cancel;
}

interface Entry {
  readonly node: string | undefined;
  readonly ip: string | undefined;
  readonly agent: Agent;
}

/** Each pod has a pool of its own; a node's probes open a connection each, as a kubelet's do. */
export function createClientAgents(clock: Clock, connectAs: (origin: Origin) => Connect): ClientAgents {
  const entries = new Map<string, Entry>();
  const forget = (isMeant: (entry: Entry) => boolean): void => {
    for (const [key, entry] of entries) {
      if (!isMeant(entry)) continue;
      entry.agent.destroy();
      entries.delete(key);
    }
  };
  return {
    of(origin, isTls = false) {
      const ip = origin.kind === 'pod' ? origin.ip : undefined;
      const node = origin.kind === 'outside' ? undefined : origin.node;
      const key = `${origin.kind} ${node ?? ''} ${origin.kind === 'pod' ? origin.namespace : ''} ${ip ?? ''} ${isTls}`;
      const known = entries.get(key);
      if (known) return known.agent;
      const agent = createConnectingAgent(connectAs(origin), {
        keepAlive: origin.kind === 'pod',
        idleMs: networkLimitMs(clock, IDLE_MS),
        isTls,
      });
      entries.set(key, { node, ip, agent });
      return agent;
    },
    forgetPod: (ip) => forget((entry) => entry.ip === ip),
    forgetNode: (node) => forget((entry) => entry.node === node),
    stop: () => forget(() => true),
  };
}
