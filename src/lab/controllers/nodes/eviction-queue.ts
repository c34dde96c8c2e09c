/** Nodes of one zone that wait for their NoExecute taint, let through at a rate. Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go. */
import type { Clock } from '../../../base/index.ts';

/** A bucket for one token that refills at `perSecond`; at rate 0 it never gives one. */
class TokenBucket {
  readonly perSecond: number;
  readonly #clock: Clock;
  #tokens = 1;
  #atMs: number;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.perSecond = perSecond;
    this.#atMs = clock.now();
  }

  tryAccept(): boolean {
    if (this.perSecond <= 0) return false;
    const nowMs = this.#clock.now();
    this.#tokens = Math.min(1, this.#tokens + ((nowMs - this.#atMs) / 1000) * this.perSecond);
    this.#atMs = nowMs;
    // A sum of many small parts may miss a whole token by a rounding error.
    if (this.#tokens < 1 - 1e-6) return false;
    this.#tokens -= 1;
    return true;
  }
}

export class EvictionQueue {
  readonly #clock: Clock;
  readonly #waiting: string[] = [];
  /** Also those already let through: a node is queued once until it is taken off. */
  readonly #known = new Set<string>();
  #bucket: TokenBucket;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#bucket = new TokenBucket(clock, perSecond);
  }

  add(node: string): void {
    if (this.#known.has(node)) return;
    this.#known.add(node);
    this.#waiting.push(node);
  }

  remove(node: string): void {
    this.#known.delete(node);
    const index = this.#waiting.indexOf(node);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  /** A new rate starts drained when the old one had no token left. */
  setRate(perSecond: number): void {
    if (this.#bucket.perSecond === perSecond) return;
    const next = new TokenBucket(this.#clock, perSecond);
    if (perSecond > 0 && !this.#bucket.tryAccept()) next.tryAccept();
    this.#bucket = next;
  }

  /** Works on the head of the queue as long as there are tokens. */
  tryAll(work: (node: string) => void): void {
    for (let head = this.#waiting[0]; head !== undefined && this.#bucket.tryAccept(); head = this.#waiting[0]) {
      this.#waiting.shift();
      work(head);
    }
  }
}
