/** The lab's API server as a library: everything in memory, every call synchronous. `serve-kube-api` puts HTTPS in front of it. */
import type { Cancel, Clock, Random } from '../../base/index.ts';
import type { KubeObject } from '../../kubernetes/index.ts';
import { bindPod } from './bind-pod.ts';
import { evictPod } from './evict-pod.ts';
import { furnish } from './furnish.ts';
import { customKindsOf } from './custom-resources/custom-kinds.ts';
import { customResourceByKey } from './custom-resources/custom-versions.ts';
import { keepDefinitions } from './custom-resources/keep-definitions.ts';
import { copyJson } from './json.ts';
import { KIND_RULES } from './kinds/index.ts';
import { labResourceOf } from './lab-resources.ts';
import { tracker } from './managed-fields/tracker.ts';
import { ObjectWriter, type WriteOptions } from './object-writer.ts';
import { Store, type Change, type IndexName, type Stored } from './store.ts';
import type { Draft, LabApi, StoreEvent } from './types.ts';

export interface LabApiOptions {
  readonly clock: Clock;
  readonly random: Random;
}

interface Inside {
  readonly store: Store;
  readonly writer: ObjectWriter;
}

const KUBELET_KINDS = ['Lease', 'Node', 'Pod'];

const INSIDES = new WeakMap<LabApi, Inside>();

/** What the HTTPS server needs beyond `LabApi`. Only an api of `createLabApi` has it. */
export function insideOf(api: LabApi): Inside {
  const inside = INSIDES.get(api);
  if (inside === undefined) throw new TypeError('not an API server made by createLabApi');
  return inside;
}

/**
 * Creates an API server with the namespaces, priority classes and the `kubernetes` service that every cluster has.
 *
 * Generated names and uids come from `random` and from the object's own place (its prefix and the count of names made with it).
 */
export function createLabApi({ clock, random }: LabApiOptions): LabApi {
  const store = new Store();
  const writer = new ObjectWriter({
    store,
    clock,
    random,
    resourceOf: (kind) => labResourceOf(kind) ?? customResourceByKey(store, kind),
    rules: KIND_RULES,
  });
  const api = apiOver({ store, writer }, { clock, random });
  INSIDES.set(api, { store, writer });
  furnish(api);
  keepDefinitions(api);
  return api;
}

function apiOver({ store, writer }: Inside, { clock, random }: LabApiOptions): LabApi {
  const scope = (kind: string, namespace: string | undefined): string => (writer.resource(kind).namespaced ? (namespace ?? 'default') : '');
  /** A definition may be gone while somebody still looks for its objects. */
  const isGone = (kind: string): boolean => kind.includes('.') && customResourceByKey(store, kind) === undefined;
  /** The lab's parts appear among the managers of objects that came from outside; on their own objects nobody asks. */
  const tracked = (kind: string, options: { subresource?: 'status' } = {}): WriteOptions => ({
    ...options,
    beforeStore: (object, previous) => {
      if (previous?.metadata.managedFields === undefined) return;
      const manager = KUBELET_KINDS.includes(kind) ? 'kubelet' : 'kube-controller-manager';
      tracker(writer.resource(kind), { manager, nowMs: clock.now(), subresource: options.subresource })(object, previous);
    },
  });
  return {
    clock,
    random,
    get: <T extends KubeObject>(kind: string, namespace: string | undefined, name: string) =>
      (isGone(kind) ? undefined : store.get(kind, scope(kind, namespace), name)) as T | undefined, // the store keeps kinds apart
    list: <T extends KubeObject>(kind: string, options: ListOptions = {}) => listed(store, kind, options) as unknown as readonly T[],
    create: <T extends KubeObject>(kind: string, object: T) => writer.create(kind, asStored(object)) as unknown as T,
    seed: <T extends KubeObject>(kind: string, object: T) => writer.create(kind, asStored(object), { seed: true }) as unknown as T,
    update: <T extends KubeObject>(kind: string, object: T, options?: { subresource?: 'status' }) =>
      writer.update(kind, inScope(asStored(object), writer.resource(kind).namespaced), tracked(kind, options)) as unknown as T,
    modify: <T extends KubeObject>(
      kind: string,
      namespace: string | undefined,
      name: string,
      change: (draft: Draft<T>) => void,
      options?: { subresource?: 'status' },
    ) => {
      const found = isGone(kind) ? undefined : store.get(kind, scope(kind, namespace), name);
      if (found === undefined) return undefined;
      const draft = copyJson(found);
      change(draft as unknown as Draft<T>);
      return writer.update(kind, draft, tracked(kind, options)) as unknown as T;
    },
    delete: (kind, namespace, name, options) => void writer.remove(kind, scope(kind, namespace), name, options),
    ...customKindsOf({ store, writer }),
    bind: (namespace, pod, node) => bindPod(writer.context, { namespace, pod, node }),
    evict: (namespace, pod, options) => evictPod(writer, { namespace, pod, ...(options ? { options } : {}) }),
    forgetHistory: () => store.compact(),
    watch: <T extends KubeObject>(kind: string, listener: (event: StoreEvent<T>) => void) =>
      watched(store, kind, listener as unknown as (event: StoreEvent<Stored>) => void),
  };
}

interface ListOptions {
  readonly namespace?: string | undefined;
  readonly index?: { readonly by: IndexName; readonly value: string };
}

// Objects of any kind are held in one form; the caller names the kind and with it the type.
const asStored = (object: KubeObject): Stored => object as Stored;

function inScope(object: Stored, namespaced: boolean): Stored {
  if (!namespaced || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace: 'default' } };
}

function listed(store: Store, kind: string, { namespace, index }: ListOptions): readonly Stored[] {
  if (index === undefined) return store.list(kind, namespace);
  const found = store.listBy(kind, index.by, index.value);
  return namespace === undefined ? found : found.filter(({ metadata }) => metadata.namespace === namespace);
}

function watched(store: Store, kind: string, listener: (event: StoreEvent<Stored>) => void): Cancel {
  let active = true;
  for (const object of store.list(kind)) {
    store.defer(() => {
      if (active) listener({ type: 'ADDED', object, previous: undefined });
    });
  }
  const cancel = store.subscribe(kind, ({ type, object, previous }: Change) => listener({ type, object, previous }));
  return () => {
    active = false;
    cancel();
  };
}
