import type { DomainColumn } from './domain-columns.ts';

interface Amounts {
  readonly column: DomainColumn;
  readonly byDomain: Float64Array;
}

/** Amounts per topology key and domain, such as pods per zone. For as long as no node changes. */
export class TopologyCounts {
  readonly #domains: (key: string) => DomainColumn;
  readonly #keys: Amounts[] = [];
  readonly #byKey = new Map<string, Amounts>();
  #nonZero = 0;

  /** `domains`: the nodes' values of a key. */
  constructor(domains: (key: string) => DomainColumn) {
    this.#domains = domains;
  }

  /** No domain has any amount. */
  get isEmpty(): boolean {
    return this.#nonZero === 0;
  }

  /** Adds to the domain that the node lies in, if it lies in one. */
  add(key: string, node: number, amount: number): void {
    this.#add(this.#amounts(key), node, amount);
  }

  /** Adds an amount for each of many nodes. */
  addAll(key: string, perNode: ReadonlyMap<number, number>): void {
    const amounts = this.#amounts(key);
    for (const [node, amount] of perNode) this.#add(amounts, node, amount);
  }

  #add({ column, byDomain }: Amounts, node: number, amount: number): void {
    const domain = column.of[node] ?? -1;
    if (domain < 0) return;
    const before = byDomain[domain] ?? 0;
    const sum = before + amount;
    byDomain[domain] = sum;
    if (before === 0 && sum !== 0) this.#nonZero++;
    else if (before !== 0 && sum === 0) this.#nonZero--;
  }

  /** The amount of a node's domain; undefined for a node without the key. */
  get(key: string, node: number): number | undefined {
    const { column, byDomain } = this.#amounts(key);
    const domain = column.of[node] ?? -1;
    return domain < 0 ? undefined : (byDomain[domain] ?? 0);
  }

  /** Tells whether a node lies in any domain with an amount above zero. */
  touches(node: number): boolean {
    for (const { column, byDomain } of this.#keys) {
      const domain = column.of[node] ?? -1;
      if (domain >= 0 && (byDomain[domain] ?? 0) > 0) return true;
    }
    return false;
  }

  /** Adds to each node's score the amounts of all domains that it lies in. */
  addTo(scores: Float64Array, nodes: readonly number[]): void {
    for (const { column, byDomain } of this.#keys) {
      for (let position = 0; position < nodes.length; position++) {
        const domain = column.of[nodes[position] ?? 0] ?? -1;
        if (domain >= 0) scores[position] = (scores[position] ?? 0) + (byDomain[domain] ?? 0);
      }
    }
  }

  #amounts(key: string): Amounts {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const column = this.#domains(key);
    const fresh = { column, byDomain: new Float64Array(column.count) };
    this.#byKey.set(key, fresh);
    this.#keys.push(fresh);
    return fresh;
  }
}
