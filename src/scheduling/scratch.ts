/** Columns of numbers that are used again for every pod: fresh ones of thousands of nodes each would keep the collector busy. */
export class Scratch {
  readonly #columns = new Map<string, Float64Array>();

  /** A column of zeros. It is the caller's until the same name is asked for again. */
  zeros(name: string, length: number): Float64Array {
    const known = this.#columns.get(name);
    if (known?.length === length) return known.fill(0);
    const fresh = new Float64Array(length);
    this.#columns.set(name, fresh);
    return fresh;
  }
}
