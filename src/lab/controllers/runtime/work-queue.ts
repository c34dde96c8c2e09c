/** A controller's queue of keys: each key once, worked on a moment later, again after an error. */
import { messageOf, type Cancel, type Clock, type Logger } from '../../../base/index.ts';
import { ApiError } from '../../kube-api/index.ts';

export interface WorkQueue {
  add(key: string): void;
  /** The earliest of several delays for one key counts. */
  addAfter(key: string, delayMs: number): void;
  stop(): void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly name: string;
  readonly delayMs: number;
  run(key: string): void;
}

const FIRST_RETRY_MS = 5;
const LONGEST_RETRY_MS = 1_000_000;

/** Keys run in the order they came in. Retries double from 5 ms up to 1000 s. Source: client-go util/workqueue. */
export function createWorkQueue({ clock, log, name, delayMs, run }: WorkQueueOptions): WorkQueue {
  let queued = new Set<string>();
  const later = new Map<string, { readonly dueMs: number; readonly cancel: Cancel }>();
  const failures = new Map<string, number>();
  let cancelDrain: Cancel | undefined;
  let stopped = false;

  const work = (key: string): void => {
    try {
      run(key);
      failures.delete(key);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      log.debug(`${name}: ${key} will be tried again`, { why: messageOf(error) });
      addAfter(key, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** count));
    }
  };
  const drain = (): void => {
    cancelDrain = undefined;
    const keys = queued;
    queued = new Set();
    for (const key of keys) if (!stopped) work(key);
  };
  const add = (key: string): void => {
    if (stopped) return;
    queued.add(key);
    cancelDrain ??= clock.after(delayMs, drain);
  };
  const addAfter = (key: string, waitMs: number): void => {
    const dueMs = clock.now() + waitMs;
    const before = later.get(key);
    if (stopped || (before && before.dueMs <= dueMs)) return;
    before?.cancel();
    const cancel = clock.after(waitMs, () => {
      later.delete(key);
      add(key);
    });
    later.set(key, { dueMs, cancel });
  };
  return {
    add,
    addAfter,
    stop: () => {
      stopped = true;
      cancelDrain?.();
      for (const { cancel } of later.values()) cancel();
    },
  };
}
