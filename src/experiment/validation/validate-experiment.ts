import { loadConfiguration } from '../configuration/load-configuration.ts';
import type { Env } from '../configuration/load-configuration.ts';
import { loadSecrets } from '../configuration/load-secrets.ts';
import { HYPOTHESIS_STRATEGIES, ROLLBACK_STRATEGIES, hypothesisStrategy, rollbackStrategy } from '../engine/strategies.ts';
import type { Positions } from '../format/positions.ts';
import { isObject, pythonText } from '../format/python-values.ts';
import type { Path } from '../format/python-values.ts';
import type { ActivityDescriptor, ActivityProvider } from '../ports.ts';
import type { Experiment } from '../spec.ts';
import { namesOf } from '../substitution.ts';
import { ProblemList } from './problem.ts';
import type { Problem } from './problem.ts';
import { validateActivity } from './validate-activity.ts';
import type { ActivityRules } from './validate-activity.ts';
import { validateExtensions } from './validate-extensions.ts';
import { validateTolerance } from './validate-tolerance.ts';

export interface ValidationOptions {
  readonly activities: readonly ActivityDescriptor[];
  readonly providers: readonly ActivityProvider[];
  readonly env: Env;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly secretVariables?: Readonly<Record<string, unknown>>;
  readonly positions?: Positions;
}

interface ExperimentRules extends ActivityRules {
  /** Names that a `ref` may say (as `findActivity` finds them); gathered once, for there may be as many references as activities. */
  readonly referable: ReadonlySet<unknown>;
}

function referableIn(experiment: Experiment): ReadonlySet<unknown> {
  const hypothesis: unknown = experiment['steady-state-hypothesis'];
  const lists: unknown[] = [experiment.method, isObject(hypothesis) ? hypothesis['probes'] : undefined, experiment.rollbacks];
  const activities: unknown[] = lists.flatMap((list): unknown[] => (Array.isArray(list) ? list : []));
  return new Set(activities.flatMap((activity) => (isObject(activity) && activity['ref'] === undefined ? [activity['name']] : [])));
}

const KEYS = [
  'title', 'description', 'method', 'steady-state-hypothesis', 'rollbacks', 'tags', 'contributions', 'configuration', 'secrets', 'controls',
  'extensions', 'runtime', 'version', 'dry', 'evenkeel',
]; // prettier-ignore

/**
 * Checks an experiment as a whole: all problems at once, in the order in which the original would come upon them.
 *
 * Nothing is contacted; nothing is executed but a look at Python modules by the `python` provider.
 */
export async function validateExperiment(experiment: Experiment, options: ValidationOptions): Promise<Problem[]> {
  const list = new ProblemList(experiment, options.positions);
  const declared: Readonly<Record<string, unknown>> = experiment;
  if (!declared['title']) list.error([], 'experiment requires a title');
  if (!declared['description']) list.error([], 'experiment requires a description');
  validateTags(list, declared['tags']);
  validateExtensions(list, declared['extensions']);
  const configuration = loadConfiguration(declared['configuration'], options.env, options.variables);
  const secrets = await loadSecrets(declared['secrets'], options.env, options.secretVariables);
  for (const problem of [...configuration.problems, ...secrets.problems]) {
    list.error(problem.path, problem.message, problem.hint === undefined ? {} : { hint: problem.hint });
  }
  const names = namesOf(configuration.values, secrets.values);
  const rules: ExperimentRules = {
    activities: options.activities,
    providers: options.providers,
    names,
    referable: referableIn(experiment),
  };
  validateRuntime(list, declared['runtime']);
  await validateHypothesis(list, experiment, rules);
  await validateMethod(list, experiment, rules);
  const { rollbacks } = declared;
  if (Array.isArray(rollbacks)) await validateList(list, { activities: rollbacks, path: ['rollbacks'], rules });
  else if (rollbacks !== undefined && rollbacks !== null) list.error(['rollbacks'], 'rollbacks must be a list of activities');
  validateControls(list, experiment);
  list.unknownKeys([], declared, KEYS);
  return list.problems;
}

function validateTags(list: ProblemList, tags: unknown): void {
  if (tags === undefined || tags === null) return;
  const wrong = Array.isArray(tags) ? tags.findIndex((tag) => typeof tag !== 'string' || tag === '') : -1;
  if (!Array.isArray(tags) || wrong >= 0) list.error(wrong >= 0 ? ['tags', wrong] : ['tags'], 'experiment tags must be a non-empty string');
}

function validateRuntime(list: ProblemList, runtime: unknown): void {
  if (!isObject(runtime)) return;
  const check = (part: string, isKnown: (text: unknown) => boolean, allowed: readonly string[]): void => {
    const block = runtime[part];
    const strategy = isObject(block) ? block['strategy'] : undefined;
    if (strategy === undefined || isKnown(strategy)) return;
    const path = ['runtime', part, 'strategy'];
    list.error(path, `the ${part} strategy ${JSON.stringify(strategy)} is unknown; allowed are ${allowed.join(', ')}`, {
      allowed: allowed.join(', '),
    });
  };
  check('hypothesis', (text) => hypothesisStrategy(text) !== undefined, HYPOTHESIS_STRATEGIES);
  check('rollbacks', (text) => rollbackStrategy(text) !== undefined, ROLLBACK_STRATEGIES);
  list.unknownKeys(['runtime'], runtime, ['hypothesis', 'rollbacks']);
}

async function validateHypothesis(list: ProblemList, experiment: Experiment, rules: ExperimentRules): Promise<void> {
  const key = 'steady-state-hypothesis';
  const hypothesis: unknown = experiment[key];
  if (hypothesis === undefined || hypothesis === null) return;
  if (!isObject(hypothesis)) return list.error([key], 'the steady-state hypothesis must be an object');
  if (!hypothesis['title']) list.error([key], 'hypothesis requires a title');
  list.unknownKeys([key], hypothesis, ['title', 'probes', 'controls', 'description']);
  const { probes } = hypothesis;
  if (probes === undefined || probes === null) return;
  if (!Array.isArray(probes)) return list.error([key, 'probes'], 'the probes of the hypothesis must be a list');
  for (const [index, probe] of probes.entries()) {
    const path: Path = [key, 'probes', index];
    await validateActivity(list, probe, path, rules);
    if (!isObject(probe)) continue;
    checkReference(list, rules, probe, path);
    if (!Object.hasOwn(probe, 'tolerance')) list.error(path, 'hypothesis probe must have a tolerance entry');
    else {
      const { tolerance } = probe;
      if (isObject(tolerance) && tolerance['type'] === 'probe') await validateActivity(list, tolerance, [...path, 'tolerance'], rules);
      else validateTolerance(list, probe, [...path, 'tolerance'], rules.names);
    }
  }
}

async function validateMethod(list: ProblemList, experiment: Experiment, rules: ExperimentRules): Promise<void> {
  const method: unknown = experiment.method;
  if (method === undefined || method === null) {
    list.error(['method'], 'an experiment requires a method, which can be empty for only checking steady state hypothesis ');
  } else if (!Array.isArray(method)) list.error(['method'], 'the method must be a list of activities');
  else await validateList(list, { activities: method, path: ['method'], rules });
}

interface ActivityList {
  readonly activities: readonly unknown[];
  readonly path: Path;
  readonly rules: ExperimentRules;
}

async function validateList(list: ProblemList, { activities, path, rules }: ActivityList): Promise<void> {
  for (const [index, activity] of activities.entries()) {
    await validateActivity(list, activity, [...path, index], rules);
    if (isObject(activity)) checkReference(list, rules, activity, [...path, index]);
  }
}

function checkReference(list: ProblemList, { referable }: ExperimentRules, activity: Record<string, unknown>, path: Path): void {
  const { ref } = activity;
  if (typeof ref !== 'string' || ref === '' || referable.has(ref)) return;
  list.error([...path, 'ref'], `referenced activity '${ref}' could not be found in the experiment`);
}

function validateControls(list: ProblemList, experiment: Experiment): void {
  const hypothesis: unknown = experiment['steady-state-hypothesis'];
  const probes: unknown = isObject(hypothesis) ? hypothesis['probes'] : undefined;
  const holders: [Path, unknown][] = [[[], experiment]];
  if (isObject(hypothesis)) holders.push([['steady-state-hypothesis'], hypothesis]);
  for (const [path, activities] of [
    [['steady-state-hypothesis', 'probes'], probes],
    [['method'], experiment.method],
    [['rollbacks'], experiment.rollbacks],
  ] as const) {
    if (Array.isArray(activities)) for (const [index, activity] of activities.entries()) holders.push([[...path, index], activity]);
  }
  for (const [path, holder] of holders) {
    const controls = isObject(holder) ? holder['controls'] : undefined;
    if (Array.isArray(controls))
      for (const [index, control] of controls.entries()) validateControl(list, control, [...path, 'controls', index]);
  }
}

function validateControl(list: ProblemList, control: unknown, path: Path): void {
  if (!isObject(control)) return list.error(path, 'a control must be an object');
  const { name, provider, scope } = control;
  if (name === undefined || name === '') return list.error(path, 'A control must have a `name` property');
  if (!isObject(provider)) return list.error(path, `Control '${pythonText(name)}' must have a \`provider\` property`);
  if (scope !== undefined && scope !== 'before' && scope !== 'after') {
    list.error([...path, 'scope'], `Control '${pythonText(name)}' scope property must be 'before' or 'after'`, {
      allowed: 'before, after',
    });
  }
}
