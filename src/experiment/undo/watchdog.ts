import type { Clock } from '../../base/index.ts';
import { isSameProcess } from './run-store.ts';
import type { RunSummary } from './run-store.ts';

export interface WatchdogOptions {
  /** The wall's clock: a process lives in real time. */
  readonly wallClock: Clock;
  readonly pid: number;
  readonly processIdentity: string;
  /** Resolves when the runner's end of a pipe closes; a second way to notice its death, without the wait. */
  readonly runnerGone?: Promise<void>;
  readRun(): Promise<RunSummary>;
  recover(run: RunSummary): Promise<void>;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Waits until the runner of a run has died or the run has ended, then mends what is left. Exits by itself.
 *
 * Result: `ended` (nothing was to do) or `recovered`. Errors: those of `recover`.
 */
export async function watchdogEntry(options: WatchdogOptions): Promise<'ended' | 'recovered'> {
  const { wallClock, everyMs = 500, signal } = options;
  let gone = false;
  const notice = async (): Promise<void> => {
    await options.runnerGone;
    gone = options.runnerGone !== undefined;
  };
  void notice();
  for (;;) {
    const alive = isSameProcess(options.pid, options.processIdentity);
    const run = await options.readRun();
    if (run.outcome !== null && run.pending.length === 0) return 'ended';
    if (!alive) {
      if (run.pending.length === 0) return 'ended';
      await options.recover(run);
      return 'recovered';
    }
    await wallClock.sleep(gone ? 50 : everyMs, signal);
  }
}
