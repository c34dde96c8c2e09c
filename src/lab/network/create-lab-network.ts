/** The cluster network on loopback: what is connected to what, and what a dead node does to it. */
import type { Clock, Logger, Random } from '../../base/index.ts';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { Node } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import { createClientAgents } from './client-agents.ts';
import { dial } from './dial.ts';
import type { Dialing } from './dial.ts';
import { fetchFrom } from './fetch-from.ts';
import { createHosts } from './hosts.ts';
import { startIngress } from './ingress.ts';
import { startLoadBalancers } from './load-balancers.ts';
import { createNetworkPolicies } from './network-policies.ts';
import { createPodDns } from './pod-dns.ts';
import { createReachability } from './reachability.ts';
import { createServiceDirectory } from './service-directory.ts';
import { createServiceProxy } from './service-proxy.ts';
import type { ServerIdentity } from './connection-server.ts';
import type { CertificateFor, LabNetwork } from './types.ts';

export interface LabNetworkOptions {
  readonly api: LabApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** What programs in pods show to clients over TLS; without it they speak none. */
  readonly certificateFor?: CertificateFor;
}

/**
 * Creates the network of one lab. kube-proxy chooses once for each connection; pods keep theirs alive, as most HTTP clients do.
 *
 * Chance comes from `random`'s fork `network`. Nothing is reachable until something listens.
 */
export function createLabNetwork({ api, clock, random, log, certificateFor }: LabNetworkOptions): LabNetwork {
  const own = random.fork('network');
  const hosts = createHosts(certificateFor && identityOf(certificateFor));
  const outside = new Set<string>();
  const reachability = createReachability();
  const directory = createServiceDirectory(api);
  const policies = createNetworkPolicies(api);
  const podDns = createPodDns(api);
  const names = {
    directory,
    proxy: createServiceProxy(directory, clock, own),
    random: own,
    podDns,
    hasOutsideHost: (host: string) => outside.has(host),
    nodeAt: (ip: string) => nodeAt(api, ip),
  };
  const dialing: Dialing = { api, hosts, reachability, names, policies };
  const agents = createClientAgents(
    clock,
    (origin) =>
      (target, signal = new AbortController().signal) =>
        dial(dialing, origin, target, signal),
  );
  return {
    async listen({ ip, node, port }, handler) {
      const cancel = await hosts.listen(ip, port, node, handler);
      return () => {
        cancel();
        if (!hosts.has(ip)) agents.forgetPod(ip);
      };
    },
    async listenOutside(host, port, handler) {
      outside.add(host);
      const cancel = await hosts.listen(host, port, undefined, handler);
      return () => {
        cancel();
        if (!hosts.has(host)) outside.delete(host);
      };
    },
    fetch: (origin, url, options) =>
      fetchFrom({ clock, reachability, agentOf: (from, isTls) => agents.of(from, isTls) }, origin, url, options ?? {}),
    connect: (origin, target, signal) => dial(dialing, origin, target, signal),
    setNodeReachable(node, reachable) {
      if (reachable) {
        hosts.thaw(node);
        agents.forgetNode(node);
      } else hosts.freeze(node);
      reachability.set(node, reachable);
    },
    async startIngress(port, options = {}) {
      const ingress = await startIngress({
        clock,
        random: random.fork('ingress'),
        log,
        dialing,
        port,
        certificateFor: options.certificateFor,
      });
      const balancers = startLoadBalancers({ clock, random: random.fork('load-balancers'), log, dialing });
      return {
        url: ingress.url,
        tlsUrl: ingress.tlsUrl,
        async stop() {
          await balancers.stop();
          await ingress.stop();
        },
      };
    },
    async stop() {
      directory.stop();
      policies.stop();
      podDns.stop();
      agents.stop();
      hosts.stop();
    },
  };
}

/** One certificate for all programs, made when the first one is asked for it. */
function identityOf(certificateFor: CertificateFor): ServerIdentity {
  let context: Promise<SecureContext> | undefined;
  const make = async (): Promise<SecureContext> => createSecureContext(await certificateFor('pods.cluster.local'));
  return () => (context ??= make());
}

const nodeAt = (api: LabApi, ip: string): string | undefined =>
  api.list<Node>('Node').find(({ status }) => (status?.addresses ?? []).some(({ address }) => address === ip))?.metadata.name;
