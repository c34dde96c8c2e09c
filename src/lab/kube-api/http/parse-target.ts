/** Reads the resource, the object and the subresource out of a path. Source: apiserver endpoints/request/requestinfo.go. */
import { queryFlag } from './query-flag.ts';
import type { Store } from '../store.ts';
import { servedAt } from './served-resources.ts';
import type { Target } from './types.ts';

/** Undefined when the path names no resource that is served. */
export function parseTarget(path: string, query: URLSearchParams, store: Store): Target | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const isCore = parts[0] === 'api';
  const groupVersion = isCore ? parts[1] : `${parts[1]}/${parts[2]}`;
  let rest = parts.slice(isCore ? 2 : 3);
  let watch = queryFlag(query, 'watch');
  if (rest[0] === 'watch') {
    watch = true;
    rest = rest.slice(1);
  }
  let namespace: string | undefined;
  if (rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '')) {
    namespace = rest[1];
    rest = rest.slice(2);
  }
  const served = servedAt(store, groupVersion ?? '', rest[0] ?? '');
  if (served === undefined || (namespace !== undefined && !served.resource.namespaced)) return undefined;
  const name = rest[1];
  if (name !== undefined && served.resource.namespaced && namespace === undefined) return undefined;
  const subresource = rest.length > 2 ? rest.slice(2).join('/') : undefined;
  return { served, namespace, name, subresource, watch: watch && subresource === undefined };
}

/** What the request does, in the words of access rules. */
export function verbOf(method: string, target: Target): string {
  if (method === 'GET') return target.watch ? 'watch' : target.name === undefined ? 'list' : 'get';
  if (method === 'DELETE') return target.name === undefined ? 'deletecollection' : 'delete';
  const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };
  return verbs[method] ?? method.toLowerCase();
}
