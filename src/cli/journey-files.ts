import { lookup } from 'node:dns/promises';
import { createRealClock } from '../base/index.ts';
import type { ClusterModel } from '../cluster/index.ts';
import {
  type HostAddresses,
  type IngressRoute,
  type JourneySpec,
  type ServiceResolver,
  hostsOf,
  parseJourney,
  serviceResolver,
  servicesOnPath,
} from '../journeys/index.ts';
import type { CommandContext } from './context.ts';

/** Reads journey files. Errors: `INVALID_INPUT` with file:line:column. */
export async function readJourneys(files: readonly string[], context: CommandContext): Promise<JourneySpec[]> {
  return Promise.all(files.map(async (path) => parseJourney(await context.readFile(path), { path, env: context.env })));
}

/** Finds the Service behind a URL by the cluster's Ingresses. `known`: of `lookUpHosts`. */
export function resolverOf(model: ClusterModel, known?: HostAddresses): ServiceResolver {
  return serviceResolver(model.snapshot.ingresses.flatMap(routesOf), known);
}

const LOOK_UP_LIMIT_MS = 2000;

/** The addresses of the hosts that journeys go to. One that is not found has none; what is not answered in time is left out. */
export async function lookUpHosts(journeys: readonly JourneySpec[], env: CommandContext['env']): Promise<HostAddresses> {
  const hosts = [...new Set(journeys.flatMap((journey) => hostsOf(journey, env)))];
  const known = new Map<string, readonly string[]>();
  const looking = hosts.map(async (host) => {
    const found = await lookup(host, { all: true }).catch(() => []);
    known.set(
      host,
      found.map(({ address }) => address),
    );
  });
  const limit = new AbortController();
  await Promise.race([
    Promise.all(looking),
    createRealClock()
      .sleep(LOOK_UP_LIMIT_MS, limit.signal)
      .catch(() => {}),
  ]);
  limit.abort();
  return new Map(known);
}

function routesOf(ingress: ClusterModel['snapshot']['ingresses'][number]): IngressRoute[] {
  const namespace = ingress.metadata.namespace ?? 'default';
  const addresses = (ingress.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname, ports = [] }) => {
    const host = ip ?? hostname;
    return host === undefined ? [] : [{ host, ports: ports.map(({ port }) => port) }];
  });
  const rules = ingress.spec?.rules ?? [];
  const routes = rules.flatMap((rule) =>
    (rule.http?.paths ?? []).flatMap((path): IngressRoute[] => {
      const service = path.backend.service?.name;
      if (service === undefined) return [];
      const pathType = path.pathType === 'Exact' || path.pathType === 'Prefix' ? path.pathType : 'ImplementationSpecific';
      return [{ host: rule.host, path: path.path ?? '/', pathType, service: `${namespace}/${service}`, addresses }];
    }),
  );
  const fallback = ingress.spec?.defaultBackend?.service?.name;
  return fallback === undefined
    ? routes
    : [...routes, { host: undefined, path: '/', pathType: 'Prefix', service: `${namespace}/${fallback}`, addresses }];
}

/** A journey as the prediction needs it: its name and the Services on its path. */
export interface JourneyPath {
  readonly name: string;
  readonly services: readonly string[];
}

/** The paths of the journeys in the files. */
export async function journeyPaths(files: readonly string[], model: ClusterModel, context: CommandContext): Promise<JourneyPath[]> {
  const journeys = await readJourneys(files, context);
  return pathsOf(journeys, model, { env: context.env, known: await lookUpHosts(journeys, context.env) });
}

/** The paths of journeys that were read. Services named without a namespace are looked up in the model. */
export function pathsOf(
  journeys: readonly JourneySpec[],
  model: ClusterModel,
  { env, known }: Pick<CommandContext, 'env'> & { readonly known?: HostAddresses },
): JourneyPath[] {
  const resolve = resolverOf(model, known);
  return journeys.map((journey) => ({
    name: journey.name,
    services: servicesOnPath(journey, resolve, env).map((service) => qualified(service, model)),
  }));
}

function qualified(service: string, model: ClusterModel): string {
  return service.includes('/') ? service : (model.services.find((candidate) => candidate.name === service)?.id ?? service);
}
