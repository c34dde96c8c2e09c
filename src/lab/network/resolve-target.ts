import { isIP } from 'node:net';
import { EvenkeelError } from '../../base/index.ts';
import type { Random } from '../../base/index.ts';
import type { Service } from '../../kubernetes/index.ts';
import type { ConnectionTarget } from './connecting-agent.ts';
import type { ServiceDirectory } from './service-directory.ts';
import type { ServiceProxy } from './service-proxy.ts';
import type { Origin } from './types.ts';

/** Where a connection is to go: an address of the cluster, or a host outside the nodes. */
export type Target = ConnectionTarget;

export interface Names {
  readonly directory: ServiceDirectory;
  readonly proxy: ServiceProxy;
  readonly random: Random;
  hasOutsideHost(host: string): boolean;
}

/**
 * Turns a URL's host and port into what to connect to: in order, the addresses that a client tries.
 *
 * Names of the cluster (`svc`, `svc.ns`, `svc.ns.svc`, `svc.ns.svc.cluster.local`, `pod.svc.ns.svc…`, `10-244-1-2.ns.pod…`) exist for pods
 * alone: nodes and users do not ask the cluster's DNS. Errors: `UNREACHABLE`.
 * Source: Kubernetes documentation, "DNS for Services and Pods".
 */
export function resolveTarget(names: Names, origin: Origin, host: string, port: number): readonly Target[] {
  if (isIP(host) !== 0) return resolveAddress(names, origin, host, port);
  if (names.hasOutsideHost(host)) return [{ host, port }];
  const found = origin.kind === 'pod' ? lookUp(names, origin.namespace, host) : undefined;
  if (found === undefined) {
    throw new EvenkeelError('UNREACHABLE', `no such host: ${host}`, { blame: 'target' });
  }
  if ('ip' in found) return [{ host: found.ip, port }];
  const { service, hostname } = found;
  if (service.spec?.type === 'ExternalName') return resolveTarget(names, origin, service.spec.externalName ?? '', port);
  if (service.spec?.clusterIP === 'None') return headlessTargets(names, service, hostname, port);
  return [throughProxy(names, origin, service, port)];
}

function resolveAddress(names: Names, origin: Origin, ip: string, port: number): readonly Target[] {
  if (origin.kind === 'outside') {
    throw new EvenkeelError('UNREACHABLE', `no route to ${ip} from outside the cluster`, { blame: 'target' });
  }
  const service = names.directory.byClusterIp(ip);
  return [service ? throughProxy(names, origin, service, port) : { host: ip, port }];
}

function lookUp(
  { directory }: Names,
  namespace: string,
  host: string,
): { readonly service: Service; readonly hostname: string | undefined } | { readonly ip: string } | undefined {
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

function throughProxy({ directory, proxy }: Names, origin: Origin, service: Service, port: number): Target {
  const name = `service ${service.metadata.namespace}/${service.metadata.name}`;
  const servicePort = (service.spec?.ports ?? []).find((candidate) => candidate.port === port);
  if (servicePort === undefined) throw new EvenkeelError('UNREACHABLE', `${name} has no port ${port}`, { blame: 'target' });
  const node = origin.kind === 'outside' ? undefined : origin.node;
  const key = origin.kind === 'pod' ? (origin.ip ?? `${origin.namespace}@${origin.node}`) : (node ?? 'outside');
  const endpoint = proxy(service, servicePort, { key, node });
  if (endpoint) return { host: endpoint.ip, port: endpoint.port };
  const known = directory.endpoints(service, servicePort).length;
  const why = known === 0 ? 'no endpoints' : `no ready endpoint (of ${known})`;
  throw new EvenkeelError('UNREACHABLE', `connection refused: ${name} has ${why}`, { blame: 'target' });
}

/** A headless Service's name stands for its pods' addresses, in any order; the port is the client's affair. */
function headlessTargets({ directory, random }: Names, service: Service, hostname: string | undefined, port: number): readonly Target[] {
  const ports = service.spec?.ports ?? [];
  const all = new Map(ports.flatMap((entry) => directory.endpoints(service, entry)).map((endpoint) => [endpoint.ip, endpoint]));
  const named = [...all.values()].filter(
    (endpoint) => (hostname === undefined || endpoint.hostname === hostname) && (endpoint.ready || service.spec?.publishNotReadyAddresses),
  );
  if (named.length === 0) {
    const name = `${hostname === undefined ? '' : `${hostname}.`}${service.metadata.name}.${service.metadata.namespace}`;
    throw new EvenkeelError('UNREACHABLE', `no such host: ${name} (a headless service without ready pods)`, { blame: 'target' });
  }
  return random.sample(named, named.length).map(({ ip }) => ({ host: ip, port }));
}
