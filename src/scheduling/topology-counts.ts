/** Amounts per topology key and value, such as pods per zone. */
export class TopologyCounts {
  readonly #keys = new Map<string, Map<string, number>>();

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  add(key: string, value: string, amount: number): void {
    const values = this.#keys.get(key) ?? new Map<string, number>();
    this.#keys.set(key, values);
    const sum = (values.get(value) ?? 0) + amount;
    if (sum !== 0) values.set(value, sum);
    else values.delete(value);
    if (values.size === 0) this.#keys.delete(key);
  }

  get(key: string, value: string): number {
    return this.#keys.get(key)?.get(value) ?? 0;
  }

  /** Tells whether a node with these labels lies in any domain with an amount above zero. */
  touches(labels: Readonly<Record<string, string>>): boolean {
    for (const [key, values] of this.#keys) {
      const value = labels[key];
      if (value !== undefined && (values.get(value) ?? 0) > 0) return true;
    }
    return false;
  }

  /** The amounts of all domains that a node with these labels lies in. */
  sum(labels: Readonly<Record<string, string>>): number {
    let sum = 0;
    for (const [key, values] of this.#keys) {
      const value = labels[key];
      if (value !== undefined) sum += values.get(value) ?? 0;
    }
    return sum;
  }
}
