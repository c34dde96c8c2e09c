import { type Clock, EvenkeelError, createRealClock, messageOf } from '../../base/index.ts';
import { createSecretMask } from '../engine/secret-mask.ts';
import { wallTime } from '../engine/wall-time.ts';
import type { UndoRecord } from '../journal.ts';
import type { UndoContext, UndoDescriptor } from '../ports.ts';
import { takeMending } from './mending-claim.ts';
import { playUndo } from './play-undo.ts';
import type { PlayUndoOptions } from './play-undo.ts';
import type { RunCredentials } from './run-credentials.ts';
import { readRun, releaseTargets, reopenRun } from './run-store.ts';
import type { RunFolder, RunSummary } from './run-store.ts';
import type { PlanRecord } from './undo-log.ts';

export interface RecoverOptions {
  readonly stateFolder: string;
  readonly undos: readonly UndoDescriptor[];
  readonly context: Omit<UndoContext, 'configuration' | 'secrets'>;
  /** What the run signed in with; absent = nothing. */
  readonly credentials?: RunCredentials;
  readonly by?: 'recover' | 'watchdog';
  /** Recover although the run's process still lives. */
  readonly force?: boolean;
  /** Opens the run's folder to write down what was mended; absent = on the disk. */
  readonly openFolder?: () => Promise<Pick<RunFolder, 'record' | 'close'>>;
  /** The wall's clock, for waiting until another process has mended. */
  readonly wallClock?: Clock;
  /** How long another process that mends this run is waited for; half an hour when absent. Then it is mended all the same: that harms nothing. */
  readonly busyLimitMs?: number;
  /** Told once, when another process mends this run: it is waited for. */
  readonly onBusy?: (holder: string) => void;
  readonly onStart?: PlayUndoOptions['onStart'];
  readonly onEnd?: PlayUndoOptions['onEnd'];
}

const UNWRITTEN: Pick<RunFolder, 'record' | 'close'> = { record: () => Promise.resolve(), close: () => Promise.resolve() };
const NO_CREDENTIALS: RunCredentials = { configuration: {}, secrets: {} };

/**
 * Mends what a dead run left broken; safe to repeat. While another process mends the same run it waits, then mends what is left.
 *
 * Result: one record per plan that was pending; `still-broken` ones remain pending. Errors: `CONFLICT` while the run's process lives.
 */
export async function recoverRun(run: RunSummary, options: RecoverOptions): Promise<UndoRecord[]> {
  const { stateFolder, context, by = 'recover', wallClock = createRealClock(), busyLimitMs, onBusy } = options;
  refuseRunning(await readRun(stateFolder, run.runId), options);
  const telling = onBusy === undefined ? {} : { onBusy };
  const release = await takeMending(run, { by, wallClock, signal: context.signal, limitMs: busyLimitMs, ...telling }).catch(
    (thrown: unknown) => {
      if (context.signal.aborted) throw thrown;
      // A full or read-only disk, or a process that is suspended, is no reason to leave a machine stopped.
      context.log.warning(`mending without a sign for others: ${messageOf(thrown)}`);
      return () => Promise.resolve();
    },
  );
  try {
    const now = await readRun(stateFolder, run.runId);
    for (const line of now.damage) context.log.warning(`the undo log of run ${run.runId} is damaged, using what is sound: ${line}`);
    return now.pending.length === 0 ? [] : await mend(now, options);
  } finally {
    await release();
  }
}

function refuseRunning(now: RunSummary, { force }: RecoverOptions): void {
  if (now.state !== 'running' || force === true) return;
  throw new EvenkeelError('CONFLICT', `run ${now.runId} is still running (process ${now.pid}) and mends after itself`, {
    blame: 'input',
    hint: `Stop it: evenkeel stop ${now.runId}`,
  });
}

async function mend(now: RunSummary, options: RecoverOptions): Promise<UndoRecord[]> {
  const { stateFolder, undos, credentials = NO_CREDENTIALS, by = 'recover', onStart, onEnd } = options;
  const mask = createSecretMask(options.context.env);
  mask.hide(credentials.secrets);
  mask.hideNamed(credentials.configuration);
  const context = { ...options.context, log: mask.logger(options.context.log) };
  const folder = await (options.openFolder ?? (() => reopenRun(stateFolder, now)))().catch((thrown: unknown) => {
    context.log.warning(`mending without a note of it: ${messageOf(thrown)}`);
    return UNWRITTEN;
  });
  const callbacks = { ...(onStart === undefined ? {} : { onStart }), ...(onEnd === undefined ? {} : { onEnd }) };
  const uncertain = (plan: PlanRecord): boolean => isYoung(plan, context.clock);
  try {
    const records = await playUndo(now.pending, { undos, context, credentials, folder, uncertain, mask, by, ...callbacks });
    const broken = records.some((record) => record.status === 'still-broken');
    const outcome = broken ? 'undo-incomplete' : 'recovered';
    await folder.record({ type: 'end', outcome, at: wallTime(context.clock.now()) }).catch((thrown: unknown) => {
      context.log.warning(`the end can not be written down: ${messageOf(thrown)}`);
    });
    if (!broken) await releaseTargets(stateFolder, now.runId).catch(() => {});
    return records;
  } finally {
    await folder.close([]);
  }
}

const YOUNG_MS = 60_000;

/** Its runner may have died in the very moment in which it sent the act. */
function isYoung({ at }: PlanRecord, clock: Clock): boolean {
  const ageMs = clock.now() - Date.parse(at);
  return ageMs >= 0 && ageMs < YOUNG_MS;
}
