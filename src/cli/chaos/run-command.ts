/** `chaos run` and `chaos validate`. Source of the order: chaostoolkit-compat.md b.1. */
import { arch, hostname, release, type } from 'node:os';
import { join, resolve } from 'node:path';
import { createRandom, listInWords, messageOf, plural } from '../../base/index.ts';
import { httpProvider, openVault } from '../../drivers/http/index.ts';
import { createJavascriptRoom } from '../../drivers/javascript/index.ts';
import { processProvider } from '../../drivers/process/index.ts';
import { createPythonRoom } from '../../drivers/python/index.ts';
import type { PythonRoom } from '../../drivers/python/index.ts';
import {
  Interruption,
  createJournalFile,
  describeProblem,
  hypothesisStrategy,
  openRunStore,
  runExperiment,
  validateExperiment,
} from '../../experiment/index.ts';
import type {
  ActivityContext,
  ActivityProvider,
  ControlPort,
  DryMode,
  Journal,
  LoadedExperiment,
  RollbackStrategy,
  RunOptions,
  RunSource,
} from '../../experiment/index.ts';
import { runSource } from '../run/run-source.ts';
import type { ChaosIo } from './chaos-io.ts';
import type { Console } from './console.ts';
import { contextOf } from './driver-context.ts';
import { controlsIn, loadWithHooks, missingControls, readControlFile } from './global-controls.ts';
import { linesFor } from './log-lines.ts';
import { loadSource } from './load-source.ts';
import { createNotifier } from './notify.ts';
import { readSettings, strategiesIn } from './settings.ts';
import type { Settings } from './settings.ts';
import { readVariables } from './variables.ts';
import type { Variables } from './variables.ts';

/** What both commands take. */
export interface SourceFlags {
  readonly verifyTls: boolean;
  readonly var: readonly string[];
  readonly varFile: readonly string[];
}

export interface RunFlags extends SourceFlags {
  readonly journalPath: string;
  readonly dry: DryMode | undefined;
  readonly validation: boolean;
  readonly rollbackStrategy: RollbackStrategy | undefined;
  readonly hypothesisStrategy: string | undefined;
  readonly hypothesisFrequency: number;
  readonly failFast: boolean;
  readonly controlFile: readonly string[];
}

/** What a command has when it begins. */
export interface Session {
  readonly io: ChaosIo;
  readonly console: Console;
  readonly settingsFile: string;
}

/** The version of the library whose format and journal we write. */
export const LIBRARY_VERSION = '1.45.0';
const VALIDATING = "Validating the experiment's syntax";
const EMPTY = 'an empty experiment is not an experiment';
const MISSPELT =
  '\nThe "--hypothesis-strategy=continously" command is depreciating and will be removed in a future version\n' +
  'Instead, please use "--hypothesis-strategy=continuously"';

interface Prepared {
  readonly settings: Settings;
  readonly variables: Variables;
  readonly context: ActivityContext;
  readonly providers: readonly ActivityProvider[];
  readonly activities: Awaited<ReturnType<ChaosIo['drivers']>>['activities'];
  readonly undos: Awaited<ReturnType<ChaosIo['drivers']>>['undos'];
  readonly controls: ControlPort;
  readonly python: PythonRoom;
  stop(): Promise<void>;
}

/** Runs an experiment. Result: 0 when it completed as hoped, else 1. Errors: `USAGE`. */
export async function runCommand(session: Session, source: string, flags: RunFlags): Promise<number> {
  const { console } = session;
  if (flags.hypothesisStrategy === 'continously') console.write('WARNING', MISSPELT);
  const prepared = await prepare(session, flags, flags.controlFile);
  try {
    const loaded = await load(session, source, flags, prepared);
    if (loaded === undefined) return 1;
    const notify = createNotifier(prepared.settings, prepared.context, prepared.python);
    await notify('run-started', loaded.experiment);
    if (flags.validation && !(await isValid(session, loaded, prepared))) return 1;
    const names = flags.var.map((text) => /^[^:=]*/.exec(text)?.[0] ?? '');
    const facts = { file: source, experiment: loaded.experiment, variables: names, variableFiles: flags.varFile };
    const from = runSource(facts, { env: prepared.context.env, cwd: session.io.cwd });
    return await run(session, loaded, { flags, prepared, notify, from });
  } finally {
    await prepared.stop();
  }
}

/** Checks an experiment. Result: 0 when it is valid, else 1. */
export async function validateCommand(session: Session, source: string, flags: SourceFlags): Promise<number> {
  const prepared = await prepare(session, flags, []);
  try {
    const loaded = await load(session, source, flags, prepared);
    if (loaded === undefined) return 1;
    const notify = createNotifier(prepared.settings, prepared.context, prepared.python);
    await notify('validate-started', loaded.experiment);
    if (!(await isValid(session, loaded, prepared))) {
      await notify('validate-failed', loaded.experiment);
      return 1;
    }
    session.console.write('INFO', 'experiment syntax and semantic look valid');
    await notify('validate-completed', loaded.experiment);
    return 0;
  } finally {
    await prepared.stop();
  }
}

async function prepare({ io, console, settingsFile }: Session, flags: SourceFlags, controlFiles: readonly string[]): Promise<Prepared> {
  const settings = readSettings(settingsFile, console);
  const variables = readVariables(flags.var, flags.varFile);
  const env = { ...io.env, ...variables.env };
  const python = createPythonRoom({ env });
  const javascript = createJavascriptRoom({ folder: io.cwd });
  const { activities, undos } = await io.drivers();
  const context = contextOf(io, console.log, env);
  const global = [...controlsIn(settings['controls']), ...controlFiles.flatMap(readControlFile)];
  const rooms = [python, javascript];
  return {
    settings,
    variables,
    context,
    providers: [httpProvider(), processProvider(env), python.provider, javascript.provider],
    activities,
    undos,
    python,
    controls: {
      global,
      handles: (control) => rooms.some((room) => room.provider.type === control.provider?.type),
      call: async (call) => rooms.find((room) => room.provider.type === call.control.provider?.type)?.callControl(call),
    },
    stop: async () => {
      await python.stop();
    },
  };
}

async function load(session: Session, source: string, flags: SourceFlags, prepared: Prepared): Promise<LoadedExperiment | undefined> {
  try {
    const { settings, context } = prepared;
    const { verifyTls } = flags;
    const read = () => loadSource(source, { env: context.env, settings, verifyTls, context });
    // To check an experiment is to execute nothing.
    return await ('controlFile' in flags ? loadWithHooks(source, prepared, read) : read());
  } catch (thrown) {
    // Emptiness is found while validating.
    if (messageOf(thrown) === EMPTY) session.console.write('INFO', VALIDATING);
    session.console.write('ERROR', messageOf(thrown));
    return undefined;
  }
}

async function isValid({ console }: Session, loaded: LoadedExperiment, prepared: Prepared): Promise<boolean> {
  console.write('INFO', VALIDATING);
  const { providers, activities, variables, context } = prepared;
  const problems = await validateExperiment(loaded.experiment, {
    providers,
    activities,
    env: context.env,
    variables: variables.configuration,
    secretVariables: variables.secrets,
    positions: loaded.positions,
  });
  const error = problems.find((problem) => problem.severity === 'error');
  for (const problem of problems) if (problem !== error) console.write('DEBUG', describeProblem(problem, loaded.positions.file));
  if (error !== undefined) {
    // The original stops at the first; the others are in the debug lines.
    console.write('ERROR', error.message);
    console.write('DEBUG', describeProblem(error, loaded.positions.file));
    return false;
  }
  for (const problem of problems) if (problem.announced === true) console.write('WARNING', problem.message);
  const all = [...(loaded.experiment.controls ?? []), ...prepared.controls.global];
  for (const { message } of await missingControls(all, providers)) {
    console.write('WARNING', `${message}. Did you install the Python module? The experiment will carry on running nonetheless.`);
  }
  console.write('INFO', 'Experiment looks valid');
  return true;
}

interface RunParts {
  readonly flags: RunFlags;
  readonly prepared: Prepared;
  readonly notify: ReturnType<typeof createNotifier>;
  readonly from: RunSource;
}

async function run(session: Session, loaded: LoadedExperiment, { flags, prepared, notify, from }: RunParts): Promise<number> {
  const { io, console } = session;
  const first = new AbortController();
  const second = new AbortController();
  const stopListening = io.onSignal((kind) => {
    if (kind === 'SIGTERM' && !second.signal.aborted) console.write('WARNING', 'Caught SIGTERM signal, interrupting experiment now');
    (first.signal.aborted ? second : first).abort(new Interruption(kind));
  });
  try {
    const options = runOptions(session, { flags, prepared, from, signal: first.signal, secondSignal: second.signal });
    const { journal, outcome } = await runExperiment(loaded.experiment, options);
    const good = journal.status === 'completed' && !journal.deviated && outcome !== 'undo-incomplete';
    if (good) tellOfFailures(journal, io);
    await notify(good || journal.status === 'completed' ? 'run-completed' : 'run-failed', journal);
    if (journal.deviated) await notify('run-deviated', journal);
    return good ? 0 : 1;
  } catch (thrown) {
    console.write('ERROR', messageOf(thrown));
    return 1;
  } finally {
    stopListening();
  }
}

/** The log is the original's, to the line; what its green hides is said beside it. */
function tellOfFailures({ run: method, rollbacks }: Journal, io: ChaosIo): void {
  const failed = [...method, ...rollbacks].filter(({ status }) => status !== 'succeeded').map(({ activity }) => `'${activity.name ?? ''}'`);
  if (failed.length === 0) return;
  const count = plural(failed.length, 'activity', 'activities');
  io.stdout(`Notice: ${count} failed (${listInWords(failed)}), which status and exit code do not show. \`evenkeel run\` fails then.\n`);
}

interface Signals {
  readonly flags: RunFlags;
  readonly prepared: Prepared;
  readonly from: RunSource;
  readonly signal: AbortSignal;
  readonly secondSignal: AbortSignal;
}

function runOptions({ io, console }: Session, { flags, prepared, from, signal, secondSignal }: Signals): RunOptions {
  const { settings, variables, context, activities, providers, undos, controls } = prepared;
  const strategy = hypothesisStrategy(flags.hypothesisStrategy);
  return {
    clock: io.clock,
    random: createRandom(`${io.clock.now()}/${process.pid}`),
    log: console.log,
    env: context.env,
    signal,
    secondSignal,
    activities,
    providers,
    undos,
    store: openRunStore(io.stateFolder, { source: from }),
    journal: createJournalFile(resolve(io.cwd, flags.journalPath)),
    manner: 'chaos',
    strict: false,
    ...(strategy === undefined ? {} : { hypothesisStrategy: strategy }),
    ...(flags.rollbackStrategy === undefined ? {} : { rollbackStrategy: flags.rollbackStrategy }),
    ...strategiesIn(settings),
    hypothesisFrequency: flags.hypothesisFrequency,
    failFast: flags.failFast,
    ...(flags.dry === undefined ? {} : { dry: flags.dry }),
    variables: variables.configuration,
    secretVariables: variables.secrets,
    vault: openVault,
    controls,
    settings,
    platform: { platform: `${type()}-${release()}-${arch()}`, node: hostname(), version: LIBRARY_VERSION },
    onEvent: (event) => {
      for (const [level, message] of linesFor(event)) console.write(level, message);
    },
  };
}

/** The file that `--journal-path` means when it is not given. */
export const DEFAULT_JOURNAL = join('.', 'journal.json');
