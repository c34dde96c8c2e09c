/** Who mends a run: `recover`, the watchdog, never both at once. */
import { type Clock, EvenkeelError, formatDuration, isSameProcess } from '../../base/index.ts';
import { type Claim, takeClaim } from './claims.ts';
import type { RunSummary } from './run-store.ts';

const LOOK_AGAIN_MS = 500;
/** Longer than any undo takes: whoever holds it so long is suspended. */
const USUAL_LIMIT_MS = 30 * 60_000;

export interface MendingWish {
  readonly by: string;
  /** The wall's clock. */
  readonly wallClock: Clock;
  readonly signal: AbortSignal;
  /** How long to wait for somebody else; half an hour when absent. */
  readonly limitMs?: number | undefined;
  /** Told once who mends it now, in words: `the watchdog (process 71, since 12 s)`. */
  readonly onBusy?: (holder: string) => void;
}

/** Waits until nobody else mends the run. Result: gives it back. Errors: `CANCELLED`; `TIMED_OUT`; `ENVIRONMENT` when its folder can not be written. */
export async function takeMending(run: Pick<RunSummary, 'runId' | 'path'>, wish: MendingWish): Promise<() => Promise<void>> {
  const { by, wallClock, signal, limitMs = USUAL_LIMIT_MS, onBusy } = wish;
  const deadline = wallClock.now() + limitMs;
  let told = false;
  for (;;) {
    const answer = await takeClaim({
      folder: run.path,
      key: 'mending',
      claimant: `${by}-${process.pid}`,
      claim: { target: run.runId, runId: run.runId, by, at: new Date(wallClock.now()).toISOString() },
      counts: (other) => Promise.resolve(isSameProcess(other.pid, other.process)),
      wallClock,
    });
    if (answer.taken) return answer.release;
    if (!told) onBusy?.(inWords(answer.holder, wallClock));
    told = true;
    if (wallClock.now() >= deadline) {
      throw new EvenkeelError('TIMED_OUT', `${inWords(answer.holder, wallClock)} has come to no end`, { blame: 'environment' });
    }
    await wallClock.sleep(LOOK_AGAIN_MS, signal);
  }
}

function inWords({ by = 'another process', pid, at }: Claim, wallClock: Clock): string {
  const who = by === 'watchdog' ? 'the watchdog' : by;
  return `${who} (process ${pid}, since ${formatDuration(Math.max(0, wallClock.now() - Date.parse(at)))})`;
}
