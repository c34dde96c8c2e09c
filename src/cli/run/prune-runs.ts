import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunSummary, listRuns, readWatchdogNote } from '../../experiment/index.ts';

export interface PruneWish {
  /** Wall milliseconds: runs whose undo log was written later stay. */
  readonly before: number;
  /** Only find out which. */
  readonly dry: boolean;
}

export interface Pruned {
  readonly removed: readonly string[];
  /** Old ones that stay, and why. */
  readonly kept: readonly { readonly runId: string; readonly why: string }[];
}

/** Removes the folders of old runs. One that left something broken, or of which that is not known, always stays. */
export async function pruneRuns(stateFolder: string, { before, dry }: PruneWish): Promise<Pruned> {
  const removed: string[] = [];
  const kept: { runId: string; why: string }[] = [];
  const runs = new Map((await listRuns(stateFolder)).map((run) => [run.runId, run]));
  const folder = join(stateFolder, 'runs');
  const names = await readdir(folder).catch(() => []);
  for (const name of names.toSorted((a, b) => a.localeCompare(b))) {
    const path = join(folder, name);
    const run = runs.get(name);
    const changed = await lastChange(path, run !== undefined);
    if (changed === undefined || changed >= before) continue;
    const why = run === undefined ? undefined : await whyKept(run);
    if (why !== undefined) kept.push({ runId: name, why });
    else {
      removed.push(name);
      if (!dry) await rm(path, { recursive: true, force: true });
    }
  }
  return { removed, kept };
}

/** Of the wall's clock, as a lab's may run ahead. A run that died before its first record has only its folder. Undefined for what is no folder. */
async function lastChange(path: string, hasLog: boolean): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return undefined;
  return hasLog ? (await stat(join(path, 'undo.jsonl'))).mtimeMs : found.mtimeMs;
}

async function whyKept(run: RunSummary): Promise<string | undefined> {
  if (run.state === 'running') return 'it is under way';
  if (run.pending.length > 0) return `it left something broken: ${run.pending.map(({ summary }) => summary).join('; ')}`;
  if (run.damage.length > 0) return `its undo log is damaged (${run.damage.join('; ')}): what it broke is not wholly known`;
  const watchdog = await readWatchdogNote(run.path);
  return watchdog?.alive === true ? `its watchdog (process ${watchdog.pid}) still runs` : undefined;
}
