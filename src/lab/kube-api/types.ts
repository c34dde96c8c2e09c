/** The lab's API server as its own controllers see it: the same admission, defaulting and validation as over HTTPS, by function call. */
import type { Cancel, Clock, Random } from '../../base/index.ts';
import type { KubeObject, Status } from '../../kubernetes/index.ts';
import type { CustomScale } from './custom-resources/scale.ts';

/** A refusal in the API server's own form. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: Status;
  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'unknown');
    this.status = status;
  }
  get code(): number {
    return this.status.code ?? 500;
  }
}

/** A copy that may be changed: the generated types mark some members read-only. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Draft<T[Key]> }
    : T;

export interface StoreEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  /** The object before this change. */
  readonly previous: T | undefined;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** A kind of a definition. */
export interface CustomKind {
  /** As `LabApi` takes it: `crontabs.stable.example.com`. */
  readonly kind: string;
  /** As objects have it: `CronTab`. */
  readonly objectKind: string;
  readonly group: string;
  readonly versions: readonly string[];
  readonly namespaced: boolean;
}

/**
 * Objects given out are frozen; change them through `modify` or `update`. All calls are synchronous; watchers hear of a change
 * in order, after the call that made it has returned. Kinds by their `kind` name. Errors: `ApiError`.
 */
export interface LabApi {
  readonly clock: Clock;
  readonly random: Random;
  get<T extends KubeObject>(kind: string, namespace: string | undefined, name: string): T | undefined;
  /** `index` narrows cheaply: pods by node (`spec.nodeName`) or objects by controller uid (`owner`). */
  list<T extends KubeObject>(
    kind: string,
    options?: { namespace?: string | undefined; index?: { readonly by: 'spec.nodeName' | 'owner'; readonly value: string } },
  ): readonly T[];
  create<T extends KubeObject>(kind: string, object: T): T;
  /** Creates with the uid, creation time, generation and status given (a lab whose pods are days old); nothing is validated. */
  seed<T extends KubeObject>(kind: string, object: T): T;
  /** Replaces. With `subresource: 'status'` only the status counts, without it all but the status. */
  update<T extends KubeObject>(kind: string, object: T, options?: { subresource?: 'status' }): T;
  /** Reads, lets `change` edit a copy, writes. Undefined when there is no such object; nothing is written when nothing changed. */
  modify<T extends KubeObject>(
    kind: string,
    namespace: string | undefined,
    name: string,
    change: (draft: Draft<T>) => void,
    options?: { subresource?: 'status' },
  ): T | undefined;
  delete(kind: string, namespace: string | undefined, name: string, options?: DeleteOptions): void;
  /** Kinds that definitions made, by the name that this API knows them by (that of the definition). */
  customKinds(): readonly CustomKind[];
  /** How this API calls a kind of a group version; undefined when there is none. */
  kindFor(apiVersion: string, kind: string): string | undefined;
  /**
   * Creates an object of a custom resource in the version that it names, as a client would: pruned, with its defaults, validated.
   * Result: what it has that nobody knows (`unknown field "spec.x"`). Errors: `ApiError`; 404 when that version is not served.
   */
  createCustom(object: KubeObject): readonly string[];
  /** Replicas of a custom resource that can be scaled. */
  customScale(kind: string, namespace: string | undefined, name: string): CustomScale | undefined;
  /** Sets them. Errors: `ApiError`. */
  scaleCustom(kind: string, namespace: string | undefined, name: string, replicas: number): void;
  /** Sets `spec.nodeName`, as the binding subresource does. */
  bind(namespace: string, pod: string, node: string): void;
  /** As the eviction subresource: refuses (429) when a disruption budget has no room. */
  evict(namespace: string, pod: string, options?: DeleteOptions): void;
  /** Forgets what changed up to now, as a server that was restarted after a compaction: who wants to go on from there gets a 410. */
  forgetHistory(): void;
  /** First an ADDED per existing object, then changes. */
  watch<T extends KubeObject>(kind: string, listener: (event: StoreEvent<T>) => void): Cancel;
}
