/** `metrics.k8s.io` over HTTP. Source: metrics-server 0.8, pkg/api. */
import type { Resource } from '../../../kubernetes/index.ts';
import { METRICS_GROUP, METRICS_VERSION, metricsIn } from '../metrics/serve-metrics.ts';
import type { MetricsSource } from '../metrics/types.ts';
import { failure, notFound } from '../statuses.ts';
import type { Stored } from '../store.ts';
import { decideResource, denied } from './authorize.ts';
import { byKey, filterOf } from './list-options.ts';
import { queryFlag } from './query-flag.ts';
import { represent, representList } from './represent.ts';
import type { Answer, Call } from './types.ts';
import { mediaTypeFor } from './write-answer.ts';

const row = (kind: string, plural: string, namespaced: boolean): Resource => ({
  kind,
  group: METRICS_GROUP,
  version: METRICS_VERSION,
  plural,
  singular: '',
  shortNames: [],
  namespaced,
});

/** The group's two resources, in the order of their names. */
export const METRICS_RESOURCES: readonly Resource[] = [row('NodeMetrics', 'nodes', false), row('PodMetrics', 'pods', true)];

const PATH = new RegExp(`^/apis/${METRICS_GROUP}/${METRICS_VERSION}/(?:namespaces/([^/]+)/(pods)|(nodes|pods))(?:/([^/]+))?/?$`);

interface Asked {
  readonly source: MetricsSource;
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

function askedOf({ path, store }: Call): Asked | undefined {
  const source = metricsIn(store);
  const [, namespace, within, anywhere, name] = source === undefined ? [] : (PATH.exec(path) ?? []);
  const resource = METRICS_RESOURCES.find(({ plural }) => plural === (within ?? anywhere));
  if (source === undefined || resource === undefined) return undefined;
  if (resource.namespaced && namespace === undefined && name !== undefined) return undefined;
  const decoded = (text: string | undefined): string | undefined => (text === undefined ? undefined : decodeURIComponent(text));
  return { source, resource, namespace: decoded(namespace), name: decoded(name) };
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

function verbOf({ method, query }: Call, name: string | undefined): string {
  if (method === 'GET') return queryFlag(query, 'watch') ? 'watch' : name === undefined ? 'list' : 'get';
  if (method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete';
  return verbs[method] ?? method.toLowerCase();
}

/** Undefined when the path is none of the group, or no metrics server is there. Errors: `ApiError` 403, 404, 405. */
export function serveMetricsApi(call: Call): Answer | undefined {
  const asked = askedOf(call);
  if (asked === undefined) return undefined;
  const { source, resource, namespace, name } = asked;
  const verb = verbOf(call, name);
  const attributes = { verb, group: resource.group, resource: resource.plural, namespace, name };
  const { allowed, reason } = decideResource(call.store, call.user, attributes);
  if (!allowed) throw denied(call.user, attributes, reason);
  mediaTypeFor(call.request);
  if (verb !== 'get' && verb !== 'list') {
    const message = 'the server does not allow this method on the requested resource';
    throw failure({ code: 405, reason: 'MethodNotAllowed', message, details: {} });
  }
  const measured = resource.namespaced ? source.pods(namespace) : source.nodes();
  // Objects of any kind are held in one form.
  const objects = measured as unknown as readonly Stored[];
  if (name !== undefined) return { status: 200, body: represent(call, { resource }, found(call, asked, objects)) };
  const items = objects.filter(filterOf(resource, call.query)).sort(byKey);
  return { status: 200, body: representList(call, { resource }, items, {}) };
}

/** Whoever is not there at all is missed under its own name, whoever is not measured yet under that of its metrics. */
function found({ store }: Call, { resource, namespace = '', name = '' }: Asked, objects: readonly Stored[]): Stored {
  const object = objects.find(({ metadata }) => metadata.name === name);
  if (object !== undefined) return object;
  const kind = resource.namespaced ? 'Pod' : 'Node';
  if (store.get(kind, namespace, name) === undefined) throw notFound({ kind, group: '', plural: resource.plural }, name);
  throw notFound({ ...resource, plural: resource.kind.toLowerCase() }, resource.namespaced ? `${namespace}/${name}` : name);
}
