/** Clients over HTTPS. No caching, no retries beyond what is said; every call takes a signal and has a time limit. */
import type { KubeObject, Resource } from '../kubernetes/index.ts';

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly signal?: AbortSignal;
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  /** The watch had to begin anew: the list that follows replaces what was known. */
  | { readonly type: 'RESET'; readonly objects: readonly T[] };

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/**
 * The Kubernetes API. Errors: `NOT_FOUND` (404), `DENIED` (401, 403), `CONFLICT` (409), `INVALID_INPUT` (400, 422), `TIMED_OUT`,
 * `UNREACHABLE`, `TARGET_FAILED` (the rest); the server's Status message stands in the text.
 */
export interface KubernetesClient {
  /** Context name and server, for people. */
  readonly target: { readonly context: string; readonly server: string; readonly namespace: string };
  version(signal?: AbortSignal): Promise<string>;
  get<T extends KubeObject>(resource: Resource, namespace: string | undefined, name: string, signal?: AbortSignal): Promise<T>;
  /** All pages. */
  list<T extends KubeObject>(resource: Resource, options?: ListOptions): Promise<{ items: T[]; resourceVersion: string }>;
  create<T extends KubeObject>(resource: Resource, object: T, options?: { dryRun?: boolean; signal?: AbortSignal }): Promise<T>;
  replace<T extends KubeObject>(resource: Resource, object: T, options?: { subresource?: string; signal?: AbortSignal }): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    body: unknown,
    options: { type: PatchType; fieldManager?: string; force?: boolean; dryRun?: boolean; subresource?: string; signal?: AbortSignal },
  ): Promise<T>;
  delete(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    options?: { gracePeriodSeconds?: number; propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'; signal?: AbortSignal },
  ): Promise<void>;
  /** The eviction subresource. Errors: `CONFLICT` when a disruption budget has no room (429). */
  evict(namespace: string, pod: string, options?: { gracePeriodSeconds?: number; signal?: AbortSignal }): Promise<void>;
  /** List, then watch; resumes by itself, notices a stalled connection; ends when the signal aborts. */
  watch<T extends KubeObject>(resource: Resource, options: ListOptions & { signal: AbortSignal }): AsyncIterable<WatchEvent<T>>;
  /** Any other request. */
  request(
    method: string,
    path: string,
    options?: { query?: Record<string, string>; body?: unknown; contentType?: string; signal?: AbortSignal },
  ): Promise<unknown>;
}

/** Azure Resource Manager, with a token from Entra. Errors as above, with ARM's code and message in the text. */
export interface ArmClient {
  readonly subscriptionId: string;
  /** `https://management.azure.com`. */
  readonly endpoint: string;
  /** One request; throttling and transient faults are retried as the service asks. Result: the parsed body, or undefined. */
  request(method: string, path: string, options: ArmRequestOptions): Promise<unknown>;
  /** All pages of a list that follows `nextLink`. */
  listAll(path: string, options: ArmRequestOptions): Promise<unknown[]>;
  /** Starts a long-running operation and resolves at its end. Errors: `TARGET_FAILED` when it fails, `TIMED_OUT` at the limit. */
  runOperation(method: string, path: string, options: ArmRequestOptions & { readonly limitMs: number }): Promise<unknown>;
  /** Starts a long-running operation; resolves once the service has accepted it. The limit counts from here. */
  beginOperation(method: string, path: string, options: ArmRequestOptions & { readonly limitMs: number }): Promise<ArmOperationInProgress>;
  /** A Resource Graph query, all pages; rows as objects by column name. */
  queryGraph(query: string, options?: { readonly signal?: AbortSignal }): Promise<Record<string, unknown>[]>;
}

/** A long-running operation that the service has accepted. */
export interface ArmOperationInProgress {
  /** Resolves at its end with its result, if it has one. Errors: `TARGET_FAILED` when it fails, `TIMED_OUT` at the limit, `CANCELLED`. */
  finished(): Promise<unknown>;
}

export interface ArmRequestOptions {
  readonly apiVersion: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}
