import { isIP } from 'node:net';
import { EvenkeelError } from '../../base/index.ts';
import type { Random } from '../../base/index.ts';
import type { Service } from '../../kubernetes/index.ts';
import type { PodDns } from './pod-dns.ts';
import type { ServiceDirectory } from './service-directory.ts';
import type { ProxyChoice, ServiceProxy } from './service-proxy.ts';
import type { Origin } from './types.ts';

/** What a client's packets come to. */
export type Route =
  /** An address of the cluster, or a host outside the nodes; `via` is the node that passes the packets on, when it is not their sender's. */
  | { readonly kind: 'open'; readonly host: string; readonly port: number; readonly via?: string }
  /** Nobody ever answers. */
  | { readonly kind: 'dropped'; readonly why: string };

export interface Names {
  readonly directory: ServiceDirectory;
  readonly proxy: ServiceProxy;
  readonly random: Random;
  /** What pods set for themselves. */
  readonly podDns: Pick<PodDns, 'aliasOf' | 'asksCluster' | 'searchesOf'>;
  hasOutsideHost(host: string): boolean;
  /** The node that has this address as its own. */
  nodeAt(ip: string): string | undefined;
}

/**
 * Turns a URL's host and port into what to connect to: in order, the addresses that a client tries.
 *
 * Names of the cluster (`svc`, `svc.ns`, `svc.ns.svc`, `svc.ns.svc.cluster.local`, `pod.svc.ns.svc…`, `10-244-1-2.ns.pod…`) exist for pods
 * alone: nodes and users do not ask the cluster's DNS. Errors: `UNREACHABLE`.
 * Source: Kubernetes documentation, "DNS for Services and Pods".
 */
export function resolveTarget(names: Names, origin: Origin, host: string, port: number): readonly Route[] {
  if (isIP(host) !== 0) return resolveAddress(names, origin, host, port);
  const alias = origin.kind === 'pod' ? names.podDns.aliasOf(origin.ip, host) : undefined;
  if (alias !== undefined) return resolveAddress(names, origin, alias, port);
  if (names.hasOutsideHost(host)) return [{ kind: 'open', host, port }];
  const found = origin.kind === 'pod' ? lookUpFor(names, origin, host) : undefined;
  if (found === undefined) {
    throw new EvenkeelError('UNREACHABLE', `no such host: ${host}`, { blame: 'target' });
  }
  if ('ip' in found) return resolveAddress(names, origin, found.ip, port);
  const { service, hostname } = found;
  if (service.spec?.type === 'ExternalName') return resolveTarget(names, origin, service.spec.externalName ?? '', port);
  if (service.spec?.clusterIP === 'None') return headlessTargets(names, service, hostname, port);
  return [throughProxy(names, origin, service, port)];
}

function resolveAddress(names: Names, origin: Origin, ip: string, port: number): readonly Route[] {
  if (origin.kind === 'outside') {
    throw new EvenkeelError('UNREACHABLE', `no route to ${ip} from outside the cluster`, { blame: 'target' });
  }
  const service = names.directory.byAddress(ip);
  if (service) return [throughProxy(names, origin, service, port)];
  const entry = names.nodeAt(ip);
  const behind = entry === undefined ? undefined : names.directory.byNodePort(port);
  if (entry === undefined || behind === undefined) return [{ kind: 'open', host: ip, port }];
  // Pods, and a node that asks itself, are taken for internal whatever the port. Source: pkg/proxy/iptables, the short circuit of KUBE-EXT chains.
  const traffic = origin.kind === 'pod' || origin.node === entry ? 'internal' : 'external';
  const client = { key: clientKey(origin), node: entry, traffic } as const;
  return [routeOf(names.proxy(shortCircuited(behind.service, traffic), behind.port, client), entry)];
}

/** A node port's internal clients see all endpoints: the policy for internal traffic is the cluster address's alone. */
const shortCircuited = (service: Service, traffic: 'internal' | 'external'): Service =>
  traffic === 'external' ? service : { ...service, spec: { ...service.spec, internalTrafficPolicy: 'Cluster' } };

type Found = { readonly service: Service; readonly hostname: string | undefined } | { readonly ip: string };

/** The cluster's names as one pod sees them: its own namespace first, then what its `dnsConfig` names. */
function lookUpFor(names: Names, { namespace, ip }: Extract<Origin, { kind: 'pod' }>, host: string): Found | undefined {
  if (!names.podDns.asksCluster(ip)) return undefined;
  const below = names.podDns.searchesOf(ip).map((search) => `${host}.${search}`);
  for (const name of [host, ...below]) {
    const found = lookUp(names, namespace, name);
    if (found) return found;
  }
  return undefined;
}

function lookUp({ directory }: Names, namespace: string, host: string): Found | undefined {
  const labels = host
    .replace(/\.$/, '')
    .replace(/\.cluster\.local$/, '')
    .split('.');
  const kind = labels.at(-1);
  if (kind === 'pod' && labels.length === 3) return { ip: (labels[0] ?? '').replaceAll('-', '.') };
  const path = kind === 'svc' ? labels.slice(0, -1) : labels;
  // The search list of a pod puts its own namespace first: `web-0.web` is a pod of the headless service `web` before it is a namespace.
  const readings =
    kind === 'svc'
      ? [path.length === 3 ? path : [undefined, path[0], path[1]]]
      : [
          [undefined, path[0], path[1] ?? namespace],
          [path[0], path[1], path[2] ?? namespace],
        ].filter((_, index) => path.length <= 2 + index);
  for (const [hostname, name, space] of path.length === 2 ? readings.toReversed() : readings) {
    const service = name !== undefined && space !== undefined ? directory.service(space, name) : undefined;
    if (service && (hostname === undefined || service.spec?.clusterIP === 'None')) return { service, hostname };
  }
  return undefined;
}

function throughProxy({ proxy }: Names, origin: Origin, service: Service, port: number): Route {
  const name = `service ${service.metadata.namespace}/${service.metadata.name}`;
  const servicePort = (service.spec?.ports ?? []).find((candidate) => candidate.port === port && (candidate.protocol ?? 'TCP') === 'TCP');
  if (servicePort === undefined) throw new EvenkeelError('UNREACHABLE', `${name} has no port ${port}`, { blame: 'target' });
  const node = origin.kind === 'outside' ? undefined : origin.node;
  return routeOf(proxy(service, servicePort, { key: clientKey(origin), node, traffic: 'internal' }), undefined);
}

/** Errors: `UNREACHABLE` for what is refused. */
function routeOf(choice: ProxyChoice, via: string | undefined): Route {
  if (choice.kind === 'endpoint') {
    const { ip: host, port } = choice.endpoint;
    return { kind: 'open', host, port, ...(via !== undefined && { via }) };
  }
  if (choice.kind === 'dropped') return choice;
  throw new EvenkeelError('UNREACHABLE', `connection refused: ${choice.why}`, { blame: 'target' });
}

function clientKey(origin: Origin): string {
  if (origin.kind === 'pod') return origin.ip ?? `${origin.namespace}@${origin.node}`;
  return origin.kind === 'node' ? origin.node : 'outside';
}

/** A headless Service's name stands for its pods' addresses, in any order; the port is the client's affair. */
function headlessTargets({ directory, random }: Names, service: Service, hostname: string | undefined, port: number): readonly Route[] {
  const all = new Map(directory.addresses(service).map((endpoint) => [endpoint.ip, endpoint]));
  const named = [...all.values()].filter(
    (endpoint) =>
      (hostname === undefined || endpoint.hostname === hostname || endpoint.ip.replaceAll('.', '-') === hostname) &&
      (endpoint.ready || service.spec?.publishNotReadyAddresses === true),
  );
  if (named.length === 0) {
    const name = `${hostname === undefined ? '' : `${hostname}.`}${service.metadata.name}.${service.metadata.namespace}`;
    throw new EvenkeelError('UNREACHABLE', `no such host: ${name} (a headless service without ready pods)`, { blame: 'target' });
  }
  return random.sample(named, named.length).map(({ ip }) => ({ kind: 'open', host: ip, port }));
}
