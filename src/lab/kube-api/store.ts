/** Objects by kind, namespace and name with resource versions, indexes, a bounded history, and listeners. Knows no rules. */
import type { Cancel } from '../../base/index.ts';
import type { KubeObject, ObjectMeta } from '../../kubernetes/index.ts';
import { freezeJson, isObject, type Json } from './json.ts';
import type { Draft, StoreEvent } from './types.ts';

export type Stored = Json & { apiVersion?: string; kind?: string; metadata: Draft<ObjectMeta> & { name: string } };

/** A change with the revision that it made. */
export interface Change extends StoreEvent<Stored> {
  readonly revision: number;
}

export type IndexName = 'spec.nodeName' | 'owner';

interface Shelf {
  readonly byNamespace: Map<string, Map<string, Stored>>;
  readonly indexes: Readonly<Record<IndexName, Map<string, Map<string, Stored>>>>;
  history: Change[];
  /** Changes up to this revision are forgotten. */
  forgotten: number;
  listeners: readonly ((change: Change) => void)[];
}

/** How many changes of a kind can be told again to a watch that starts in the past. */
const HISTORY_LIMIT = 10_000;

export const namespaceOf = (object: KubeObject): string => object.metadata.namespace ?? '';
const keyOf = (object: KubeObject): string => `${namespaceOf(object)}/${object.metadata.name}`;

/** The uid of the owner that controls an object. */
export const controllerUidOf = (object: KubeObject): string | undefined =>
  object.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;

const nodeNameOf = (object: Stored): string | undefined => {
  const name = isObject(object['spec']) ? object['spec']['nodeName'] : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
};

export class Store {
  readonly #shelves = new Map<string, Shelf>();
  #queue: (() => void)[] = [];
  #draining = false;
  #revision = 0;
  /** Shelves made later know nothing of what was before. */
  #forgotten = 0;

  get revision(): number {
    return this.#revision;
  }

  get(kind: string, namespace: string, name: string): Stored | undefined {
    return this.#shelves.get(kind)?.byNamespace.get(namespace)?.get(name);
  }

  list(kind: string, namespace?: string): Stored[] {
    const shelf = this.#shelves.get(kind);
    if (shelf === undefined) return [];
    if (namespace !== undefined) return [...(shelf.byNamespace.get(namespace)?.values() ?? [])];
    return [...shelf.byNamespace.values()].flatMap((objects) => [...objects.values()]);
  }

  listBy(kind: string, index: IndexName, value: string): Stored[] {
    return [...(this.#shelves.get(kind)?.indexes[index].get(value)?.values() ?? [])];
  }

  /** Stores the object under a new revision; the object becomes frozen. */
  put(kind: string, object: Stored): Stored {
    const shelf = this.#shelf(kind);
    const namespace = namespaceOf(object);
    const known = shelf.byNamespace.get(namespace);
    const names = known ?? new Map<string, Stored>();
    if (known === undefined) shelf.byNamespace.set(namespace, names);
    const previous = names.get(object.metadata.name);
    object.metadata.resourceVersion = String(++this.#revision);
    const stored = freezeJson(object);
    names.set(stored.metadata.name, stored);
    reindex(shelf, previous, stored);
    this.#tell(shelf, { type: previous ? 'MODIFIED' : 'ADDED', object: stored, previous, revision: this.#revision });
    return stored;
  }

  /** Takes the object away; the event carries its last state (`last`, else as it is stored) under a new revision. */
  remove(kind: string, object: Stored, last: Stored = object): Stored {
    const shelf = this.#shelf(kind);
    const names = shelf.byNamespace.get(namespaceOf(object));
    const previous = names?.get(object.metadata.name) ?? object;
    names?.delete(object.metadata.name);
    reindex(shelf, previous, undefined);
    const revision = ++this.#revision;
    const gone = freezeJson({ ...last, metadata: { ...last.metadata, resourceVersion: String(revision) } });
    this.#tell(shelf, { type: 'DELETED', object: gone, previous, revision });
    return gone;
  }

  /** The changes of a kind after a revision, oldest first; undefined when some of them are forgotten. */
  since(kind: string, revision: number): readonly Change[] | undefined {
    const shelf = this.#shelves.get(kind);
    if (revision < (shelf?.forgotten ?? this.#forgotten)) return undefined;
    if (shelf === undefined) return [];
    return shelf.history.filter((change) => change.revision > revision);
  }

  /** The objects of a kind as they were at a revision; undefined when that is forgotten. */
  listAt(kind: string, revision: number): Stored[] | undefined {
    const changes = this.since(kind, revision);
    if (changes === undefined) return undefined;
    const objects = new Map(this.list(kind).map((object) => [keyOf(object), object]));
    for (const { object, previous } of [...changes].reverse()) {
      if (previous === undefined) objects.delete(keyOf(object));
      else objects.set(keyOf(previous), previous);
    }
    return [...objects.values()];
  }

  /** Forgets what happened up to now, as etcd's compaction does. */
  compact(): void {
    this.#forgotten = this.#revision;
    for (const shelf of this.#shelves.values()) {
      shelf.history = [];
      shelf.forgotten = this.#revision;
    }
  }

  /** Tells of every change from now on, in order, after the call that made it has returned. */
  subscribe(kind: string, listener: (change: Change) => void): Cancel {
    const shelf = this.#shelf(kind);
    let active = true;
    const guarded = (change: Change): void => {
      if (active) listener(change);
    };
    shelf.listeners = [...shelf.listeners, guarded];
    return () => {
      active = false;
      shelf.listeners = shelf.listeners.filter((item) => item !== guarded);
    };
  }

  /** Runs `task` in line with the changes that wait to be told. */
  defer(task: () => void): void {
    this.#queue.push(task);
    if (this.#draining) return;
    this.#draining = true;
    queueMicrotask(() => this.#drain());
  }

  #drain(): void {
    let done = 0;
    try {
      // Tasks may add tasks; the array is walked, not shifted, because shifting a long one is slow.
      while (done < this.#queue.length) this.#queue[done++]?.();
    } finally {
      this.#draining = false;
      const rest = this.#queue.slice(done);
      this.#queue = [];
      // A listener threw: its mistake surfaces, the others still hear the rest.
      for (const task of rest) this.defer(task);
    }
  }

  #tell(shelf: Shelf, change: Change): void {
    shelf.history.push(change);
    if (shelf.history.length > HISTORY_LIMIT * 2) {
      shelf.forgotten = shelf.history[shelf.history.length - HISTORY_LIMIT - 1]?.revision ?? shelf.forgotten;
      shelf.history = shelf.history.slice(-HISTORY_LIMIT);
    }
    for (const listener of shelf.listeners) this.defer(() => listener(change));
  }

  #shelf(kind: string): Shelf {
    const found = this.#shelves.get(kind);
    if (found) return found;
    const made: Shelf = {
      byNamespace: new Map(),
      indexes: { 'spec.nodeName': new Map(), owner: new Map() },
      history: [],
      forgotten: this.#forgotten,
      listeners: [],
    };
    this.#shelves.set(kind, made);
    return made;
  }
}

const INDEXED_BY: Readonly<Record<IndexName, (object: Stored) => string | undefined>> = {
  'spec.nodeName': nodeNameOf,
  owner: controllerUidOf,
};
const INDEX_NAMES: readonly IndexName[] = ['spec.nodeName', 'owner'];

/** Puts the object under its new values; under those that stay it takes the place of the one before. */
function reindex({ indexes }: Shelf, previous: Stored | undefined, next: Stored | undefined): void {
  for (const name of INDEX_NAMES) {
    const index = indexes[name];
    const before = previous && INDEXED_BY[name](previous);
    const after = next && INDEXED_BY[name](next);
    if (previous !== undefined && before !== undefined && before !== after) {
      const entries = index.get(before);
      entries?.delete(keyOf(previous));
      if (entries?.size === 0) index.delete(before);
    }
    if (next === undefined || after === undefined) continue;
    const entries = index.get(after);
    if (entries === undefined) index.set(after, new Map([[keyOf(next), next]]));
    else entries.set(keyOf(next), next);
  }
}
