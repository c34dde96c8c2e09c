/** Which pod is scheduled next. Source: kube-scheduler internal/queue (active and back-off queue) and the PrioritySort plugin, 1.36. */

interface Entry {
  readonly key: string;
  readonly priority: number;
  readonly sequence: number;
  /** Until when other pods go first. */
  readonly untilMs: number;
}

type Order = (a: Entry, b: Entry) => number;

const byPriority: Order = (a, b) => b.priority - a.priority || a.sequence - b.sequence;
const byBackOff: Order = (a, b) => a.untilMs - b.untilMs || byPriority(a, b);

/**
 * Higher priority first, then who came first. Pods that back off come last, by the end of their back-off: an idle scheduler does not wait for it
 * (SchedulerPopFromBackoffQ, since 1.33).
 */
export class SchedulingQueue {
  readonly #waiting = new Map<string, Entry>();
  readonly #active = new Heap(byPriority);
  readonly #backingOff = new Heap(byBackOff);
  #sequence = 0;

  get size(): number {
    return this.#waiting.size;
  }

  /** A pod that waits already keeps its place. */
  add(key: string, priority: number, untilMs: number): void {
    if (this.#waiting.has(key)) return;
    const entry = { key, priority, sequence: this.#sequence++, untilMs };
    this.#waiting.set(key, entry);
    this.#backingOff.push(entry);
  }

  delete(key: string): void {
    this.#waiting.delete(key);
  }

  /** Takes the next pod out. */
  take(nowMs: number): string | undefined {
    for (let entry = this.#backingOff.top; entry !== undefined && entry.untilMs <= nowMs; entry = this.#backingOff.top) {
      this.#active.push(entry);
      this.#backingOff.pop();
    }
    const entry = this.#next(this.#active) ?? this.#next(this.#backingOff);
    if (entry) this.#waiting.delete(entry.key);
    return entry?.key;
  }

  /** Entries of pods that were deleted stay in the heap until they come up. */
  #next(heap: Heap): Entry | undefined {
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) if (this.#waiting.get(entry.key) === entry) return entry;
    return undefined;
  }
}

/** A binary heap: the first by its order is on top. */
class Heap {
  readonly #items: Entry[] = [];
  readonly #order: Order;

  constructor(order: Order) {
    this.#order = order;
  }

  get top(): Entry | undefined {
    return this.#items[0];
  }

  push(entry: Entry): void {
    let at = this.#items.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  pop(): Entry | undefined {
    const [first] = this.#items;
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return first;
    this.#items[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = right < this.#items.length && this.#isBefore(right, left) ? right : left;
      if (child >= this.#items.length || !this.#swapIfBefore(child, at)) return first;
      at = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#items[a], this.#items[b]];
    return one !== undefined && other !== undefined && this.#order(one, other) < 0;
  }

  #swapIfBefore(a: number, b: number): boolean {
    const [one, other] = [this.#items[a], this.#items[b]];
    if (one === undefined || other === undefined || this.#order(one, other) >= 0) return false;
    this.#items[a] = other;
    this.#items[b] = one;
    return true;
  }
}
