/** What becomes of runs whose process died: their watchdogs' notes, looked at until they say what is waited for. */
import { createRealClock } from '../../src/base/index.ts';
import { type RunSummary, type WatchdogNote, listRuns, readWatchdogNote } from '../../src/experiment/index.ts';

/** Waits for what another process brings about: looks every 50 ms, at most 40 s. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const clock = createRealClock();
  const deadline = clock.now() + 40_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (clock.now() > deadline) throw new Error(`not seen within 40 s: ${what}`);
    await clock.sleep(50);
  }
}

export const noted = (run: RunSummary, states: readonly WatchdogNote['state'][]): Promise<WatchdogNote> =>
  until(`a watchdog that is ${states.join(' or ')}`, async () => {
    const note = await readWatchdogNote(run.path);
    return note !== undefined && states.includes(note.state) ? note : undefined;
  });

export const leaves = (run: RunSummary): Promise<boolean> =>
  until('that the watchdog leaves', async () => ((await readWatchdogNote(run.path))?.alive === false ? true : undefined));

/** The run that began last in this folder. */
export async function newestRun(stateFolder: string): Promise<RunSummary> {
  const run = (await listRuns(stateFolder)).at(-1);
  if (run === undefined) throw new Error('no run');
  return run;
}
