/** Work that takes a moment each, done one after the other. */
import type { Cancel, Clock } from '../../../base/index.ts';

export interface Pace {
  /** Runs at once when nothing was run lately, else `stepMs` after what was asked for before. */
  run(work: () => void): void;
  stop(): void;
}

/** A control plane writes one object after the other; other controllers see, and answer, the state in between. */
export function createPace(clock: Clock, stepMs: number): Pace {
  let freeMs = -Infinity;
  const timers = new Set<Cancel>();
  return {
    run(work) {
      const nowMs = clock.now();
      const dueMs = Math.max(nowMs, freeMs);
      freeMs = dueMs + stepMs;
      if (dueMs <= nowMs) return work();
      const cancel = clock.after(dueMs - nowMs, () => {
        timers.delete(cancel);
        work();
      });
      timers.add(cancel);
    },
    stop() {
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}
