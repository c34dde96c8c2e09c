import { messageOf, nearest } from '../../base/index.ts';
import { isObject, pythonText } from '../format/python-values.ts';
import type { Path } from '../format/python-values.ts';
import { nativeActivity, nativeName, unknownFunction, unknownNative } from '../engine/native-activities.ts';
import { substituteProvider } from '../engine/execute-activity.ts';
import type { ActivityDescriptor, ActivityProvider } from '../ports.ts';
import type { Provider } from '../spec.ts';
import type { Names } from '../substitution.ts';
import type { ProblemList } from './problem.ts';
import { validateExtras } from './validate-extras.ts';

export interface ActivityRules {
  readonly activities: readonly ActivityDescriptor[];
  readonly providers: readonly ActivityProvider[];
  readonly names: Names;
}

const KEYS = [
  'type', 'name', 'provider', 'background', 'pauses', 'timeout', 'tolerance', 'controls', 'ref', 'evenkeel',
  'configuration', 'secrets', 'dry', 'title', 'description', 'tags', 'contributions',
]; // prettier-ignore
const PROVIDER_KEYS: Readonly<Record<string, readonly string[]>> = {
  http: ['type', 'url', 'method', 'headers', 'arguments', 'timeout', 'verify_tls', 'max_retries', 'cert', 'secrets'],
  process: ['type', 'path', 'arguments', 'timeout', 'secrets'],
  python: ['type', 'module', 'func', 'arguments', 'secrets'],
  javascript: ['type', 'module', 'func', 'arguments', 'secrets'],
  evenkeel: ['type', 'action', 'probe', 'name', 'arguments', 'secrets'],
};
const PAUSE_MESSAGE = 'must be a number or a pattern to a variable from the configuration or secrets';

/** Checks one activity, in the original's order. Source: chaostoolkit-compat.md a.5. */
export async function validateActivity(list: ProblemList, activity: unknown, path: Path, rules: ActivityRules): Promise<void> {
  if (!isObject(activity)) return list.error(path, 'an activity must be an object', { allowed: '{"type": …, "name": …, "provider": {…}}' });
  if (Object.keys(activity).length === 0) return list.error(path, 'empty activity is no activity');
  const { ref } = activity;
  if (ref !== undefined && ref !== null) {
    if (typeof ref !== 'string' || ref === '') list.error([...path, 'ref'], 'reference to activity must be non-empty strings');
    return;
  }
  list.unknownKeys(path, activity, KEYS);
  const { type, name, provider } = activity;
  if (!type) list.error(path, 'an activity must have a type', { allowed: 'probe, action' });
  else if (type !== 'probe' && type !== 'action') {
    const near = nearest(pythonText(type), ['probe', 'action']);
    const hint = near === undefined ? {} : { hint: `Did you mean '${near}'?` };
    list.error([...path, 'type'], `'${pythonText(type)}' is not a supported activity type`, { allowed: 'probe, action', ...hint });
  }
  if (!name) list.error(path, 'an activity must have a name');
  if (!provider) return list.error(path, 'an activity requires a provider');
  if (!isObject(provider)) return list.error([...path, 'provider'], 'a provider must be an object');
  if (!provider['type'])
    return list.error([...path, 'provider'], 'a provider must have a type', { allowed: Object.keys(PROVIDER_KEYS).join(', ') });
  validateRest(list, activity, path);
  validateExtras(list, activity, path, rules.names);
  // An object whose type is checked next.
  await validateProvider(
    list,
    provider as Provider,
    { path: [...path, 'provider'], name: pythonText(name), kind: pythonText(type) },
    rules,
  );
}

function validateRest(list: ProblemList, activity: Record<string, unknown>, path: Path): void {
  const { timeout, pauses, background } = activity;
  if (timeout !== undefined && timeout !== null && typeof timeout !== 'number' && typeof timeout !== 'boolean') {
    list.error([...path, 'timeout'], 'activity timeout must be a number');
  }
  if (isObject(pauses)) {
    for (const when of ['before', 'after'] as const) {
      const pause = pauses[when];
      if (pause === undefined || pause === null || typeof pause === 'number' || typeof pause === 'boolean') continue;
      const isVariable = typeof pause === 'string' && /^\$\{[^${}]+\}$/.test(pause);
      if (!isVariable) list.error([...path, 'pauses', when], `activity ${when} pause ${PAUSE_MESSAGE}`, { allowed: '2, 0.5, "${name}"' });
    }
    list.unknownKeys([...path, 'pauses'], pauses, ['before', 'after']);
  } else if (pauses !== undefined && pauses !== null)
    list.error([...path, 'pauses'], 'activity pauses must be an object', { allowed: '{"before": 1, "after": 2}' });
  if (background !== undefined && typeof background !== 'boolean') {
    list.error([...path, 'background'], 'activity background must be a boolean', { allowed: 'true, false' });
  }
}

interface ProviderPlace {
  readonly path: Path;
  readonly name: string;
  readonly kind: string;
}

async function validateProvider(list: ProblemList, provider: Provider, place: ProviderPlace, rules: ActivityRules): Promise<void> {
  const { type } = provider;
  const known = Object.hasOwn(PROVIDER_KEYS, type) ? PROVIDER_KEYS[type] : undefined;
  const port = rules.providers.find((candidate) => candidate.type === type);
  if (known === undefined && port === undefined) {
    const near = nearest(pythonText(type), Object.keys(PROVIDER_KEYS));
    const hint = near === undefined ? {} : { hint: `Did you mean '${near}'?` };
    return list.error([...place.path, 'type'], `unknown provider type '${pythonText(type)}'`, {
      allowed: Object.keys(PROVIDER_KEYS).join(', '),
      ...hint,
    });
  }
  if (known !== undefined) list.unknownKeys(place.path, provider, known);
  const native = nativeActivity(provider, rules.activities);
  if (native !== undefined) return validateArguments(list, native, provider, { ...place, names: rules.names });
  if (type === 'evenkeel') {
    const error = unknownNative(provider, rules.activities);
    const named = nativeName(provider) !== '';
    return list.error(
      place.path,
      named ? error.message : 'an evenkeel activity must name an action or a probe',
      error.hint === undefined ? {} : { hint: error.hint },
    );
  }
  const problems = (await port?.validate(provider, place.name, place.kind)) ?? [];
  const misspelt = problems.some(({ path }) => path[0] === 'module' || path[0] === 'func')
    ? unknownFunction(provider, rules.activities)
    : undefined;
  if (misspelt !== undefined) {
    const message = `The python module '${misspelt.module}' does not expose a function called '${misspelt.func}' in ${place.kind} '${place.name}'`;
    return list.error([...place.path, 'func'], message, { hint: misspelt.hint });
  }
  for (const problem of problems) {
    const at = [...place.path, ...problem.path];
    if (problem.announced === true) list.warning(at, problem.message, { announced: true });
    else list.error(at, problem.message, problem.hint === undefined ? {} : { hint: problem.hint });
  }
}

function validateArguments(
  list: ProblemList,
  native: ActivityDescriptor,
  provider: Provider,
  { path, names }: ProviderPlace & { names: Names },
): void {
  const declared = substituteProvider(provider, { names })['arguments'];
  const args = isObject(declared) ? declared : {};
  let result: ReturnType<ActivityDescriptor['parameters']['safeParse']>;
  try {
    result = native.parameters.safeParse(args);
  } catch (thrown) {
    return list.error(path, `the arguments of ${native.name} can not be checked: ${messageOf(thrown)}`);
  }
  for (const issue of result.error?.issues ?? []) {
    const steps = issue.path.filter((step): step is string | number => typeof step !== 'symbol');
    list.error([...path, 'arguments', ...steps], `${native.name}: ${steps.length === 0 ? '' : `'${steps.join('.')}': `}${issue.message}`);
  }
}
