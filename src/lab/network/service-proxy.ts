import type { Clock, Random } from '../../base/index.ts';
import type { Service, ServicePort } from '../../kubernetes/index.ts';
import type { ServiceDirectory, ServiceEndpoint } from './service-directory.ts';

/** Who connects, as far as kube-proxy can tell. */
export interface ProxyClient {
  /** Tells one client from another for session affinity. */
  readonly key: string;
  readonly node: string | undefined;
}

/** Chooses the endpoint for a new connection; undefined when there is none, which is refused at once. */
export type ServiceProxy = (service: Service, port: ServicePort, client: ProxyClient) => ServiceEndpoint | undefined;

const DEFAULT_AFFINITY_SECONDS = 10_800;

/**
 * kube-proxy's choice: any ready endpoint with equal chance; serving ones that terminate when none is ready; only the client's own node
 * with `internalTrafficPolicy: Local`; the same as last time with `sessionAffinity: ClientIP`, while it is still an endpoint.
 *
 * Readiness is all it knows: a dead node's endpoints are chosen until they leave the slices.
 * Source: Kubernetes documentation, "Virtual IPs and Service Proxies".
 */
export function createServiceProxy(directory: ServiceDirectory, clock: Clock, random: Random): ServiceProxy {
  const sessions = new Map<string, { readonly ip: string; readonly untilMs: number }>();
  return (service, port, client) => {
    const usable = usableEndpoints(
      directory.endpoints(service, port),
      service.spec?.internalTrafficPolicy === 'Local' ? client.node : 'any',
    );
    if (service.spec?.sessionAffinity !== 'ClientIP') return usable.length === 0 ? undefined : random.pick(usable);
    const session = `${service.metadata.uid ?? service.metadata.name}/${port.port}/${client.key}`;
    const last = sessions.get(session);
    const kept = last === undefined || last.untilMs < clock.now() ? undefined : usable.find(({ ip }) => ip === last.ip);
    const chosen = kept ?? (usable.length === 0 ? undefined : random.pick(usable));
    const seconds = service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS;
    if (chosen) sessions.set(session, { ip: chosen.ip, untilMs: clock.now() + seconds * 1000 });
    return chosen;
  };
}

function usableEndpoints(all: readonly ServiceEndpoint[], node: string | undefined): readonly ServiceEndpoint[] {
  const local = node === 'any' ? all : all.filter((endpoint) => endpoint.node === node);
  const ready = local.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : local.filter((endpoint) => endpoint.serving && endpoint.terminating);
}
