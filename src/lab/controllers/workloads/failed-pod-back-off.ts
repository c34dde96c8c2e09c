/** How long a node's failed daemon pod stays before it is replaced. Source: client-go util/flowcontrol/backoff.go, as NewDaemonSetsController sets it up (1.36). */

const FIRST_MS = 1_000;
const LONGEST_MS = 900_000;

interface Entry {
  readonly backOffMs: number;
  readonly atMs: number;
}

/** One second, doubled with each failure up to fifteen minutes; forgotten after twice that without any. */
export class FailedPodBackOff {
  readonly #entries = new Map<string, Entry>();

  /** Zero when the pod may go now, which counts as one more; else how long it stays. */
  next(key: string, nowMs: number): number {
    const entry = this.#entries.get(key);
    const known = entry && nowMs - entry.atMs <= 2 * LONGEST_MS ? entry : undefined;
    if (known && nowMs - known.atMs < known.backOffMs) return known.backOffMs - (nowMs - known.atMs);
    this.#entries.set(key, { backOffMs: known ? Math.min(LONGEST_MS, known.backOffMs * 2) : FIRST_MS, atMs: nowMs });
    return 0;
  }
}
