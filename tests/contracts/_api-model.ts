/** What a small API server would hold: secrets of one namespace, who set which of their keys, and what a watch tells. Pure. */

/** One state of an object. */
export interface ModelObject {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  readonly deleting: boolean;
  /** The managers of each key of `data`. */
  readonly owners: Readonly<Record<string, readonly string[]>>;
}

/** The managers: one writes, the other applies. */
export const WRITER = 'writer';
export const APPLIER = 'applier';

export interface ModelEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ModelObject;
  readonly previous: ModelObject | undefined;
}

/** What a command has to be answered with. */
export interface Expected {
  readonly status: number;
  /** The object in the answer. */
  readonly object?: ModelObject;
  /** Nothing was stored, so the version stays. */
  readonly unchanged?: boolean;
}

type Keys = Readonly<Record<string, string | null>>;

export class ApiModel {
  readonly objects = new Map<string, ModelObject>();
  readonly events: ModelEvent[] = [];

  create(name: string, { labels, data, finalizers }: Pick<ModelObject, 'data' | 'finalizers' | 'labels'>): Expected {
    if (this.objects.has(name)) return { status: 409 };
    const owners = Object.fromEntries(Object.keys(data).map((key) => [key, [WRITER]]));
    return { status: 201, object: this.#put({ name, labels, data, finalizers, deleting: false, owners }) };
  }

  /** A replacement of data and labels; `undefined` keeps what is there. */
  write(
    name: string,
    change: { readonly labels?: Readonly<Record<string, string>>; readonly data?: Readonly<Record<string, string>> },
  ): Expected {
    const current = this.objects.get(name);
    if (current === undefined) return { status: 404 };
    const data = change.data ?? current.data;
    const owners = Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, current.data[key] === value ? (current.owners[key] ?? []) : [WRITER]]),
    );
    return this.#change(current, { ...current, labels: change.labels ?? current.labels, data, owners });
  }

  /** As a merge patch: null takes a key away. */
  merge(name: string, keys: Keys): Expected {
    const current = this.objects.get(name);
    if (current === undefined) return { status: 404 };
    const merged = { ...current.data, ...keys };
    return this.write(name, {
      data: Object.fromEntries(Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== null)),
    });
  }

  /** Server-side apply of `data`. */
  apply(name: string, wanted: Readonly<Record<string, string>>, force: boolean): Expected {
    const current = this.objects.get(name);
    if (current === undefined) {
      const owners = Object.fromEntries(Object.keys(wanted).map((key) => [key, [APPLIER]]));
      return { status: 201, object: this.#put({ name, labels: {}, data: wanted, finalizers: [], deleting: false, owners }) };
    }
    const isContested = ([key, value]: [string, string]): boolean =>
      current.owners[key]?.includes(WRITER) === true && current.data[key] !== value;
    if (!force && Object.entries(wanted).some(isContested)) return { status: 409 };
    const data: Record<string, string> = {};
    const owners: Record<string, readonly string[]> = {};
    for (const key of new Set([...Object.keys(current.data), ...Object.keys(wanted)])) {
      const before = current.owners[key] ?? [];
      const value = wanted[key];
      if (value === undefined) {
        const left = before.filter((manager) => manager !== APPLIER);
        // What only the applier had, and has no more, goes.
        if (before.includes(APPLIER) && left.length === 0) continue;
        data[key] = current.data[key] ?? '';
        owners[key] = left;
      } else {
        data[key] = value;
        owners[key] = current.data[key] === value ? [...new Set([...before, APPLIER])].sort() : [APPLIER];
      }
    }
    return this.#change(current, { ...current, data, owners });
  }

  remove(name: string): Expected {
    const current = this.objects.get(name);
    if (current === undefined) return { status: 404 };
    if (current.finalizers.length > 0) return this.#change(current, { ...current, deleting: true });
    this.#take(current);
    return { status: 200 };
  }

  release(name: string): Expected {
    const current = this.objects.get(name);
    if (current === undefined) return { status: 404 };
    const freed = { ...current, finalizers: [] };
    if (!current.deleting) return this.#change(current, freed);
    if (current.finalizers.length > 0) this.#take(current);
    return { status: 200 };
  }

  removeAll(matches: (object: ModelObject) => boolean): Expected {
    for (const object of this.sorted().filter(matches)) this.remove(object.name);
    return { status: 200 };
  }

  /** In the order of a list. */
  sorted(): ModelObject[] {
    return [...this.objects.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #change(current: ModelObject, next: ModelObject): Expected {
    const same = JSON.stringify(inOrder(current)) === JSON.stringify(inOrder(next));
    return { status: 200, object: same ? current : this.#put(next), unchanged: same };
  }

  #put(object: ModelObject): ModelObject {
    const previous = this.objects.get(object.name);
    this.objects.set(object.name, object);
    this.events.push({ type: previous === undefined ? 'ADDED' : 'MODIFIED', object, previous });
    return object;
  }

  #take(object: ModelObject): void {
    this.objects.delete(object.name);
    this.events.push({ type: 'DELETED', object, previous: object });
  }
}

/** Members and keys in one order, so that equal states are equal texts. */
function inOrder({ name, labels, data, finalizers, deleting, owners }: ModelObject): unknown {
  const sorted = (map: Readonly<Record<string, unknown>>): unknown => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  return [name, sorted(labels), sorted(data), finalizers, deleting, sorted(owners)];
}

/** The events as a watch with a selector tells them: what no longer matches is gone. */
export function seenBy(
  events: readonly ModelEvent[],
  matches: (object: ModelObject) => boolean,
): { readonly type: string; readonly object: ModelObject }[] {
  return events.flatMap(({ type, object, previous }) => {
    const matched = previous !== undefined && matches(previous);
    if (type === 'DELETED') return matched ? [{ type, object }] : [];
    if (matches(object)) return [{ type: matched ? 'MODIFIED' : 'ADDED', object }];
    return matched ? [{ type: 'DELETED', object: previous }] : [];
  });
}
