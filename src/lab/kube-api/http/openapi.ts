/** OpenAPI v3 documents per group version: cut out of the generated data, and made of definitions. */
import { createHash } from 'node:crypto';
import { groupVersionOf } from '../../../kubernetes/index.ts';
import { DEFINITION, customResourcesIn } from '../custom-resources/custom-versions.ts';
import { customPaths, customSchemas } from '../custom-resources/openapi-of.ts';
import { isObject, type Json } from '../json.ts';
import { METRICS_GROUP, metricsIn } from '../metrics/serve-metrics.ts';
import { groupVersions } from './discovery.ts';
import { METRICS_RESOURCES } from './metrics.ts';
import { describedSchemas } from '../schema/described-schemas.ts';
import { openApi } from '../schema/schemas.ts';
import type { Store } from '../store.ts';
import { SERVED } from './served-resources.ts';
import type { Answer, Call } from './types.ts';

const REFERENCE = '#/components/schemas/';

/** Documents of a real server that describe a list of groups or versions, or a page. */
function pagePaths(): Map<string, readonly string[]> {
  const groups = groupVersions().filter((name) => name.includes('/'));
  const documents = new Map<string, readonly string[]>([
    ['.well-known/openid-configuration', ['/.well-known/openid-configuration/']],
    ['api', ['/api/']],
    ['apis', ['/apis/']],
    ['openid/v1/jwks', ['/openid/v1/jwks/']],
    ['version', ['/version/']],
  ]);
  for (const name of groups) documents.set(`apis/${name.split('/')[0]}`, [`/apis/${name.split('/')[0]}/`]);
  return documents;
}

type Paths = Record<string, Readonly<Record<string, Json>>>;

/** `api/v1`, `apis/apps/v1`, … with the paths below each; what the recorded document lacks is told by the pages' own paths alone. */
function pathsByDocument(store: Store): Map<string, Paths> {
  const result = new Map<string, Paths>();
  for (const [name, paths] of pagePaths()) result.set(name, Object.fromEntries(paths.map((path) => [path, READ_PAGE])));
  for (const name of groupVersions()) result.set(name.includes('/') ? `apis/${name}` : `api/${name}`, {});
  for (const [path, methods] of [...Object.entries(openApi().paths), ...unrecorded()]) addPath(result, path, methods);
  if (metricsIn(store) !== undefined) {
    result.set(`apis/${METRICS_GROUP}/v1beta1`, {});
    for (const { version, kind, namespaced, plural } of METRICS_RESOURCES)
      addPath(result, `/apis/${METRICS_GROUP}/${version}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}/{name}`, {
        get: { 'x-kubernetes-action': 'get', 'x-kubernetes-group-version-kind': { group: METRICS_GROUP, kind, version } },
      });
  }
  for (const resource of customResourcesIn(store)) {
    const name = `apis/${groupVersionOf(resource)}`;
    if (!result.has(name)) result.set(name, {});
    for (const [path, methods] of Object.entries(customPaths(resource))) addPath(result, path, methods);
  }
  return new Map([...result].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Kinds whose paths were not recorded. */
function unrecorded(): [string, Readonly<Record<string, Json>>][] {
  const recorded = Object.keys(openApi().paths);
  return SERVED.flatMap(({ resource }) => {
    const root = `/apis/${groupVersionOf(resource)}`;
    if (resource.group === '' || recorded.some((path) => path.startsWith(`${root}/`))) return [];
    const home = resource.namespaced ? `${root}/namespaces/{namespace}/${resource.plural}` : `${root}/${resource.plural}`;
    const mark = { group: resource.group, kind: resource.kind, version: resource.version };
    const operation = (action: string): Json => ({ 'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': mark });
    return [
      [home, { get: operation('list'), post: operation('post') }],
      [`${home}/{name}`, { delete: operation('delete'), get: operation('get'), patch: operation('patch'), put: operation('put') }],
    ];
  });
}

function addPath(documents: Map<string, Paths>, path: string, methods: Readonly<Record<string, Json>>): void {
  const groupVersion = /^\/(api\/[^/]+|apis\/[^/]+\/[^/]+)(?:\/|$)/.exec(path)?.[1];
  if (groupVersion === undefined) return;
  const paths = documents.get(groupVersion) ?? {};
  paths[path] = Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, completed(method, operation)]));
  documents.set(groupVersion, paths);
}

const READ_PAGE = { get: { responses: { '200': { description: 'OK' } } } };

/** kubectl looks for these parameters to learn what the server can do. */
function completed(method: string, operation: Json): Json {
  const writes = ['post', 'put', 'patch'].includes(method);
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
    name,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  }));
  return { ...operation, ...(writes ? { parameters } : {}), responses: { '200': { description: 'OK' } } };
}

function collectReferences(value: unknown, all: Readonly<Record<string, unknown>>, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectReferences(item, all, found);
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (key === '$ref' && typeof member === 'string' && member.startsWith(REFERENCE)) {
        const name = member.slice(REFERENCE.length);
        if (found.has(name)) continue;
        found.add(name);
        collectReferences(all[name], all, found);
      } else collectReferences(member, all, found);
    }
  }
}

async function documentOf(groupVersion: string, paths: Paths, store: Store): Promise<Json> {
  const parts = groupVersion.split('/');
  const group = parts[0] === 'api' ? '' : parts[1];
  const version = parts.at(-1);
  const names = new Set<string>();
  const custom = customResourcesIn(store).filter((resource) => resource.group === group && resource.version === version);
  const all: Record<string, unknown> = Object.assign({}, await describedSchemas(), ...custom.map(customSchemas));
  for (const [name, schema] of Object.entries(all)) {
    const marks = isObject(schema) ? schema['x-kubernetes-group-version-kind'] : undefined;
    const isOwn = (mark: unknown): boolean => isObject(mark) && mark['group'] === group && mark['version'] === version;
    if (!Array.isArray(marks) || !marks.some(isOwn)) continue;
    names.add(name);
    collectReferences(schema, all, names);
  }
  const schemas = Object.fromEntries([...names].sort().map((name) => [name, all[name]]));
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.36.2' }, paths, components: { schemas } };
}

/** Changes with the definitions: clients keep documents by it. */
function hashOf(store: Store): string {
  const versions = store.list(DEFINITION).map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`);
  return createHash('sha256')
    .update(`${Object.keys(openApi().schemas).length} ${versions.join(' ')}`)
    .digest('hex')
    .slice(0, 32);
}

/** Answers `/openapi/v3` and what lies below; undefined for other paths. */
export async function serveOpenApi({ path, store }: Call): Promise<Answer | undefined> {
  if (path === '/openapi/v3' || path === '/openapi/v3/') {
    const hash = hashOf(store);
    const names = [...pathsByDocument(store).keys()];
    const paths = names.map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }] as const);
    return { status: 200, body: { paths: Object.fromEntries(paths) }, headers: { 'content-type': 'text/plain; charset=utf-8' } };
  }
  if (!path.startsWith('/openapi/v3/')) return undefined;
  const name = path.slice('/openapi/v3/'.length);
  const paths = pathsByDocument(store).get(name);
  return paths === undefined ? undefined : { status: 200, body: await documentOf(name, paths, store) };
}
