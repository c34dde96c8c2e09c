import { networkLimitMs } from '../../base/index.ts';
import type { Cancel, Clock } from '../../base/index.ts';

const PARTS = 4;

/**
 * Calls `run` when a network time limit (lab milliseconds) is over.
 *
 * It counts in parts, between which sockets get their turn: when this process itself stands still for a while (a busy machine), that costs
 * one part at most, and an answer that has arrived is still seen before the limit.
 */
export function afterLimit(clock: Clock, limitMs: number, run: () => void): Cancel {
  const partMs = (networkLimitMs(clock, limitMs) * clock.speed) / PARTS;
  let left = PARTS;
  let cancel: Cancel = () => {};
  const next = (): void => {
    if (left === 0) return run();
    left -= 1;
    cancel = clock.after(partMs, next);
  };
  next();
  return () => cancel();
}
