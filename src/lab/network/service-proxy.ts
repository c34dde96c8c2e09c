import type { Clock, Random } from '../../base/index.ts';
import type { Service, ServicePort } from '../../kubernetes/index.ts';
import type { ServiceDirectory, ServiceEndpoint } from './service-directory.ts';

/** Who connects, as far as kube-proxy can tell. */
export interface ProxyClient {
  /** Tells one client from another for session affinity. */
  readonly key: string;
  /** The node whose kube-proxy sees the packet first: the client's own, or the one that traffic from outside came to. */
  readonly node: string | undefined;
  /** Which of a Service's two traffic policies counts. */
  readonly traffic: 'internal' | 'external';
}

/** What becomes of a new connection. Dropped packets are never answered; refused ones are at once. */
export type ProxyChoice =
  | { readonly kind: 'endpoint'; readonly endpoint: ServiceEndpoint }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'dropped'; readonly why: string };

/** Chooses the endpoint for a new connection. */
export type ServiceProxy = (service: Service, port: ServicePort, client: ProxyClient) => ProxyChoice;

const DEFAULT_AFFINITY_SECONDS = 10_800;
/** So many new sessions, and those that are over are forgotten. */
const SESSIONS_BETWEEN_SWEEPS = 1_000;

/**
 * kube-proxy's choice: any ready endpoint with equal chance, of the client's own node or zone alone where every endpoint has such a hint and
 * one is meant for it; serving ones that terminate when none is ready; only those on the node with the traffic policy `Local`; the same
 * as last time with `sessionAffinity: ClientIP`, while it is still an endpoint.
 *
 * No endpoint anywhere: refused. None on this node under the policy `Local`: dropped. Readiness is all it knows: a dead node's endpoints are
 * chosen until they leave the slices. Source: Kubernetes documentation, "Virtual IPs and Service Proxies"; pkg/proxy/topology.go (1.35).
 */
export function createServiceProxy(directory: ServiceDirectory, clock: Clock, random: Random): ServiceProxy {
  const sessions = new Map<string, { readonly ip: string; readonly untilMs: number }>();
  let sweepAt = SESSIONS_BETWEEN_SWEEPS;
  const remember = (session: string, ip: string, untilMs: number): void => {
    sessions.set(session, { ip, untilMs });
    if (sessions.size < sweepAt) return;
    for (const [key, one] of sessions) if (one.untilMs < clock.now()) sessions.delete(key);
    sweepAt = sessions.size + SESSIONS_BETWEEN_SWEEPS;
  };
  return (service, port, client) => {
    const all = directory.endpoints(service, port);
    const usable = isLocal(service, client)
      ? readyElseTerminating(all.filter(({ node }) => node !== undefined && node === client.node))
      : clusterEndpoints(all, client.node, directory.zoneOf(client.node));
    if (usable.length === 0) return nothing(service, client, all);
    if (service.spec?.sessionAffinity !== 'ClientIP') return { kind: 'endpoint', endpoint: random.pick(usable) };
    // Each node remembers for itself whom it sent where.
    const session = `${service.metadata.uid ?? service.metadata.name}/${port.port}/${client.node ?? ''}/${client.key}`;
    const last = sessions.get(session);
    const kept = last === undefined || last.untilMs < clock.now() ? undefined : usable.find(({ ip }) => ip === last.ip);
    const endpoint = kept ?? random.pick(usable);
    const seconds = service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS;
    remember(session, endpoint.ip, clock.now() + seconds * 1000);
    return { kind: 'endpoint', endpoint };
  };
}

const isLocal = ({ spec }: Service, { traffic }: ProxyClient): boolean =>
  (traffic === 'internal' ? spec?.internalTrafficPolicy : spec?.externalTrafficPolicy) === 'Local';

function nothing({ metadata }: Service, client: ProxyClient, all: readonly ServiceEndpoint[]): ProxyChoice {
  const name = `service ${metadata.namespace}/${metadata.name}`;
  if (readyElseTerminating(all).length > 0) {
    return { kind: 'dropped', why: `${name} has no endpoint on ${client.node ?? 'that node'} (${client.traffic} traffic policy Local)` };
  }
  return { kind: 'refused', why: `${name} has ${all.length === 0 ? 'no endpoints' : `no ready endpoint (of ${all.length})`}` };
}

function readyElseTerminating(endpoints: readonly ServiceEndpoint[]): readonly ServiceEndpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter(({ serving, terminating }) => serving && terminating);
}

/** Hints count only when each ready endpoint has one and at least one is meant for this client; terminating endpoints have none. */
function clusterEndpoints(all: readonly ServiceEndpoint[], node: string | undefined, zone: string | undefined): readonly ServiceEndpoint[] {
  const usable = readyElseTerminating(all);
  if (!usable.some(({ ready }) => ready)) return usable;
  return hinted(usable, ({ forNodes }) => forNodes, node) ?? hinted(usable, ({ forZones }) => forZones, zone) ?? usable;
}

function hinted(
  ready: readonly ServiceEndpoint[],
  hintsOf: (endpoint: ServiceEndpoint) => readonly string[],
  own: string | undefined,
): readonly ServiceEndpoint[] | undefined {
  if (own === undefined || ready.some((endpoint) => hintsOf(endpoint).length === 0)) return undefined;
  const meant = ready.filter((endpoint) => hintsOf(endpoint).includes(own));
  return meant.length > 0 ? meant : undefined;
}
