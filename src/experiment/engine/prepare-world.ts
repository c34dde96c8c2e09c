/** Everything before the first step: configuration, secrets, dynamic configuration, strategies, the empty journal. */
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { loadConfiguration } from '../configuration/load-configuration.ts';
import type { DynamicEntry } from '../configuration/load-configuration.ts';
import { loadSecrets } from '../configuration/load-secrets.ts';
import { setOwn } from '../format/key-order.ts';
import { cloneJson, isObject } from '../format/python-values.ts';
import type { Experiment } from '../spec.ts';
import { namesOf, substitute } from '../substitution.ts';
import type { UndoKeeper } from '../undo/undo-keeper.ts';
import { executeActivity } from './execute-activity.ts';
import type { JournalKeeper } from './journal-keeper.ts';
import { resolveOutput } from './resolve-output.ts';
import type { RunOptions } from './run-options.ts';
import type { JournalDraft, RunWorld } from './run-world.ts';
import type { SecretMask } from './secret-mask.ts';
import { HYPOTHESIS_STRATEGIES, ROLLBACK_STRATEGIES, hypothesisStrategy, rollbackStrategy } from './strategies.ts';
import type { HypothesisStrategy, RollbackStrategy } from './strategies.ts';
import { wallTime } from './wall-time.ts';

export interface PreparedRun {
  readonly world: RunWorld;
  readonly hypothesisStrategy: HypothesisStrategy;
  readonly rollbackStrategy: RollbackStrategy;
}

interface Parts {
  readonly runId: string;
  readonly startMs: number;
  readonly undo: UndoKeeper;
  readonly keeper: JournalKeeper;
  readonly mask: SecretMask;
}

/** Makes the world of a run. Errors: `INVALID_INPUT` for configuration, secrets or strategies that make no sense. */
export async function prepareWorld(loaded: Experiment, options: RunOptions, parts: Parts): Promise<PreparedRun> {
  const experiment = cloneJson(loaded);
  const strategies = strategiesOf(experiment, options);
  const configuration = loadConfiguration(experiment.configuration, options.env, options.variables);
  if (options.vault === undefined && namesVault(experiment.secrets)) {
    options.log.error('secrets of type vault can not be read: there is no client for a vault here; they stay empty');
  }
  const { env, clock, signal } = options;
  const vault = options.vault?.({ env, clock, signal, configuration: configuration.values });
  const secrets = await loadSecrets(experiment.secrets, env, options.secretVariables, vault);
  const problem = [...configuration.problems, ...secrets.problems][0];
  if (problem !== undefined) {
    throw new EvenkeelError('INVALID_INPUT', problem.message, {
      blame: 'input',
      ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    });
  }
  const outputs = new Map<string, unknown>();
  const journal = emptyJournal(experiment, options, parts);
  const world: RunWorld = {
    options,
    manner: options.manner ?? 'evenkeel',
    missed: new AbortController(),
    runId: parts.runId,
    experiment,
    journal,
    configuration: configuration.values,
    secrets: secrets.values,
    names: namesOf(configuration.values, secrets.values, (expression) => resolveOutput(outputs, expression)),
    dry: options.dry,
    outputs,
    flags: {
      gateMissed: false,
      refused: false,
      somethingFailed: false,
      toleranceMissed: false,
      actionFailed: false,
      rollbackAborted: false,
      continuousMissed: false,
      continuousFailed: false,
      leftOut: false,
      failFast: false,
      interruption: undefined,
    },
    emit: (event) => options.onEvent?.({ atMs: options.clock.now(), ...event }),
    touch: () => parts.keeper.touch(() => unfinished(journal, options, parts.runId)),
    undoFor: (activity) => parts.undo.recorder(activity),
  };
  parts.mask.hide(secrets.values);
  parts.mask.hideNamed(configuration.values);
  await loadDynamic(world, configuration.order);
  const title = substitute(experiment.title, world.names);
  journal.experiment = { ...experiment, title: title as string, dry: options.dry ?? null };
  return { world: { ...world, experiment: journal.experiment }, ...strategies };
}

function strategiesOf(experiment: Experiment, options: RunOptions): Omit<PreparedRun, 'world'> {
  const runtime: unknown = experiment.runtime;
  const declared = (part: string): unknown => {
    const block = isObject(runtime) ? runtime[part] : undefined;
    return isObject(block) ? block['strategy'] : undefined;
  };
  const forHypothesis = options.hypothesisStrategy ?? declared('hypothesis') ?? options.fallbackHypothesisStrategy ?? 'default';
  const forRollbacks = options.rollbackStrategy ?? declared('rollbacks') ?? options.fallbackRollbackStrategy ?? 'default';
  const hypothesis = hypothesisStrategy(forHypothesis);
  const rollbacks = rollbackStrategy(forRollbacks);
  if (hypothesis === undefined) throw unknownStrategy('hypothesis', forHypothesis, HYPOTHESIS_STRATEGIES);
  if (rollbacks === undefined) throw unknownStrategy('rollbacks', forRollbacks, ROLLBACK_STRATEGIES);
  return { hypothesisStrategy: hypothesis, rollbackStrategy: rollbacks };
}

function unknownStrategy(what: string, found: unknown, allowed: readonly string[]): EvenkeelError {
  const message = `the ${what} strategy ${JSON.stringify(found)} is unknown; allowed are ${allowed.join(', ')}`;
  return new EvenkeelError('INVALID_INPUT', message, { blame: 'input' });
}

function emptyJournal(experiment: Experiment, options: RunOptions, { startMs }: Parts): JournalDraft {
  const { platform = { platform: '', node: '', version: '' } } = options;
  return {
    'chaoslib-version': platform.version,
    platform: platform.platform,
    node: platform.node,
    experiment: { ...experiment, dry: options.dry ?? null },
    start: wallTime(startMs),
    status: null,
    deviated: false,
    steady_states: { before: null, after: null, during: [] },
    run: [],
    rollbacks: [],
  };
}

/** The journal of a run that has not ended: what a crash leaves. It must not look like a success. */
function unfinished(journal: JournalDraft, options: RunOptions, runId: string): object {
  const { evenkeel: _, status, ...rest } = journal;
  const at = wallTime(options.clock.now());
  const record = { schema: 1, runId, seed: options.random.seed, outcome: null, unfinished: true };
  const { steady_states, run, rollbacks, deviated, ...head } = rest;
  return { ...head, status: status ?? 'aborted', deviated, steady_states, run, rollbacks, end: at, duration: null, evenkeel: record };
}

function namesVault(value: unknown): boolean {
  return isObject(value) && (value['type'] === 'vault' || Object.values(value).some(namesVault));
}

/** Runs the probes that configuration comes from, in order; each sees what stands before it. A failed one leaves its key out. */
async function loadDynamic(world: RunWorld, order: readonly (string | DynamicEntry)[]): Promise<void> {
  const all = { ...world.configuration };
  const seen: Record<string, unknown> = {};
  let failed = false;
  if (!order.some((entry) => typeof entry !== 'string')) return;
  for (const entry of order) {
    if (typeof entry === 'string') {
      setOwn(seen, entry, all[entry]);
      continue;
    }
    const names = namesOf(seen, world.secrets);
    // The original puts all resolved secrets there; without any, its empty object is kept for the journal's sake.
    if (world.manner === 'chaos' && Object.keys(world.secrets).length === 0) setOwn(entry.provider, 'secrets', {});
    const quiet: RunWorld = { ...world, names, dry: undefined, emit: () => {}, touch: () => {}, options: { ...world.options } };
    const value = await dynamicValue(quiet, entry);
    if (value === undefined) failed = true;
    else {
      setOwn(seen, entry.key, value.value);
      setOwn(world.configuration, entry.key, value.value);
    }
  }
  if (failed) {
    const message = 'Some of the dynamic configuration failed to be loaded.Please review the log file for understanding what happened.';
    world.options.log.warning(message);
  }
}

async function dynamicValue(world: RunWorld, { key, name, provider }: DynamicEntry): Promise<{ value: unknown } | undefined> {
  try {
    const activity = { type: 'probe' as const, name, provider };
    const entry = await executeActivity(world, activity, { phase: 'before', signal: world.options.signal, abortIsFailure: true });
    if (entry.status !== 'succeeded') return undefined;
    const output = entry.output;
    if (provider.type === 'process' && isObject(output)) {
      return output['status'] === 0 ? { value: String(output['stdout']).trim() } : undefined;
    }
    if (provider.type === 'http' && isObject(output)) return { value: output['body'] };
    return { value: output };
  } catch (thrown) {
    world.options.log.debug(`configuration '${key}' could not be loaded: ${messageOf(thrown)}`);
    return undefined;
  }
}
