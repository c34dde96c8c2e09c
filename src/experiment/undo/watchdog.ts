import { type Clock, EvenkeelError, messageOf, isSameProcess } from '../../base/index.ts';
import type { RunSummary } from './run-store.ts';
import type { WatchdogNote } from './watchdog-note.ts';

/** Wall time. Each wait between two attempts is twice the one before. */
export interface WatchdogPatience {
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** How long it tries, from the runner's death on. */
  readonly limitMs: number;
}

export interface WatchdogOptions {
  /** The wall's clock: a process lives in real time. */
  readonly wallClock: Clock;
  readonly pid: number;
  readonly processIdentity: string;
  readonly patience: WatchdogPatience;
  /** Resolves when the runner's end of a pipe closes; a second way to notice its death, without the wait. */
  readonly runnerGone?: Promise<void>;
  readonly readRun: () => Promise<RunSummary>;
  /** One attempt. What it throws is a reason to try again. */
  readonly recover: (run: RunSummary) => Promise<unknown>;
  /** Told whatever it does now; must not throw. */
  readonly note?: (note: WatchdogState) => Promise<void>;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/** A note without what names the process. */
export type WatchdogState = Omit<WatchdogNote, 'pid' | 'process' | 'at'>;

/** `ended`: it had nothing to do; `recovered`: it tried, and nothing is left; `gave-up`: something is still broken, or is not known. */
export type WatchdogOutcome = 'ended' | 'recovered' | 'gave-up';

/**
 * Waits until the runner of a run has died or the run has ended, then mends what is left: again and again, with growing waits, until all is
 * mended (by whomever) or its time is over. Exits by itself.
 *
 * Errors: `CANCELLED` when the signal aborts.
 */
export async function watchdogEntry(options: WatchdogOptions): Promise<WatchdogOutcome> {
  const run = await untilRunnerIsGone(options);
  const outcome =
    run.pending.length > 0 ? await mendPatiently(options, run) : ({ word: run.plansLost ? 'gave-up' : 'ended', attempt: 0 } as const);
  const reason = outcome.word === 'gave-up' ? whyNotAll(await look(options)) : null;
  await options.note?.({
    state: outcome.word === 'gave-up' ? 'gave-up' : 'ended',
    attempt: outcome.attempt,
    nextAt: null,
    until: null,
    reason,
  });
  return outcome.word;
}

const EVERY_MS = 500;
/** Whoever wishes for no wait at all would get nothing but attempts. */
const SHORTEST_WAIT_MS = 200;

/**
 * The run as it is now. A disk that can not be read for a moment (too many open files, a share that is away) is no reason to leave while
 * something is broken. Errors: `NOT_FOUND` when its folder is gone; what reading says when the time for mending is over.
 */
async function look({ wallClock, readRun, patience, everyMs = EVERY_MS, signal }: WatchdogOptions): Promise<RunSummary> {
  const deadline = wallClock.now() + patience.limitMs;
  for (;;) {
    try {
      return await readRun();
    } catch (thrown) {
      const isGone = thrown instanceof EvenkeelError && thrown.code === 'NOT_FOUND';
      if (isGone || signal?.aborted === true || wallClock.now() >= deadline) throw thrown;
    }
    await wallClock.sleep(everyMs, signal);
  }
}

/** Result: the run, dead or at its end. */
async function untilRunnerIsGone(options: WatchdogOptions): Promise<RunSummary> {
  const { wallClock, everyMs = EVERY_MS, signal } = options;
  let gone = false;
  let wake = (): void => {};
  const notice = async (): Promise<void> => {
    await options.runnerGone;
    gone = options.runnerGone !== undefined;
    wake();
  };
  void notice();
  await options.note?.({ state: 'watching', attempt: 0, nextAt: null, until: null, reason: null });
  for (;;) {
    const alive = isSameProcess(options.pid, options.processIdentity);
    const run = await look(options);
    if (!alive || (run.outcome !== null && run.pending.length === 0)) return run;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    await Promise.race([wallClock.sleep(gone ? 50 : everyMs, signal), woken]);
  }
}

interface Mended {
  readonly word: 'recovered' | 'gave-up';
  readonly attempt: number;
}

async function mendPatiently(options: WatchdogOptions, dead: RunSummary): Promise<Mended> {
  const { wallClock, patience, note } = options;
  const deadline = wallClock.now() + patience.limitMs;
  const iso = (ms: number): string => new Date(ms).toISOString();
  let [run, reason]: [RunSummary, string | null] = [dead, null];
  for (let attempt = 1; ; attempt++) {
    await note?.({ state: 'mending', attempt, nextAt: null, until: iso(deadline), reason });
    const thrown = await attemptOnce(options, run);
    run = await look(options);
    if (run.pending.length === 0) return { word: run.plansLost ? 'gave-up' : 'recovered', attempt };
    reason = thrown ?? whyNotAll(run);
    const wait = Math.max(SHORTEST_WAIT_MS, Math.min(patience.longestWaitMs, patience.firstWaitMs * 2 ** (attempt - 1)));
    if (wallClock.now() + wait > deadline) return { word: 'gave-up', attempt };
    await note?.({ state: 'waiting', attempt: attempt + 1, nextAt: iso(wallClock.now() + wait), until: iso(deadline), reason });
    run = await waitWhilePending(options, wallClock.now() + wait);
    if (run.pending.length === 0) return { word: run.plansLost ? 'gave-up' : 'recovered', attempt };
  }
}

/** Result: what was thrown, in words. */
async function attemptOnce({ recover, signal }: WatchdogOptions, run: RunSummary): Promise<string | undefined> {
  try {
    await recover(run);
    return undefined;
  } catch (thrown) {
    if (signal?.aborted === true) throw thrown;
    return messageOf(thrown);
  }
}

/** Ends early when somebody else has mended it meanwhile. */
async function waitWhilePending(options: WatchdogOptions, untilMs: number): Promise<RunSummary> {
  const { wallClock, signal, everyMs = EVERY_MS } = options;
  for (;;) {
    const run = await look(options);
    const leftMs = untilMs - wallClock.now();
    if (run.pending.length === 0 || leftMs <= 0) return run;
    await wallClock.sleep(Math.min(leftMs, everyMs * 2), signal);
  }
}

/** What the last attempts said of those things that are not mended. */
function whyNotAll({ pending, records, plansLost }: RunSummary): string {
  const reasons = pending.map(({ id, summary }) => {
    const last = records.findLast((record) => record.type === 'result' && record.id === id);
    return last?.type === 'result' && last.detail.length > 0 ? last.detail.join('; ') : summary;
  });
  return [...reasons, ...(plansLost ? ['part of the undo log is lost: what it broke besides is not known'] : [])].join('; ');
}
