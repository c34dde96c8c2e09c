/** Plays an experiment from its start to its verified end. Source of the order: chaostoolkit-compat.md b.1. */
import { messageOf } from '../../base/index.ts';
import type { Journal, RunOutcome } from '../journal.ts';
import type { Experiment } from '../spec.ts';
import { createUndoKeeper } from '../undo/undo-keeper.ts';
import type { UndoKeeper } from '../undo/undo-keeper.ts';
import { pythonText } from '../format/python-values.ts';
import { callControls, callHook, controlsOf } from './call-controls.ts';
import { startContinuousHypothesis } from './continuous-hypothesis.ts';
import { createJournalKeeper } from './journal-keeper.ts';
import { outcomeOf } from './outcome.ts';
import { prepareWorld } from './prepare-world.ts';
import { runActivities } from './run-activities.ts';
import { Interruption, interruptionOf } from './run-event.ts';
import { runHypothesis } from './run-hypothesis.ts';
import { isStrict } from './run-options.ts';
import type { RunMoment, RunOptions, RunResult } from './run-options.ts';
import { seconds } from './run-world.ts';
import type { RunWorld } from './run-world.ts';
import { createSecretMask } from './secret-mask.ts';
import type { SecretMask } from './secret-mask.ts';
import { momentsOf, playsRollbacks } from './strategies.ts';
import type { HypothesisStrategy, RollbackStrategy } from './strategies.ts';
import { tellOfFalseGreen } from './tell-of-false-green.ts';
import { wallTime } from './wall-time.ts';

/**
 * Runs an experiment. Whatever happens, what was written down to be undone is undone and verified before it resolves.
 *
 * Validate first: this checks only what it can not do without. Errors: `INVALID_INPUT` for configuration or secrets that can not be
 * resolved and for unknown strategies, before anything has been done.
 */
export async function runExperiment(experiment: Experiment, given: RunOptions): Promise<RunResult> {
  const mask = createSecretMask(given.env);
  const options = withoutSecrets(given, mask);
  const startMs = options.clock.now();
  const runId = newRunId(options, startMs);
  const undo = createUndoKeeper(options, { runId, title: pythonText(experiment.title ?? ''), seed: options.random.seed }, mask);
  const keeper = createJournalKeeper(options, mask);
  const prepared = await prepareWorld(experiment, options, { runId, startMs, undo, keeper, mask });
  const { world, hypothesisStrategy, rollbackStrategy } = prepared;
  undo.attach(world);
  // Every run is listed, also one that breaks nothing; who can not write it down will not break anything either.
  if (world.manner === 'evenkeel') undo.open().catch((thrown: unknown) => options.log.warning(messageOf(thrown)));
  // A journal that can not be written is known before anything is broken.
  if (world.manner === 'evenkeel') await keeper.flush(() => world.touch());
  const { title } = world.experiment;
  world.emit({ type: 'run-started', runId, title: pythonText(title), hypothesisStrategy, rollbackStrategy, dry: options.dry ?? null });
  await moment(world, 'start');
  const controls = [...(options.controls?.global ?? []), ...controlsOf(world.experiment.controls)];
  for (const control of controls) await callHook(world, control, 'configure_control', null, undefined);
  await guarded(world, () => callControls(world, 'before', 'experiment', world.experiment, undefined, undefined));
  await guarded(world, () => playHypothesisAndMethod(world, hypothesisStrategy));
  await playRollbacks(world, rollbackStrategy);
  await moment(world, 'undo');
  const records = await undo.play();
  await moment(world, 'undone');
  noteLateInterruption(world);
  judgeMeasured(world);
  const result = finish(world, undo, { startMs, runId, records });
  await callControls(world, 'after', 'experiment', world.experiment, world.journal, undefined).catch(() => {});
  for (const control of controls) await callHook(world, control, 'cleanup_control', null, undefined).catch(() => {});
  await moment(world, 'end');
  const journal = { ...result.journal, evenkeel: { ...result.record, sections: options.sections?.() ?? {} } };
  await undo.end(result.outcome).catch((thrown: unknown) => {
    world.emit({ type: 'notice', level: 'error', message: `the end of the run can not be written down: ${messageOf(thrown)}` });
  });
  try {
    await keeper.end(journal);
  } catch (thrown) {
    // That something is broken weighs more than that there is no journal of it.
    if (result.outcome !== 'undo-incomplete') throw thrown;
    world.emit({ type: 'notice', level: 'error', message: messageOf(thrown) });
  }
  return { journal: options.manner === 'chaos' ? journal : mask.deep(journal), outcome: result.outcome };
}

/** The original tells secrets; what is ours never does. */
function withoutSecrets(options: RunOptions, mask: SecretMask): RunOptions {
  if (options.manner === 'chaos') return options;
  return { ...options, log: mask.logger(options.log), onEvent: (event) => options.onEvent?.(mask.deep(event)) };
}

/** A signal that came after the method cut what was still to be measured; the undo was played to its end all the same. */
function noteLateInterruption({ manner, options, flags, journal }: RunWorld): void {
  if (manner === 'chaos' || !options.signal.aborted || flags.interruption !== undefined || flags.refused) return;
  flags.interruption = interruptionOf(options.signal);
  journal.status = 'interrupted';
}

/** A run that was not begun, or not played to its end, says nothing of the application, whatever was measured. */
function judgeMeasured({ options, journal, flags }: RunWorld): void {
  if (flags.gateMissed || flags.refused || journal.status === 'interrupted') return;
  const verdict = options.measured?.();
  if (verdict === 'broken') journal.deviated = true;
  else if (verdict === 'unknown' && !journal.deviated) flags.somethingFailed = true;
}

function newRunId(options: RunOptions, startMs: number): string {
  const stamp = new Date(startMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${stamp}-${options.random.fork(`run/${startMs}/${process.pid}`).integer(0x1_0000_0000).toString(36).padStart(7, '0')}`;
}

async function moment(world: RunWorld, name: RunMoment): Promise<void> {
  try {
    await world.options.hook?.(name);
  } catch (thrown) {
    world.flags.somethingFailed = true;
    world.emit({ type: 'notice', level: 'error', message: `at ${name}: ${messageOf(thrown)}` });
  }
}

/** Runs a part; an interruption or an error in it ends the part and is journalled, never thrown on. */
async function guarded(world: RunWorld, part: () => Promise<void>): Promise<void> {
  if (world.flags.interruption !== undefined) return;
  try {
    await part();
  } catch (thrown) {
    if (thrown instanceof Interruption) {
      world.journal.status = 'interrupted';
      world.flags.interruption = thrown;
      world.emit({ type: 'interrupted', by: thrown.kind, message: thrown.detail });
    } else {
      world.journal.status = 'aborted';
      world.emit({ type: 'aborted', phase: 'method', message: messageOf(thrown) });
    }
  }
  world.touch();
}

async function playHypothesisAndMethod(world: RunWorld, strategy: HypothesisStrategy): Promise<void> {
  const moments = momentsOf(strategy);
  const { journal, options } = world;
  if (strategy === 'skip') world.emit({ type: 'hypothesis-started', phase: 'before', title: null, skipped: true });
  if (moments.before) {
    await moment(world, 'hypothesis-before');
    const state = await runHypothesis(world, 'before', options.signal);
    journal.steady_states.before = state ?? null;
    if (state?.steady_state_met === false) {
      world.flags.gateMissed = true;
      journal.status = state.probes.at(-1)?.status === 'failed' ? 'failed' : 'completed';
      return;
    }
  }
  await playMethod(world, moments.during);
  if (!moments.after || journal.status === 'aborted') return;
  await moment(world, 'hypothesis-after');
  const state = await runHypothesis(world, 'after', options.signal);
  journal.steady_states.after = state ?? null;
  if (state === undefined) return;
  if (state.steady_state_met === false) {
    journal.deviated = true;
    journal.status = state.probes.at(-1)?.status === 'failed' ? 'failed' : 'completed';
  }
}

async function playMethod(world: RunWorld, continuous: boolean): Promise<void> {
  const { journal, options, experiment, flags } = world;
  await moment(world, 'method');
  const stopChecking = continuous ? startContinuousHypothesis(world) : undefined;
  const method = Array.isArray(experiment.method) ? experiment.method : [];
  await callControls(world, 'before', 'method', experiment, undefined, undefined);
  world.emit({ type: 'method-started', activities: method.length });
  const background = world.manner === 'evenkeel' ? options.signal : new AbortController().signal;
  try {
    await runActivities(world, method, {
      phase: 'method',
      signal: options.signal,
      backgroundSignal: background,
      entries: journal.run,
      abortIsFailure: false,
      stopped: () => flags.failFast || flags.actionFailed || flags.refused || journal.status === 'aborted',
    });
  } finally {
    await stopChecking?.();
    await callControls(world, 'after', 'method', experiment, journal.run, undefined);
  }
  // Read through a function: background work changes it meanwhile.
  const status = ((): string | null => journal.status)();
  // A miss that ended the method is a failure to the original; the steady state did deviate, and so we say.
  const failed = flags.continuousFailed || (flags.failFast && world.manner === 'chaos');
  if (status === null && failed) journal.status = 'failed';
  else if (status === null && flags.continuousMissed) journal.deviated = true;
}

async function playRollbacks(world: RunWorld, strategy: RollbackStrategy): Promise<void> {
  const { journal, options, experiment, flags } = world;
  if (flags.interruption?.kind === 'SIGUSR2') return;
  const play = playsRollbacks(strategy, journal.status ?? 'completed', journal.deviated);
  world.emit({ type: 'rollbacks-decided', strategy, play });
  if (!play) return;
  await moment(world, 'rollbacks');
  const rollbacks = Array.isArray(experiment.rollbacks) ? experiment.rollbacks : [];
  const signal = flags.interruption === undefined ? options.signal : (options.secondSignal ?? new AbortController().signal);
  try {
    await callControls(world, 'before', 'rollback', experiment, undefined, undefined);
    world.emit({ type: 'rollbacks-started', activities: rollbacks.length });
    const entries = journal.rollbacks;
    const place = { phase: 'rollbacks' as const, signal, backgroundSignal: signal, entries, abortIsFailure: true, stopped: () => false };
    await runActivities(world, rollbacks, place);
    await callControls(world, 'after', 'rollback', experiment, journal.rollbacks, undefined);
  } catch (thrown) {
    const by = thrown instanceof Interruption ? thrown : new Interruption('stop', messageOf(thrown));
    journal.status = 'interrupted';
    flags.interruption ??= by;
    world.emit({ type: 'rollbacks-cut', by: by.kind });
  }
  if (journal.rollbacks.some((entry) => entry.status !== 'succeeded' && entry.status !== 'left-out')) flags.somethingFailed = true;
}

interface Ending {
  readonly startMs: number;
  readonly runId: string;
  readonly records: Awaited<ReturnType<UndoKeeper['play']>>;
}

function finish(world: RunWorld, undo: UndoKeeper, { startMs, runId, records }: Ending): FinishedRun {
  const { journal, options, flags } = world;
  const endMs = options.clock.now();
  const rollbackAborted = journal.rollbacks.some((entry) => entry.status === undefined);
  journal.status ??= 'completed';
  // A missed gate is no success: nothing was tried.
  if ((flags.gateMissed || flags.rollbackAborted || flags.refused) && journal.status === 'completed') journal.status = 'failed';
  // A tolerance in the method is ours: who writes one wants it to count.
  if (flags.toleranceMissed && world.manner === 'chaos' && journal.status === 'completed') journal.status = 'failed';
  tellOfFalseGreen(world);
  const outcome = outcomeOf({
    status: journal.status,
    deviated: journal.deviated,
    gateMissed: flags.gateMissed,
    refused: flags.refused,
    undoIncomplete: undo.incomplete(),
    failedStrictly: isStrict(options) && (flags.somethingFailed || rollbackAborted),
    leftOut: flags.leftOut,
  });
  journal.end = wallTime(endMs);
  journal.duration = seconds(endMs - startMs);
  const { status, deviated } = journal;
  const record = { schema: 1 as const, runId, seed: options.random.seed, outcome, undo: records, speed: options.clock.speed, sections: {} };
  world.emit({ type: 'run-ended', status, deviated, outcome, seconds: journal.duration });
  // All keys are set by now, in the order of the original.
  return { outcome, record, journal: orderedJournal(world) as unknown as Journal };
}

interface FinishedRun {
  readonly outcome: RunOutcome;
  readonly journal: Journal;
  readonly record: NonNullable<Journal['evenkeel']>;
}

function orderedJournal({ journal }: RunWorld): object {
  const { evenkeel, ...rest } = journal;
  return evenkeel === undefined ? rest : { ...rest, evenkeel };
}
