import type { NodeRecord } from './node-record.ts';

/** The nodes' values of one topology key as numbers. */
export interface DomainColumn {
  /** By node number; -1 for nodes without the label. */
  readonly of: Int32Array;
  /** How many numbers were given out. Values that are gone keep theirs. */
  readonly count: number;
}

interface Column {
  of: Int32Array;
  readonly numbers: Map<string, number>;
  readonly owner: object;
}

/** A key with that many values more than there are nodes is counted anew, as nodes that come and go leave their names behind. */
const SLACK = 256;

/** Columns are made when first asked for, and follow the nodes from then on. A copy shares them until either side changes. */
export class DomainColumns {
  #columns = new Map<string, Column>();
  #owner: object = {};

  fork(): DomainColumns {
    const copy = new DomainColumns();
    copy.#columns = new Map(this.#columns);
    this.#owner = {};
    return copy;
  }

  get(key: string, nodes: readonly (NodeRecord | undefined)[]): DomainColumn {
    const column = this.#columns.get(key) ?? this.#make(key, nodes);
    return { of: column.of, count: column.numbers.size };
  }

  /** Has to hear of every change of a node's labels; `node` is undefined when it is gone. */
  changed(index: number, node: NodeRecord | undefined): void {
    for (const [key, column] of this.#columns) {
      const value = node?.labels[key];
      const before = column.of[index] ?? -1;
      const number = value === undefined ? -1 : column.numbers.get(value);
      if (before === number && index < column.of.length) continue;
      if (column.numbers.size > column.of.length + SLACK) this.#columns.delete(key);
      else this.#put(this.#writable(key, column, index), index, value);
    }
  }

  #make(key: string, nodes: readonly (NodeRecord | undefined)[]): Column {
    const column: Column = { of: new Int32Array(nodes.length).fill(-1), numbers: new Map(), owner: this.#owner };
    for (let index = 0; index < nodes.length; index++) this.#put(column, index, nodes[index]?.labels[key]);
    this.#columns.set(key, column);
    return column;
  }

  #put(column: Column, index: number, value: string | undefined): void {
    if (value === undefined) {
      column.of[index] = -1;
      return;
    }
    const known = column.numbers.get(value);
    const number = known ?? column.numbers.size;
    if (known === undefined) column.numbers.set(value, number);
    column.of[index] = number;
  }

  #writable(key: string, column: Column, index: number): Column {
    const fits = index < column.of.length;
    if (column.owner === this.#owner && fits) return column;
    const of = new Int32Array(fits ? column.of.length : Math.max(16, index * 2)).fill(-1);
    of.set(column.of);
    const fresh: Column = { of, numbers: column.owner === this.#owner ? column.numbers : new Map(column.numbers), owner: this.#owner };
    this.#columns.set(key, fresh);
    return fresh;
  }
}
