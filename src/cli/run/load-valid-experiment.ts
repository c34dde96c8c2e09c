import { EvenkeelError, plural } from '../../base/index.ts';
import {
  type Control,
  type Experiment,
  type LoadedExperiment,
  type Positions,
  type Problem,
  describeProblem,
  isObject,
  loadExperiment,
  validateExperiment,
} from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import { loadWithHooks, missingControls } from '../chaos/global-controls.ts';
import { authorizationIn } from '../chaos/load-source.ts';
import type { Settings } from '../chaos/settings.ts';
import { fetchText, isAddress } from '../fetch-text.ts';
import type { Drivers } from './compose-drivers.ts';

export interface ReadingOptions {
  readonly drivers: Drivers;
  /** Of `--var` and `--var-file`. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly secretVariables?: Readonly<Record<string, unknown>> | undefined;
  /** The loading hooks of global controls are called; to check an experiment is to execute nothing. */
  readonly isRun?: boolean;
  /** Its `auths` open addresses. */
  readonly settings?: Settings;
}

/** Reads an experiment and finds everything that is wrong with it; nothing is executed or contacted. Errors: `INVALID_INPUT` when it can not be read at all. */
export async function readExperiment(
  file: string,
  { drivers, variables, secretVariables, settings = {}, isRun = false }: ReadingOptions,
  context: CommandContext,
): Promise<{ readonly experiment: Experiment; readonly problems: readonly Problem[] }> {
  const load = async (): Promise<LoadedExperiment> => {
    const text = await readSource(file, settings, context);
    return loadExperiment(text, { path: endingOf(file, text) });
  };
  const hooked = { controls: drivers.controls, settings };
  const { experiment, positions } = await (isRun ? loadWithHooks(file, hooked, load) : load());
  const { activities, providers } = drivers;
  const problems = await validateExperiment(experiment, {
    activities,
    providers,
    env: context.env,
    positions,
    ...(variables === undefined ? {} : { variables }),
    ...(secretVariables === undefined ? {} : { secretVariables }),
  });
  return { experiment, problems: [...problems, ...(await controlProblems(experiment, drivers, positions))] };
}

/** As `readExperiment`, for those that go on. Warnings are told. Errors: `INVALID_INPUT` with all errors at once. */
export async function readValidExperiment(file: string, options: ReadingOptions, context: CommandContext): Promise<Experiment> {
  const { experiment, problems } = await readExperiment(file, options, context);
  for (const problem of problems.filter(({ severity }) => severity === 'warning'))
    context.say(context.style.warn(describeProblem(problem, file)));
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return experiment;
  throw new EvenkeelError(
    'INVALID_INPUT',
    `${file} is not a valid experiment (${plural(errors.length, 'error')}):\n${errors.map((problem) => describeProblem(problem, file)).join('\n')}`,
    {
      blame: 'input',
    },
  );
}

/** A control that is not there is left out of the run, which then is another run than was meant. */
async function controlProblems(experiment: Experiment, { controls, providers }: Drivers, positions: Positions): Promise<Problem[]> {
  const own = controlsWithin(experiment);
  const usable = [...own.keys(), ...controls.global] as Control[]; // what is missing in one is looked for below
  const missing = await missingControls(usable, providers);
  return missing.map(({ control, message }) => {
    const place = own.get(control);
    const path = place === undefined ? [] : [...place, 'provider', 'module'];
    const position = place === undefined ? { line: 0, column: 0 } : positions.of(path);
    return { severity: 'warning', message: `${message}; the control is left out`, path, ...position };
  });
}

/** Every control of the experiment itself, of its hypothesis and of its activities, with its place. */
function controlsWithin(experiment: Experiment): ReadonlyMap<object, readonly (string | number)[]> {
  const hypothesis = experiment['steady-state-hypothesis'];
  const found = new Map<object, readonly (string | number)[]>();
  const look = (holder: unknown, path: readonly (string | number)[]): void => {
    const controls: unknown = isObject(holder) ? holder['controls'] : undefined;
    if (!Array.isArray(controls)) return;
    for (const [index, control] of controls.entries()) if (isObject(control)) found.set(control, [...path, 'controls', index]);
  };
  const lookIn = (list: unknown, path: readonly (string | number)[]): void => {
    if (Array.isArray(list)) for (const [index, activity] of list.entries()) look(activity, [...path, index]);
  };
  look(experiment, []);
  look(hypothesis, ['steady-state-hypothesis']);
  lookIn(hypothesis?.probes, ['steady-state-hypothesis', 'probes']);
  lookIn(experiment.method, ['method']);
  lookIn(experiment.rollbacks, ['rollbacks']);
  return found;
}

function readSource(file: string, settings: Settings, context: CommandContext): Promise<string> {
  const authorization = isAddress(file) ? authorizationIn(settings, file) : undefined;
  return authorization === undefined ? context.readFile(file) : fetchText(file, { ...context, authorization });
}

/** An address needs no ending: its text tells JSON from YAML. */
function endingOf(file: string, text: string): string {
  if (!isAddress(file) || /\.(json|ya?ml)$/.test(file)) return file;
  return `${file}#${text.trimStart().startsWith('{') ? '.json' : '.yaml'}`;
}
