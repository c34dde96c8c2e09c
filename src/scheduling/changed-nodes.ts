/** So many changes are remembered: more than one pod makes. */
const LENGTH = 1024;

/** Which nodes changed last, so that who has looked at all of them once need only look at these. */
export class ChangedNodes {
  readonly #ring = new Int32Array(LENGTH);
  #count = 0;

  /** How many changes there have been. */
  get count(): number {
    return this.#count;
  }

  note(node: number): void {
    this.#ring[this.#count++ % LENGTH] = node;
  }

  /** Visits the nodes of all changes but the first `count`. False, and no visit, when some of them are forgotten. */
  visitAfter(count: number, visit: (node: number) => void): boolean {
    if (this.#count - count > LENGTH) return false;
    for (let change = count; change < this.#count; change++) visit(this.#ring[change % LENGTH] ?? 0);
    return true;
  }
}
