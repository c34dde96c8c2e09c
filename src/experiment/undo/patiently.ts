/** Mending goes on through a short loss of the connection: giving up leaves something broken. */
import { EvenkeelError } from '../../base/index.ts';
import type { UndoContext } from '../ports.ts';

const WAITS_MS: readonly number[] = [2000, 5000, 10_000];
const LONGEST_WAIT_MS = 20_000;
const LEAST_MS = 37_000;
/** A connection is lost and found again in the wall's time, however fast the clock runs: a busy machine alone may stall for seconds. */
const LEAST_WALL_MS = 10_000;
/** But never so long in a fast clock's time that no time is left to mend in. */
const MOST_OF_A_FAST_CLOCK_MS = 10 * 60_000;
const SHORTEST_WALL_WAIT_MS = 100;
const LEAST_ATTEMPTS = 3;

/** How long a loss is borne, in the clock's time. */
const patienceMs = (speed: number): number => Math.max(LEAST_MS, Math.min(LEAST_WALL_MS * speed, MOST_OF_A_FAST_CLOCK_MS));

/**
 * Tries again while there is no connection or no answer; other errors are thrown at once. `work` must be safe to repeat.
 *
 * Gives up once there were three attempts over forty seconds of the clock and over ten of the wall's (of a clock more than 60 times as fast:
 * over ten minutes of its own). `untilMs`: not after this moment of the clock, unless it is the first attempt.
 */
export async function patiently<T>(
  work: () => Promise<T>,
  { clock, signal, log }: Pick<UndoContext, 'clock' | 'signal' | 'log'>,
  untilMs = Infinity,
): Promise<T> {
  let sinceMs: number | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (thrown) {
      const nowMs = clock.now();
      sinceMs ??= nowMs;
      const enough = attempt >= LEAST_ATTEMPTS && nowMs - sinceMs >= patienceMs(clock.speed);
      if (!isLoss(thrown, signal) || enough || nowMs >= untilMs) throw thrown;
      log.warning(`${thrown.message}; trying again`);
      await clock.sleep(Math.max(WAITS_MS[attempt - 1] ?? LONGEST_WAIT_MS, SHORTEST_WALL_WAIT_MS * clock.speed), signal);
    }
  }
}

function isLoss(thrown: unknown, signal: AbortSignal): thrown is EvenkeelError {
  return thrown instanceof EvenkeelError && (thrown.code === 'UNREACHABLE' || (thrown.code === 'TIMED_OUT' && !signal.aborted));
}
