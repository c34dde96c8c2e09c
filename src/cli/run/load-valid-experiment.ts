import { EvenkeelError, plural } from '../../base/index.ts';
import { type Experiment, type Problem, describeProblem, loadExperiment, validateExperiment } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import { authorizationIn } from '../chaos/load-source.ts';
import type { Settings } from '../chaos/settings.ts';
import { fetchText, isAddress } from '../fetch-text.ts';
import type { Drivers } from './compose-drivers.ts';

export interface ReadingOptions {
  readonly drivers: Drivers;
  /** Of `--var` and `--var-file`. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly secretVariables?: Readonly<Record<string, unknown>> | undefined;
  /** Its `auths` open addresses. */
  readonly settings?: Settings;
}

/** Reads an experiment and finds everything that is wrong with it; nothing is executed or contacted. Errors: `INVALID_INPUT` when it can not be read at all. */
export async function readExperiment(
  file: string,
  { drivers, variables, secretVariables, settings = {} }: ReadingOptions,
  context: CommandContext,
): Promise<{ readonly experiment: Experiment; readonly problems: readonly Problem[] }> {
  const text = await readSource(file, settings, context);
  const { experiment, positions } = loadExperiment(text, { path: endingOf(file, text) });
  const { activities, providers } = drivers;
  const problems = await validateExperiment(experiment, {
    activities,
    providers,
    env: context.env,
    positions,
    ...(variables === undefined ? {} : { variables }),
    ...(secretVariables === undefined ? {} : { secretVariables }),
  });
  return { experiment, problems };
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

function readSource(file: string, settings: Settings, context: CommandContext): Promise<string> {
  const authorization = isAddress(file) ? authorizationIn(settings, file) : undefined;
  return authorization === undefined ? context.readFile(file) : fetchText(file, { ...context, authorization });
}

/** An address needs no ending: its text tells JSON from YAML. */
function endingOf(file: string, text: string): string {
  if (!isAddress(file) || /\.(json|ya?ml)$/.test(file)) return file;
  return `${file}#${text.trimStart().startsWith('{') ? '.json' : '.yaml'}`;
}
