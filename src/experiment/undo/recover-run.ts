import { EvenkeelError, messageOf } from '../../base/index.ts';
import { wallTime } from '../engine/wall-time.ts';
import type { UndoRecord } from '../journal.ts';
import type { UndoContext, UndoDescriptor } from '../ports.ts';
import { playUndo } from './play-undo.ts';
import type { PlayUndoOptions } from './play-undo.ts';
import { readRun, reopenRun } from './run-store.ts';
import type { RunFolder, RunSummary } from './run-store.ts';

export interface RecoverOptions {
  readonly stateFolder: string;
  readonly undos: readonly UndoDescriptor[];
  readonly context: UndoContext;
  readonly by?: 'recover' | 'watchdog';
  /** Recover although the run's process still lives. */
  readonly force?: boolean;
  /** Opens the run's folder to write down what was mended; absent = on the disk. */
  readonly openFolder?: () => Promise<Pick<RunFolder, 'record' | 'close'>>;
  readonly onStart?: PlayUndoOptions['onStart'];
  readonly onEnd?: PlayUndoOptions['onEnd'];
}

const UNWRITTEN: Pick<RunFolder, 'record' | 'close'> = { record: () => Promise.resolve(), close: () => Promise.resolve() };

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
      hint: `Stop it: kill ${now.pid}`,
    });
  }
  for (const line of now.damage) options.context.log.warning(`the undo log of run ${run.runId} is damaged, using what is sound: ${line}`);
  if (now.pending.length === 0) return [];
  const folder = await (options.openFolder ?? (() => reopenRun(options.stateFolder, now)))().catch((thrown: unknown) => {
    // A full or read-only disk is no reason to leave a machine stopped.
    options.context.log.warning(`mending without a note of it: ${messageOf(thrown)}`);
    return UNWRITTEN;
  });
  const callbacks = {
    ...(options.onStart === undefined ? {} : { onStart: options.onStart }),
    ...(options.onEnd === undefined ? {} : { onEnd: options.onEnd }),
  };
  try {
    const { undos, context, by = 'recover' } = options;
    const records = await playUndo(now.pending, { undos, context, folder, by, ...callbacks });
    const broken = records.some((record) => record.status === 'still-broken');
    const outcome = broken ? 'undo-incomplete' : 'recovered';
    await folder.record({ type: 'end', outcome, at: wallTime(context.clock.now()) }).catch((thrown: unknown) => {
      context.log.warning(`the end can not be written down: ${messageOf(thrown)}`);
    });
    return records;
  } finally {
    await folder.close([]);
  }
}
