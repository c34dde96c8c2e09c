/** OpenAPI v3 documents per group version, cut out of the generated data. */
import { createHash } from 'node:crypto';
import { isObject, type Json } from '../json.ts';
import { openApi } from '../schema/schemas.ts';
import type { Answer, Call } from './types.ts';

const REFERENCE = '#/components/schemas/';

/** `api/v1`, `apis/apps/v1`, … with the paths below each. */
function pathsByGroupVersion(): Map<string, Json> {
  const result = new Map<string, Json>();
  for (const [path, methods] of Object.entries(openApi().paths)) {
    const groupVersion = /^\/(api\/[^/]+|apis\/[^/]+\/[^/]+)(?:\/|$)/.exec(path)?.[1];
    if (groupVersion === undefined) continue;
    const paths = result.get(groupVersion) ?? {};
    paths[path] = Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, completed(method, operation)]));
    result.set(groupVersion, paths);
  }
  return result;
}

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
  if (path === '/openapi/v3') {
    const hash = createHash('sha256')
      .update(String(Object.keys(openApi().schemas).length))
      .digest('hex')
      .slice(0, 32);
    const paths = [...pathsByGroupVersion().keys()].map(
      (name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }] as const,
    );
    return { status: 200, body: { paths: Object.fromEntries(paths) }, headers: { 'content-type': 'text/plain; charset=utf-8' } };
  }
  if (!path.startsWith('/openapi/v3/')) return undefined;
  const name = path.slice('/openapi/v3/'.length);
  const paths = pathsByGroupVersion().get(name);
  return paths === undefined ? undefined : { status: 200, body: documentOf(name, paths) };
}
