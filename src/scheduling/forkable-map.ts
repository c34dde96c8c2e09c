const SHARDS = 256;
const NO_SHARDS: readonly undefined[] = Array.from({ length: SHARDS });

/** A map whose copy costs next to nothing: both sides share what neither has changed since. Order of entries is not kept. */
export class ForkableMap<V> {
  #shards: (Map<string, V> | undefined)[];
  #own = new Uint8Array(SHARDS);
  size = 0;

  constructor(shards: readonly (Map<string, V> | undefined)[] = NO_SHARDS) {
    this.#shards = [...shards];
  }

  get(key: string): V | undefined {
    return this.#shards[shardOf(key)]?.get(key);
  }

  set(key: string, value: V): void {
    const shard = this.#writable(shardOf(key));
    if (!shard.has(key)) this.size++;
    shard.set(key, value);
  }

  delete(key: string): boolean {
    const index = shardOf(key);
    if (this.#shards[index]?.has(key) !== true) return false;
    this.#writable(index).delete(key);
    this.size--;
    return true;
  }

  *values(): IterableIterator<V> {
    for (const shard of this.#shards) if (shard) yield* shard.values();
  }

  fork(): ForkableMap<V> {
    const copy = new ForkableMap<V>(this.#shards);
    copy.size = this.size;
    this.#own = new Uint8Array(SHARDS);
    return copy;
  }

  #writable(index: number): Map<string, V> {
    const shard = this.#shards[index];
    if (shard !== undefined && this.#own[index] === 1) return shard;
    const fresh = new Map(shard ?? []);
    this.#shards[index] = fresh;
    this.#own[index] = 1;
    return fresh;
  }
}

function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 13)) & (SHARDS - 1);
}
