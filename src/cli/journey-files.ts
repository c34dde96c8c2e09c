import type { ClusterModel } from '../cluster/index.ts';
import {
  type IngressRoute,
  type JourneySpec,
  type ServiceResolver,
  parseJourney,
  serviceResolver,
  servicesOnPath,
} from '../journeys/index.ts';
import type { CommandContext } from './context.ts';

/** Reads journey files. Errors: `INVALID_INPUT` with file:line:column. */
export async function readJourneys(files: readonly string[], context: CommandContext): Promise<JourneySpec[]> {
  return Promise.all(files.map(async (path) => parseJourney(await context.readFile(path), { path, env: context.env })));
}

/** Finds the Service behind a URL by the cluster's Ingresses. */
export function resolverOf(model: ClusterModel): ServiceResolver {
  return serviceResolver(model.snapshot.ingresses.flatMap(routesOf));
}

function routesOf(ingress: ClusterModel['snapshot']['ingresses'][number]): IngressRoute[] {
  const namespace = ingress.metadata.namespace ?? 'default';
  const rules = ingress.spec?.rules ?? [];
  const routes = rules.flatMap((rule) =>
    (rule.http?.paths ?? []).flatMap((path): IngressRoute[] => {
      const service = path.backend.service?.name;
      if (service === undefined) return [];
      const pathType = path.pathType === 'Exact' || path.pathType === 'Prefix' ? path.pathType : 'ImplementationSpecific';
      return [{ host: rule.host, path: path.path ?? '/', pathType, service: `${namespace}/${service}` }];
    }),
  );
  const fallback = ingress.spec?.defaultBackend?.service?.name;
  return fallback === undefined
    ? routes
    : [...routes, { host: undefined, path: '/', pathType: 'Prefix', service: `${namespace}/${fallback}` }];
}

/** A journey as the prediction needs it: its name and the Services on its path. */
export interface JourneyPath {
  readonly name: string;
  readonly services: readonly string[];
}

/** The paths of the journeys in the files. */
export async function journeyPaths(files: readonly string[], model: ClusterModel, context: CommandContext): Promise<JourneyPath[]> {
  return pathsOf(await readJourneys(files, context), model, context);
}

/** The paths of journeys that were read. Services named without a namespace are looked up in the model. */
export function pathsOf(journeys: readonly JourneySpec[], model: ClusterModel, context: CommandContext): JourneyPath[] {
  const resolve = resolverOf(model);
  return journeys.map((journey) => ({
    name: journey.name,
    services: servicesOnPath(journey, resolve, context.env).map((service) => qualified(service, model)),
  }));
}

function qualified(service: string, model: ClusterModel): string {
  return service.includes('/') ? service : (model.services.find((candidate) => candidate.name === service)?.id ?? service);
}
