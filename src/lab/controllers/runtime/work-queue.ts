/** A controller's queue of keys: each key once, worked on a moment later, again after an error. */
import { messageOf, type Cancel, type Clock, type Logger } from '../../../base/index.ts';
import { ApiError } from '../../kube-api/index.ts';

export interface WorkQueue {
  /** `delayMs`: other than the queue's own; the earliest of several counts. */
  readonly add: (key: string, delayMs?: number) => void;
  /** The earliest of several delays for one key counts. */
  readonly addAfter: (key: string, delayMs: number) => void;
  stop(): void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly name: string;
  readonly delayMs: number;
  readonly run: (key: string) => void;
}

const FIRST_RETRY_MS = 5;
const LONGEST_RETRY_MS = 1_000_000;

/** Keys run in the order they came in. Retries double from 5 ms up to 1000 s. Source: client-go util/workqueue. */
export function createWorkQueue({ clock, log, name, delayMs, run }: WorkQueueOptions): WorkQueue {
  const due = new Map<string, number>();
  const drains = new Map<number, { readonly keys: Set<string>; readonly cancel: Cancel }>();
  const later = new Map<string, { readonly dueMs: number; readonly cancel: Cancel }>();
  const failures = new Map<string, number>();
  let stopped = false;

  const work = (key: string): void => {
    try {
      run(key);
      failures.delete(key);
    } catch (error) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      // A refusal is part of the game. Anything else is a mistake of ours: it is told, and must not end the lab, as no controller's mistake ends a cluster.
      if (error instanceof ApiError) log.debug(`${name}: ${key} will be tried again`, { why: messageOf(error) });
      else log.error(`${name}: ${key} failed and will be tried again`, { why: error instanceof Error ? error.stack : messageOf(error) });
      addAfter(key, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** count));
    }
  };
  const drain = (dueMs: number): void => {
    // A key that was asked for sooner meanwhile has had its turn, or waits for an earlier one.
    const keys = [...(drains.get(dueMs)?.keys ?? [])].filter((key) => due.get(key) === dueMs);
    drains.delete(dueMs);
    for (const key of keys) due.delete(key);
    for (const key of keys) if (!stopped) work(key);
  };
  const add = (key: string, waitMs: number = delayMs): void => {
    const dueMs = clock.now() + waitMs;
    if (stopped || (due.get(key) ?? Infinity) <= dueMs) return;
    due.set(key, dueMs);
    const known = drains.get(dueMs);
    if (known) known.keys.add(key);
    else drains.set(dueMs, { keys: new Set([key]), cancel: clock.after(waitMs, () => drain(dueMs)) });
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
      for (const { cancel } of drains.values()) cancel();
      for (const { cancel } of later.values()) cancel();
    },
  };
}
