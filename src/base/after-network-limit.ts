import { type Cancel, type Clock, networkLimitMs } from './clock.ts';

/** A limit is counted in this many parts. */
const PARTS = 8;

/**
 * Calls `expire` once a network time limit (milliseconds of the clock, never below 200 ms of wall time) is over.
 *
 * It counts in parts, between which sockets get their turn: one that comes late, because this process was busy or held up, costs one part
 * however long it took, and what has arrived meanwhile is read first. Otherwise a busy machine would report outages that are its own.
 */
export function afterNetworkLimit(clock: Clock, limitMs: number, expire: () => void): Cancel {
  const partMs = (networkLimitMs(clock, limitMs) * clock.speed) / PARTS;
  let left = PARTS;
  let cancel: Cancel = () => {};
  const next = (): void => {
    if (left === 0) {
      const last = setImmediate(expire); // timers run before sockets are read, immediates after
      cancel = () => clearImmediate(last);
      return;
    }
    left -= 1;
    cancel = clock.after(partMs, next);
  };
  next();
  return () => cancel();
}
