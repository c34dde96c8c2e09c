/** The cluster network on loopback: what is connected to what, and what a dead node does to it. */
import type { Agent } from 'node:http';
import { isIP } from 'node:net';
import type { Clock, Logger, Random } from '../../base/index.ts';
import type { Node } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import { createConnectingAgent } from './connecting-agent.ts';
import type { Connect } from './connecting-agent.ts';
import { fetchFrom } from './fetch-from.ts';
import { createHosts } from './hosts.ts';
import type { Hosts } from './hosts.ts';
import { startIngress } from './ingress.ts';
import { nodeOfAddress } from './node-of-address.ts';
import { createReachability } from './reachability.ts';
import type { Reachability } from './reachability.ts';
import type { Names } from './resolve-target.ts';
import { createServiceDirectory } from './service-directory.ts';
import { createServiceProxy } from './service-proxy.ts';
import type { LabNetwork, Origin } from './types.ts';

export interface LabNetworkOptions {
  readonly api: LabApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Creates the network of one lab. kube-proxy chooses for each request; connections to what it chose are kept alive per node, as pods do.
 *
 * Chance comes from `random`'s fork `network`. Nothing is reachable until something listens.
 */
export function createLabNetwork({ api, clock, random, log }: LabNetworkOptions): LabNetwork {
  const own = random.fork('network');
  const hosts = createHosts();
  const outside = new Set<string>();
  const reachability = createReachability();
  const directory = createServiceDirectory(api);
  const names: Names = {
    directory,
    proxy: createServiceProxy(directory, clock, own),
    random: own,
    hasOutsideHost: (host) => outside.has(host),
  };
  const connectFrom = connector(api, hosts, reachability);
  const agents = createAgents(connectFrom);
  return {
    listen: ({ ip, node, port }, handler) => hosts.listen(ip, port, node, handler),
    async listenOutside(host, port, handler) {
      outside.add(host);
      const cancel = await hosts.listen(host, port, undefined, handler);
      return () => {
        cancel();
        if (!hosts.has(host)) outside.delete(host);
      };
    },
    fetch: (origin, url, options) => fetchFrom({ clock, names, reachability, agentOf: agents.of }, origin, url, options ?? {}),
    setNodeReachable(node, reachable) {
      if (reachable) {
        hosts.thaw(node);
        agents.forget(node);
      } else hosts.freeze(node);
      reachability.set(node, reachable);
    },
    startIngress: (port) => startIngress({ api, clock, log, directory, port, connect: connectFrom(undefined) }),
    async stop() {
      directory.stop();
      agents.stop();
      hosts.stop();
    },
  };
}

/** Connects from a node; while either end's node is dead the packets vanish, and TCP goes on trying. */
function connector(api: LabApi, hosts: Hosts, reachability: Reachability): (from: string | undefined) => Connect {
  return (from) =>
    async ({ host, port }, signal = new AbortController().signal) => {
      if (isIP(host) === 0) return hosts.connect(host, port);
      const node = hosts.nodeOf(host) ?? nodeOfAddress(api.list<Node>('Node'), host);
      if (reachability.isDead(from) || reachability.isDead(node)) await reachability.untilAlive([from, node], signal);
      return hosts.connect(host, port);
    };
}

interface Agents {
  readonly of: (origin: Origin) => Agent;
  /** The node is back without its memory: what its pods had open is closed. */
  readonly forget: (node: string) => void;
  readonly stop: () => void;
}

/** Per node one pool for its pods, and single connections for its probes, as a kubelet's are. */
function createAgents(connectFrom: (from: string | undefined) => Connect): Agents {
  const agents = new Map<string, Agent>();
  const pooled = (origin: Origin): boolean => origin.kind === 'pod';
  const keyOf = (node: string | undefined, keepAlive: boolean): string => `${keepAlive ? 'pods' : 'probes'} ${node ?? ''}`;
  return {
    of(origin) {
      const node = origin.kind === 'outside' ? undefined : origin.node;
      const key = keyOf(node, pooled(origin));
      const agent = agents.get(key) ?? createConnectingAgent(connectFrom(node), pooled(origin));
      agents.set(key, agent);
      return agent;
    },
    forget(node) {
      for (const keepAlive of [true, false]) {
        agents.get(keyOf(node, keepAlive))?.destroy();
        agents.delete(keyOf(node, keepAlive));
      }
    },
    stop() {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}
