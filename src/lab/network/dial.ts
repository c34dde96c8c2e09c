/** One connection inside the cluster: name, Service, policies, the nodes on the way, the socket. */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { EvenkeelError } from '../../base/index.ts';
import type { Node, Pod } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import type { ConnectionTarget } from './connecting-agent.ts';
import type { Hosts } from './hosts.ts';
import type { NetworkPolicies, Party } from './network-policies.ts';
import { nodeOfAddress } from './node-of-address.ts';
import type { Reachability } from './reachability.ts';
import { resolveTarget } from './resolve-target.ts';
import type { Names, Route } from './resolve-target.ts';
import type { Origin } from './types.ts';

export interface Dialing {
  readonly api: LabApi;
  readonly hosts: Hosts;
  readonly reachability: Reachability;
  readonly names: Names;
  readonly policies: NetworkPolicies;
}

/** Who sends the packets, and from which node; undefined for what stands outside the nodes. */
export interface Sender {
  readonly node: string | undefined;
  party(): Party;
}

const DNS_PORT = 53;
const DNS_LABELS = { 'k8s-app': 'kube-dns' };

/**
 * Connects as a client does: asks for the name, then tries its addresses one after the other. kube-proxy chooses here, once for each connection.
 *
 * Hangs until the signal where packets are dropped: by a dead node, a network policy, a `Local` traffic policy. Errors: `UNREACHABLE`.
 */
export async function dial(dialing: Dialing, origin: Origin, { host, port }: ConnectionTarget, signal: AbortSignal): Promise<Socket> {
  const sender = senderOf(dialing, origin);
  if (isIP(host) === 0 && origin.kind === 'pod') await askForName(dialing, sender, signal);
  let failure: unknown;
  for (const route of resolveTarget(dialing.names, origin, host, port)) {
    try {
      return await connectTo(dialing, sender, route, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      failure = error;
    }
  }
  throw failure ?? new EvenkeelError('UNREACHABLE', 'no address to connect to', { blame: 'target' });
}

/** Connects to one address; while a node on the way is dead the packets vanish, and TCP goes on trying. */
export async function connectTo(dialing: Dialing, sender: Sender, route: Route, signal: AbortSignal): Promise<Socket> {
  const { api, hosts, reachability, policies } = dialing;
  if (route.kind === 'dropped') return untilAborted(signal);
  const { host, port, via } = route;
  if (isIP(host) === 0) return hosts.connect(host, port);
  const node = hosts.nodeOf(host) ?? nodeOfAddress(api.list<Node>('Node'), host);
  const path = [sender.node, via, node];
  if (path.some((one) => reachability.isDead(one))) await reachability.untilAlive(path, signal);
  if (!policies.isEmpty()) {
    const found = policies.partyAt(host);
    const to = found.node === undefined && node !== undefined ? { ...found, node } : found;
    if (policies.refusal({ from: sender.party(), to, port, protocol: 'TCP' }) !== undefined) return untilAborted(signal);
  }
  return hosts.connect(host, port, via);
}

/** The classic of network policies: isolated pods that may not even ask for a name. */
async function askForName({ api, policies }: Dialing, sender: Sender, signal: AbortSignal): Promise<void> {
  if (policies.isEmpty()) return;
  const server = api.list<Pod>('Pod', { namespace: 'kube-system' }).find(({ metadata }) => metadata.labels?.['k8s-app'] === 'kube-dns');
  const to: Party = {
    ip: server?.status?.podIP ?? '',
    pod: { namespace: 'kube-system', labels: server?.metadata.labels ?? DNS_LABELS, ports: [{ name: 'dns', containerPort: DNS_PORT }] },
  };
  if (policies.refusal({ from: sender.party(), to, port: DNS_PORT, protocol: 'UDP' }) !== undefined) await untilAborted(signal);
}

function senderOf({ api, policies }: Dialing, origin: Origin): Sender {
  switch (origin.kind) {
    case 'pod':
      return { node: origin.node, party: () => (origin.ip === undefined ? { ip: '', node: origin.node } : policies.partyAt(origin.ip)) };
    case 'node':
      return nodeSender(api, origin.node);
    case 'outside':
      return { node: undefined, party: () => ({ ip: '127.0.0.1' }) };
  }
}

/** What a node sends, or passes on under its own address. */
export function nodeSender(api: LabApi, node: string): Sender {
  const address = (): string | undefined =>
    api.get<Node>('Node', undefined, node)?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  return { node, party: () => ({ ip: address() ?? '', node, isNode: true }) };
}

/** Never resolves. Errors: the signal's reason. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('given up', { cause: signal.reason }));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
