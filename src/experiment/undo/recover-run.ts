import { EvenkeelError } from '../../base/index.ts';
import { wallTime } from '../engine/wall-time.ts';
import type { UndoRecord } from '../journal.ts';
import type { UndoContext, UndoDescriptor } from '../ports.ts';
import { playUndo } from './play-undo.ts';
import type { PlayUndoOptions } from './play-undo.ts';
import { readRun, reopenRun } from './run-store.ts';
import type { RunSummary } from './run-store.ts';

export interface RecoverOptions {
  readonly stateFolder: string;
  readonly undos: readonly UndoDescriptor[];
  readonly context: UndoContext;
  readonly by?: 'recover' | 'watchdog';
  /** Recover although the run's process still lives. */
  readonly force?: boolean;
  readonly onStart?: PlayUndoOptions['onStart'];
  readonly onEnd?: PlayUndoOptions['onEnd'];
}

/**
 * Mends what a dead run left broken; safe to repeat.
 *
 * Result: one record per plan that was pending; `still-broken` ones remain pending. Errors: `CONFLICT` while the run's process lives.
 */
export async function recoverRun(run: RunSummary, options: RecoverOptions): Promise<UndoRecord[]> {
  const now = await readRun(options.stateFolder, run.runId);
  if (now.state === 'running' && options.force !== true) {
    throw new EvenkeelError('CONFLICT', `run ${run.runId} is still running (process ${now.pid}) and mends after itself`, {
      blame: 'input',
      hint: `Stop it: evenkeel stop ${run.runId}`,
    });
  }
  for (const line of now.damage) options.context.log.warning(`the undo log of run ${run.runId} is damaged, using what is sound: ${line}`);
  if (now.pending.length === 0) return [];
  const folder = await reopenRun(options.stateFolder, now);
  const callbacks = {
    ...(options.onStart === undefined ? {} : { onStart: options.onStart }),
    ...(options.onEnd === undefined ? {} : { onEnd: options.onEnd }),
  };
  try {
    const { undos, context, by = 'recover' } = options;
    const records = await playUndo(now.pending, { undos, context, folder, by, ...callbacks });
    const broken = records.some((record) => record.status === 'still-broken');
    const outcome = broken ? 'undo-incomplete' : 'recovered';
    await folder.record({ type: 'end', outcome, at: wallTime(context.clock.now()) });
    return records;
  } finally {
    await folder.close([]);
  }
}
