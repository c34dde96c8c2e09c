/** The `configuration` block. Source: chaostoolkit-compat.md a.2. */
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { keysOf, setOwn } from '../format/key-order.ts';
import { copyNumberNote, noteNumber, notedNumber } from '../format/numbers.ts';
import { cloneJson, isObject, pythonText } from '../format/python-values.ts';
import type { Provider } from '../spec.ts';
import { convertInto } from './convert-value.ts';

/** An entry whose value a probe finds out before the run. */
export interface DynamicEntry {
  readonly key: string;
  readonly name: string;
  /** The object in the experiment. */
  readonly provider: Provider & Record<string, unknown>;
}

export interface LoadedConfiguration {
  /** Everything but the dynamic entries, in the order of declaration. */
  readonly values: Record<string, unknown>;
  /** All keys in the order of declaration: a dynamic entry sees only those before it. */
  readonly order: readonly (string | DynamicEntry)[];
  readonly problems: readonly ConfigurationProblem[];
}

export interface ConfigurationProblem {
  readonly path: readonly string[];
  readonly message: string;
  readonly hint?: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Resolves inline and environment values. Nothing is executed.
 *
 * `overrides`: values that replace declared ones (`--var`, `--var-file`); for keys that are not declared they do nothing.
 */
export function loadConfiguration(declared: unknown, env: Env, overrides: Readonly<Record<string, unknown>> = {}): LoadedConfiguration {
  const values: Record<string, unknown> = {};
  const order: (string | DynamicEntry)[] = [];
  const problems: ConfigurationProblem[] = [];
  if (!isObject(declared)) return { values, order, problems };
  for (const key of keysOf(declared)) {
    const source = Object.hasOwn(overrides, key) ? overrides : declared;
    const entry = source[key];
    if (isObject(entry) && entry['type'] === 'probe') {
      const provider = isObject(entry['provider']) ? entry['provider'] : {};
      // Its shape is checked where it is run.
      order.push({ key, name: pythonText(entry['name'] ?? key), provider: provider as DynamicEntry['provider'] });
      continue;
    }
    order.push(key);
    if (isObject(entry) && entry['type'] === 'env') {
      const problem = putEnv(values, key, entry, env);
      if (problem !== undefined) problems.push({ path: ['configuration', key], ...problem });
    } else {
      setOwn(values, key, cloneJson(entry));
      copyNumberNote(source, key, values, key);
    }
  }
  return { values, order, problems };
}

function putEnv(
  values: Record<string, unknown>,
  key: string,
  entry: Readonly<Record<string, unknown>>,
  env: Env,
): { message: string; hint?: string } | undefined {
  const variable = pythonText(entry['key'] ?? '');
  const set = env[variable];
  if (set === undefined && !Object.hasOwn(entry, 'default')) {
    return { message: `Configuration makes reference to an environment key that does not exist: ${variable}` };
  }
  const raw = set ?? entry['default'];
  try {
    const type = entry['env_var_type'];
    convertInto(values, key, raw, type);
    const note = set === undefined && (type === undefined || type === null) ? notedNumber(entry, 'default') : undefined;
    if (note !== undefined) noteNumber(values, key, note);
    return undefined;
  } catch (thrown) {
    const hint = thrown instanceof EvenkeelError ? thrown.hint : undefined;
    const from = set === undefined ? 'its default' : `the environment variable ${variable}`;
    const message = `configuration '${key}', from ${from} as ${JSON.stringify(entry['env_var_type'])}: ${messageOf(thrown)}`;
    return hint === undefined ? { message } : { message: `${message}. ${hint}`, hint };
  }
}
