/** Mending goes on through a short loss of the connection: giving up leaves something broken. */
import { EvenkeelError } from '../../base/index.ts';
import type { UndoContext } from '../../experiment/index.ts';

const WAITS_MS: readonly number[] = [2000, 5000, 10_000, 20_000];

/** Tries again, some forty seconds long, while there is no connection or no answer. Other errors are thrown at once. */
export async function patiently<T>(
  work: () => Promise<T>,
  { clock, signal, log }: Pick<UndoContext, 'clock' | 'signal' | 'log'>,
): Promise<T> {
  for (const waitMs of WAITS_MS) {
    try {
      return await work();
    } catch (thrown) {
      const lost = thrown instanceof EvenkeelError && (thrown.code === 'UNREACHABLE' || (thrown.code === 'TIMED_OUT' && !signal.aborted));
      if (!lost) throw thrown;
      log.warning(`${thrown.message}; trying again`);
      await clock.sleep(waitMs, signal);
    }
  }
  return work();
}
