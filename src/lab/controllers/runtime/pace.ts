/** Work that takes a moment each, done one after the other. */
import type { Cancel, Clock, Logger } from '../../../base/index.ts';
import { guarded } from './guarded.ts';

export interface Pace {
  /** Runs at once when nothing was run lately, else `stepMs` after what was asked for before. An error is told. */
  run(work: () => void): void;
  stop(): void;
}

export interface PaceOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Whose work it is. */
  readonly name: string;
  readonly stepMs: number;
}

/** A control plane writes one object after the other; other controllers see, and answer, the state in between. */
export function createPace({ clock, log, name, stepMs }: PaceOptions): Pace {
  let freeMs = -Infinity;
  const timers = new Set<Cancel>();
  return {
    run(task) {
      const work = guarded(log, name, task);
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
