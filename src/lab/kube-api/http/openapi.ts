/** OpenAPI v3 documents per group version, cut out of the generated data. */
import { createHash } from 'node:crypto';
import { isObject, type Json } from '../json.ts';
import { groupVersions } from './discovery.ts';
import { openApi } from '../schema/schemas.ts';
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

/** `api/v1`, `apis/apps/v1`, … with the paths below each; what the recorded document lacks is told by the pages' own paths alone. */
function pathsByDocument(): Map<string, Json> {
  const result = new Map<string, Json>();
  for (const [name, paths] of pagePaths()) result.set(name, Object.fromEntries(paths.map((path) => [path, READ_PAGE])));
  for (const name of groupVersions()) result.set(name.includes('/') ? `apis/${name}` : `api/${name}`, {});
  for (const [path, methods] of Object.entries(openApi().paths)) {
    const groupVersion = /^\/(api\/[^/]+|apis\/[^/]+\/[^/]+)(?:\/|$)/.exec(path)?.[1];
    if (groupVersion === undefined) continue;
    const paths = result.get(groupVersion) ?? {};
    paths[path] = Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, completed(method, operation)]));
    result.set(groupVersion, paths);
  }
  return new Map([...result].sort(([a], [b]) => (a < b ? -1 : 1)));
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

function collectReferences(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectReferences(item, found);
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (key === '$ref' && typeof member === 'string' && member.startsWith(REFERENCE)) {
        const name = member.slice(REFERENCE.length);
        if (found.has(name)) continue;
        found.add(name);
        collectReferences(openApi().schemas[name], found);
      } else collectReferences(member, found);
    }
  }
}

function documentOf(groupVersion: string, paths: Json): Json {
  const parts = groupVersion.split('/');
  const group = parts[0] === 'api' ? '' : parts[1];
  const version = parts.at(-1);
  const names = new Set<string>();
  for (const [name, schema] of Object.entries(openApi().schemas)) {
    const own = schema['x-kubernetes-group-version-kind']?.some((item) => item.group === group && item.version === version);
    if (own !== true) continue;
    names.add(name);
    collectReferences(schema, names);
  }
  const schemas = Object.fromEntries([...names].sort().map((name) => [name, openApi().schemas[name]]));
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.36.2' }, paths, components: { schemas } };
}

/** Answers `/openapi/v3` and what lies below; undefined for other paths. */
export function serveOpenApi({ path }: Call): Answer | undefined {
  if (path === '/openapi/v3' || path === '/openapi/v3/') {
    const hash = createHash('sha256')
      .update(String(Object.keys(openApi().schemas).length))
      .digest('hex')
      .slice(0, 32);
    const paths = [...pathsByDocument().keys()].map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }] as const);
    return { status: 200, body: { paths: Object.fromEntries(paths) }, headers: { 'content-type': 'text/plain; charset=utf-8' } };
  }
  if (!path.startsWith('/openapi/v3/')) return undefined;
  const name = path.slice('/openapi/v3/'.length);
  const paths = pathsByDocument().get(name);
  return paths === undefined ? undefined : { status: 200, body: documentOf(name, paths) };
}
