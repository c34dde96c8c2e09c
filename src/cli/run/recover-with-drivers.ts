import { type RunSummary, type UndoRecord, recoverRun } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import { composeDrivers } from './compose-drivers.ts';

type Telling = Pick<Parameters<typeof recoverRun>[1], 'by' | 'onStart'>;

/** Mends what a dead run left, with every driver at hand; for `recover` and for the watchdog. Errors: as `recoverRun`. */
export function recoverWithDrivers(run: RunSummary, context: CommandContext, telling: Telling): Promise<UndoRecord[]> {
  const { clock, random, log, signal, env, stateFolder } = context;
  const { undos } = composeDrivers(context);
  return recoverRun(run, { stateFolder, undos, context: { clock, random, log, signal, env, configuration: {}, secrets: {} }, ...telling });
}
