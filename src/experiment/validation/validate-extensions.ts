/** `extensions`: others' are opaque; ours (`name: evenkeel`) is read, so what is wrong with it is worth a word. */
import { readShare } from '../../base/index.ts';
import { isObject } from '../format/python-values.ts';
import type { Path } from '../format/python-values.ts';
import type { ProblemList } from './problem.ts';

const EXTENSION_KEYS = ['name', 'defaults', 'guard'];
const DEFAULT_KEYS = ['timeout'];
const GUARD_KEYS = ['maxNodes', 'maxZones', 'maxShare', 'protectNamespaces', 'protectPools'];

/** Source: chaostoolkit-compat.md a.1 for the name; docs/experiments.md and docs/guard.md for ours. */
export function validateExtensions(list: ProblemList, extensions: unknown): void {
  if (!Array.isArray(extensions)) return;
  let ours = 0;
  for (const [index, extension] of extensions.entries()) {
    const path = ['extensions', index];
    const name: unknown = isObject(extension) ? extension['name'] : undefined;
    if (typeof name !== 'string' || name.trim() === '') list.error(path, 'All extensions require a non-empty name');
    if (name !== 'evenkeel' || !isObject(extension)) continue;
    if (++ours > 1) list.warning(path, 'only the first extension of evenkeel is read');
    validateOurs(list, extension, path);
  }
}

function validateOurs(list: ProblemList, extension: Readonly<Record<string, unknown>>, path: Path): void {
  list.unknownKeys(path, extension, EXTENSION_KEYS);
  const { defaults, guard } = extension;
  if (isObject(defaults)) {
    list.unknownKeys([...path, 'defaults'], defaults, DEFAULT_KEYS);
    const { timeout } = defaults;
    if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0))
      list.error([...path, 'defaults', 'timeout'], 'the time limit must be a number of seconds above 0');
  } else if (defaults !== undefined) list.error([...path, 'defaults'], 'defaults must be an object', { allowed: '{"timeout": 300}' });
  if (isObject(guard)) validateGuard(list, guard, [...path, 'guard']);
  else if (guard !== undefined) list.error([...path, 'guard'], 'guard must be an object', { allowed: GUARD_KEYS.join(', ') });
}

function validateGuard(list: ProblemList, guard: Readonly<Record<string, unknown>>, path: Path): void {
  list.unknownKeys(path, guard, GUARD_KEYS);
  for (const key of ['maxNodes', 'maxZones']) {
    const value = guard[key];
    if (value !== undefined && !(Number.isInteger(value) && Number(value) >= 0))
      list.error([...path, key], `${key} must be a whole number`, { allowed: '0, 1, 2, …' });
  }
  const { maxShare } = guard;
  if (maxShare !== undefined && !isShare(maxShare)) list.error([...path, 'maxShare'], 'maxShare must be a share', { allowed: '34%, 0.34' });
  for (const key of ['protectNamespaces', 'protectPools']) {
    const value = guard[key];
    if (value !== undefined && !(Array.isArray(value) && value.every((item) => typeof item === 'string')))
      list.error([...path, key], `${key} must be a list of names`, { allowed: '["payments"]' });
  }
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' ? value >= 0 && value <= 1 : typeof value === 'string' && readShare(value) !== undefined;
}
