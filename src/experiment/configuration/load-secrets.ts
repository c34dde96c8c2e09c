/** The `secrets` block. Source: chaostoolkit-compat.md a.3. */
import { entriesOf, keysOf, setOwn } from '../format/key-order.ts';
import { copyNumberNote } from '../format/numbers.ts';
import { isObject, pythonText } from '../format/python-values.ts';
import type { ConfigurationProblem, Env } from './load-configuration.ts';

/** Reads one entry of a vault: `path`, and of its payload `key` if one is named. */
export type VaultReader = (path: string, key: string | undefined) => Promise<unknown>;

export interface LoadedSecrets {
  /** Group -> key -> value. */
  readonly values: Record<string, Record<string, unknown>>;
  readonly problems: readonly ConfigurationProblem[];
}

/**
 * Resolves the groups of secrets. `overrides` replace whole groups, as they are.
 *
 * Without a `vault` reader (as while validating, which contacts nothing) entries of a vault are left out.
 */
export async function loadSecrets(
  declared: unknown,
  env: Env,
  overrides: Readonly<Record<string, unknown>> = {},
  vault?: VaultReader,
): Promise<LoadedSecrets> {
  const values: Record<string, Record<string, unknown>> = {};
  const problems: ConfigurationProblem[] = [];
  if (!isObject(declared)) return { values, problems };
  for (const group of keysOf(declared)) {
    const replaced = Object.hasOwn(overrides, group);
    const entry = replaced ? overrides[group] : declared[group];
    const path = ['secrets', group];
    if (!isObject(entry) || (!replaced && isReference(entry))) {
      problems.push({
        path,
        message: `the secrets entry '${group}' must be an object of named secrets`,
        hint: `Write it as {"${group}": {"name": …}}.`,
      });
      continue;
    }
    setOwn(values, group, replaced ? entry : await resolveGroup(entry, path, { env, vault, problems }));
  }
  return { values, problems };
}

interface Resolving {
  readonly env: Env;
  readonly vault: VaultReader | undefined;
  readonly problems: ConfigurationProblem[];
}

function isReference(entry: Readonly<Record<string, unknown>>): boolean {
  return entry['type'] === 'env' || entry['type'] === 'vault';
}

async function resolveGroup(
  group: Readonly<Record<string, unknown>>,
  path: readonly string[],
  world: Resolving,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const [key, entry] of entriesOf(group)) {
    if (!isObject(entry)) {
      setOwn(values, key, entry);
      copyNumberNote(group, key, values, key);
    } else if (entry['type'] === 'env') {
      const variable = pythonText(entry['key'] ?? '');
      const value = world.env[variable];
      if (value === undefined) {
        const message = `Secrets make reference to an environment key that does not exist: ${variable}`;
        world.problems.push({ path: [...path, key], message });
      } else setOwn(values, key, value);
    } else if (entry['type'] === 'vault') {
      const where = typeof entry['path'] === 'string' ? entry['path'] : undefined;
      const part = typeof entry['key'] === 'string' ? entry['key'] : undefined;
      setOwn(values, key, where === undefined || world.vault === undefined ? {} : await world.vault(where, part));
    } else setOwn(values, key, await resolveGroup(entry, [...path, key], world));
  }
  return values;
}

/** What a provider that names `secrets: [group, …]` is given: the groups' keys, merged. */
export function secretsOf(groups: unknown, secrets: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  if (!Array.isArray(groups)) return merged;
  for (const group of groups) {
    const values = typeof group === 'string' ? secrets[group] : undefined;
    if (isObject(values)) for (const [key, value] of entriesOf(values)) setOwn(merged, key, value);
  }
  return merged;
}
