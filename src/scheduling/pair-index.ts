interface Entry {
  readonly keys: Set<string>;
  /** Whose it is to change; others copy it first. */
  readonly owner: object;
}

const NONE: ReadonlySet<string> = new Set();

/** Keys by texts that they are found under, so that a few are looked at instead of all. A copy shares what neither side has changed since. */
export class PairIndex {
  #entries = new Map<string, Entry>();
  #owner: object = {};

  fork(): PairIndex {
    const copy = new PairIndex();
    copy.#entries = new Map(this.#entries);
    this.#owner = {};
    return copy;
  }

  get(text: string): ReadonlySet<string> {
    return this.#entries.get(text)?.keys ?? NONE;
  }

  add(text: string, key: string): void {
    this.#writable(text).add(key);
  }

  remove(text: string, key: string): void {
    const keys = this.#writable(text);
    keys.delete(key);
    if (keys.size === 0) this.#entries.delete(text);
  }

  #writable(text: string): Set<string> {
    const known = this.#entries.get(text);
    if (known?.owner === this.#owner) return known.keys;
    const fresh: Entry = { keys: new Set(known?.keys), owner: this.#owner };
    this.#entries.set(text, fresh);
    return fresh.keys;
  }
}
