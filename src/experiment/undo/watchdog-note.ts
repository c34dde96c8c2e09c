/** What the watchdog of a run does now, readable in the run's folder. */
import { join } from 'node:path';
import { z } from 'zod/mini';
import { isSameProcess } from '../../base/index.ts';
import { createJournalFile, readLogText } from './durable-log.ts';

const Note = z.object({
  pid: z.number(),
  process: z.string(),
  /** `watching` the runner; `mending`; `waiting` to try again; `ended`: nothing is left to do; `gave-up`: its time is over. */
  state: z.enum(['watching', 'mending', 'waiting', 'ended', 'gave-up']),
  /** How often it has tried, or tries now. */
  attempt: z.number(),
  /** Of the wall's clock, ISO 8601. */
  at: z.string(),
  nextAt: z.nullable(z.string()),
  /** When it gives up. */
  until: z.nullable(z.string()),
  /** Why the last attempt mended not all. */
  reason: z.nullable(z.string()),
});

export type WatchdogNote = z.infer<typeof Note>;

const fileIn = (runPath: string): string => join(runPath, 'watchdog.json');

/** Replaces the note as a whole. Errors: `ENVIRONMENT`. */
export async function writeWatchdogNote(runPath: string, note: WatchdogNote): Promise<void> {
  await createJournalFile(fileIn(runPath)).write(`${JSON.stringify(note)}\n`);
}

/** The note, and whether that very process still runs; undefined when there was no watchdog. */
export async function readWatchdogNote(runPath: string): Promise<(WatchdogNote & { readonly alive: boolean }) | undefined> {
  const text = await readLogText(fileIn(runPath)).catch(() => '');
  try {
    const parsed = z.safeParse(Note, JSON.parse(text));
    return parsed.success ? { ...parsed.data, alive: isSameProcess(parsed.data.pid, parsed.data.process) } : undefined;
  } catch {
    return undefined;
  }
}
