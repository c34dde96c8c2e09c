/** What a cloud's load balancer holds of the nodes. */
import type { Random } from '../../base/index.ts';
import type { Node, Service } from '../../kubernetes/index.ts';
import type { Dialing } from './dial.ts';

/** AKS's defaults: every 5 s, out after two failures in a row. */
const PERIOD_MS = 5_000;
const FAILURES = 2;
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';

export interface HealthProbes {
  /** Lab time between two probes. */
  readonly periodMs: number;
  /** Probes every node once. */
  probe(): void;
  /** A healthy node for a new connection; waits while there is none. Errors: the signal's reason. */
  choose(service: Service, random: Random, signal: AbortSignal): Promise<string>;
}

/**
 * Probes the nodes' kube-proxy; for Services under `externalTrafficPolicy: Local` their health check port, which fails where the Service
 * has no ready pod. With `sessionAffinity: ClientIP` a user stays on one node while it is healthy.
 */
export function createHealthProbes({ api, names, reachability }: Dialing): HealthProbes {
  const failures = new Map<string, number>();
  const waiting = new Set<() => void>();
  const nodes = (): readonly string[] =>
    api.list<Node>('Node').flatMap(({ metadata }) => (EXCLUDED in (metadata.labels ?? {}) ? [] : [metadata.name]));
  const isHealthy = (key: string): boolean => (failures.get(key) ?? 0) < FAILURES;
  const note = (key: string, isGood: boolean): void => void failures.set(key, isGood ? 0 : (failures.get(key) ?? 0) + 1);
  const hasLocal = (service: Service, node: string): boolean =>
    names.directory.addresses(service).some((endpoint) => endpoint.node === node && endpoint.ready);
  const candidates = (service: Service): readonly string[] => {
    const own = keyOf(service);
    return nodes().filter((node) => {
      if (!isHealthy(node)) return false;
      if (!isLocal(service)) return true;
      return failures.has(`${own}/${node}`) ? isHealthy(`${own}/${node}`) : hasLocal(service, node);
    });
  };
  return {
    periodMs: PERIOD_MS,
    probe() {
      const local = api.list<Service>('Service').filter((service) => service.spec?.type === 'LoadBalancer' && isLocal(service));
      const known = new Set(nodes().flatMap((node) => [node, ...local.map((service) => `${keyOf(service)}/${node}`)]));
      for (const key of failures.keys()) if (!known.has(key)) failures.delete(key);
      for (const node of nodes()) {
        const isAlive = !reachability.isDead(node);
        note(node, isAlive);
        for (const service of local) note(`${keyOf(service)}/${node}`, isAlive && hasLocal(service, node));
      }
      for (const look of waiting) look();
    },
    choose(service, random, signal) {
      return new Promise((resolve, reject) => {
        const end = (): void => {
          waiting.delete(look);
          signal.removeEventListener('abort', abort);
        };
        const abort = (): void => {
          end();
          reject(new Error('given up', { cause: signal.reason }));
        };
        const look = (): void => {
          const found = candidates(service);
          const chosen = service.spec?.sessionAffinity === 'ClientIP' ? found[0] : found.length > 0 ? random.pick(found) : undefined;
          if (chosen === undefined) return;
          end();
          resolve(chosen);
        };
        if (signal.aborted) return abort();
        signal.addEventListener('abort', abort, { once: true });
        waiting.add(look);
        look();
      });
    },
  };
}

const keyOf = ({ metadata }: Service): string => `${metadata.namespace}/${metadata.name}`;
const isLocal = ({ spec }: Service): boolean => spec?.externalTrafficPolicy === 'Local';
