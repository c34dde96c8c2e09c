/** Our own thin client: raw JSON, paged lists, watches that heal. Why not the official one: docs/decisions, dependencies. */
import { EvenkeelError } from '../../base/index.ts';
import type { Clock, Logger } from '../../base/index.ts';
import { groupVersionOf, resourcePath } from '../../kubernetes/index.ts';
import type { KubeObject, Resource } from '../../kubernetes/index.ts';
import type { KubernetesClient, ListOptions, PatchType } from '../types.ts';
import { createConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { execInContainer } from './exec-in-container.ts';
import type { ExecOutcome, ExecRequest } from './exec-in-container.ts';
import type { KubernetesLogin } from './kubernetes-login.ts';
import { httpStatusOf } from './status-error.ts';
import { watchObjects } from './watch-objects.ts';

export interface KubernetesClientOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** For each request; milliseconds of the clock. Default 30 s. */
  readonly defaultTimeoutMs?: number;
}

/** A client with what only its owner needs. */
export interface KubernetesSession extends KubernetesClient {
  /** Runs a command in a container, to its end; a command that fails is an outcome. Errors: `TIMED_OUT`, `UNREACHABLE`, `CANCELLED`. */
  exec(request: ExecRequest): Promise<ExecOutcome>;
  /** Closes all connections. */
  close(): void;
}

const PAGE = '500';
const WATCH_SECONDS = '290';
const MOST_RESTARTS = 3;
const FIELD_MANAGER = 'evenkeel';

const PATCH_CONTENT: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/**
 * A client for one cluster. Nothing is contacted before the first call.
 *
 * A watch begins with a RESET that holds what is there. Lists carry `apiVersion` and `kind` on each item, which the server leaves out.
 * An absent namespace means all of them for lists and watches, the login's own for single objects.
 */
export function createKubernetesClient(
  login: KubernetesLogin,
  { clock, log, defaultTimeoutMs = 30_000 }: KubernetesClientOptions,
): KubernetesSession {
  const connection = createConnection(login, { clock, log, defaultTimeoutMs });
  const namespaceFor = (resource: Resource, namespace: string | undefined): string | undefined =>
    resource.namespaced ? (namespace ?? login.namespace) : undefined;
  const pathOf = (resource: Resource, namespace: string | undefined, name?: string, subresource?: string): string =>
    resourcePath(resource, namespaceFor(resource, namespace), name, subresource);

  return {
    target: { context: login.context, server: login.server, namespace: login.namespace },
    async version(signal) {
      const answer = await connection.exchange({ method: 'GET', path: '/version', signal });
      const { gitVersion } = Object(answer) as { gitVersion?: unknown }; // any value has fields that may be undefined
      if (typeof gitVersion === 'string') return gitVersion;
      throw new EvenkeelError('TARGET_FAILED', `${login.server}/version does not tell a version`, { blame: 'target' });
    },
    async get<T extends KubeObject>(resource: Resource, namespace: string | undefined, name: string, signal?: AbortSignal) {
      return (await connection.exchange({ method: 'GET', path: pathOf(resource, namespace, name), signal })) as T; // the server's types are trusted, here and below
    },
    list: <T extends KubeObject>(resource: Resource, options: ListOptions = {}) => listAll<T>(connection, resource, options),
    async create<T extends KubeObject>(resource: Resource, object: T, options: { dryRun?: boolean; signal?: AbortSignal } = {}) {
      const path = pathOf(resource, object.metadata.namespace) + queryText({ dryRun: options.dryRun ? 'All' : undefined });
      return (await connection.exchange({ method: 'POST', path, body: withKind(resource, object), signal: options.signal })) as T;
    },
    async replace<T extends KubeObject>(resource: Resource, object: T, options: { subresource?: string; signal?: AbortSignal } = {}) {
      const path = pathOf(resource, object.metadata.namespace, object.metadata.name, options.subresource);
      return (await connection.exchange({ method: 'PUT', path, body: withKind(resource, object), signal: options.signal })) as T;
    },
    async patch<T extends KubeObject>(...[resource, namespace, name, body, options]: Parameters<KubernetesClient['patch']>) {
      const query = queryText({
        fieldManager: options.fieldManager ?? (options.type === 'apply' ? FIELD_MANAGER : undefined),
        force: options.force ? 'true' : undefined,
        dryRun: options.dryRun ? 'All' : undefined,
      });
      const path = pathOf(resource, namespace, name, options.subresource) + query;
      return (await connection.exchange({
        method: 'PATCH',
        path,
        body,
        contentType: PATCH_CONTENT[options.type],
        signal: options.signal,
      })) as T;
    },
    async delete(resource, namespace, name, { signal, ...options } = {}) {
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...options };
      await connection.exchange({ method: 'DELETE', path: pathOf(resource, namespace, name), body, signal });
    },
    evict: (namespace, pod, options) => evict(connection, namespace, pod, options),
    watch<T extends KubeObject>(resource: Resource, options: ListOptions & { signal: AbortSignal }) {
      const query = { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector };
      const path = resourcePath(resource, options.namespace);
      return watchObjects<T>({
        list: () => listAll<T>(connection, resource, options),
        open: (resourceVersion, signal) => {
          const watching = { ...query, watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: WATCH_SECONDS, resourceVersion };
          return connection.stream({ method: 'GET', path: path + queryText(watching), signal });
        },
        clock,
        log,
        signal: options.signal,
        what: options.namespace === undefined ? resource.plural : `${resource.plural} in ${options.namespace}`,
      });
    },
    request: (method, path, { query = {}, ...options } = {}) =>
      connection.exchange({ method, path: path + queryText(query, path.includes('?')), ...options }),
    exec: (request) => execInContainer(login, clock, request),
    close: () => connection.close(),
  };
}

/** All pages. A continuation that the server has forgotten (410) starts the list anew. */
async function listAll<T extends KubeObject>(
  connection: Connection,
  resource: Resource,
  options: ListOptions,
): Promise<{ items: T[]; resourceVersion: string }> {
  const path = resourcePath(resource, options.namespace);
  const selectors = { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector };
  const kind = { apiVersion: groupVersionOf(resource), kind: resource.kind };
  for (let restarts = 0; ; restarts++) {
    const items: T[] = [];
    let next: string | undefined;
    try {
      do {
        const query = queryText({ ...selectors, limit: PAGE, continue: next });
        const page = (await connection.exchange({ method: 'GET', path: path + query, signal: options.signal })) as ListPage<T>;
        for (const item of page.items ?? []) items.push({ ...kind, ...item });
        next = page.metadata?.continue;
        if (!next) return { items, resourceVersion: page.metadata?.resourceVersion ?? '' };
      } while (next);
    } catch (thrown) {
      if (httpStatusOf(thrown) !== 410 || restarts >= MOST_RESTARTS) throw thrown;
    }
  }
}

interface ListPage<T> {
  readonly items?: readonly T[] | null;
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
}

async function evict(
  connection: Connection,
  namespace: string,
  pod: string,
  { gracePeriodSeconds, signal }: { gracePeriodSeconds?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/eviction`;
  const deleteOptions = gracePeriodSeconds === undefined ? {} : { deleteOptions: { gracePeriodSeconds } };
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace }, ...deleteOptions };
  try {
    await connection.exchange({ method: 'POST', path, body, signal, answers: [429] });
  } catch (thrown) {
    if (!(thrown instanceof EvenkeelError) || httpStatusOf(thrown) !== 429) throw thrown;
    throw new EvenkeelError('CONFLICT', thrown.message, {
      blame: 'target',
      hint: 'A disruption budget has no room now: wait until more pods are ready, or relax it.',
      cause: thrown.cause,
    });
  }
}

function withKind<T extends KubeObject>(resource: Resource, object: T): T {
  return { apiVersion: groupVersionOf(resource), kind: resource.kind, ...object };
}

function queryText(query: Readonly<Record<string, string | undefined>>, follows = false): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `${follows ? '&' : '?'}${pairs.join('&')}`;
}
