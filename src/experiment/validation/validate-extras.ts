/** Our extras of an activity: they do something, so a misspelt one is worth a word. Source: docs/experiments.md. */
import { EXTRA_KEYS } from '../engine/extras.ts';
import { isObject } from '../format/python-values.ts';
import type { Path } from '../format/python-values.ts';
import type { Names } from '../substitution.ts';
import type { ProblemList } from './problem.ts';
import { validateTolerance } from './validate-tolerance.ts';

const UNTIL = '{"every": 2, "limit": 60}';

/** Checks what stands under an activity's `evenkeel` key. */
export function validateExtras(list: ProblemList, activity: Readonly<Record<string, unknown>>, path: Path, names: Names): void {
  const { evenkeel } = activity;
  if (evenkeel === undefined) return;
  const where = [...path, 'evenkeel'];
  if (!isObject(evenkeel))
    return list.error(where, 'the evenkeel key of an activity must be an object', { allowed: EXTRA_KEYS.join(', ') });
  list.unknownKeys(where, evenkeel, EXTRA_KEYS);
  const { timeout, until, if: condition, parallel } = evenkeel;
  if (timeout !== undefined && !isSeconds(timeout)) list.error([...where, 'timeout'], 'the time limit must be a number of seconds above 0');
  validateInner(list, evenkeel, where, names);
  if (until !== undefined && until !== true) validateUntil(list, until, [...where, 'until']);
  if (condition !== undefined) validateCondition(list, condition, [...where, 'if'], names);
  if (parallel !== undefined && (typeof parallel !== 'string' || parallel === ''))
    list.error([...where, 'parallel'], 'parallel must be the name of a group');
}

/** The tolerance of an extra; probes as tolerances are checked where they are run. */
function validateInner(list: ProblemList, holder: Record<string, unknown>, path: Path, names: Names): void {
  const { tolerance } = holder;
  if (tolerance !== undefined && !(isObject(tolerance) && tolerance['type'] === 'probe'))
    validateTolerance(list, holder, [...path, 'tolerance'], names);
}

function validateUntil(list: ProblemList, until: unknown, path: Path): void {
  if (!isObject(until)) return list.error(path, 'until must be an object', { allowed: UNTIL });
  list.unknownKeys(path, until, ['every', 'limit']);
  for (const key of ['every', 'limit']) {
    if (until[key] !== undefined && !isSeconds(until[key]))
      list.error([...path, key], `${key} must be a number of seconds above 0`, { allowed: UNTIL });
  }
}

function validateCondition(list: ProblemList, condition: unknown, path: Path, names: Names): void {
  if (!isObject(condition) || !('value' in condition))
    return list.error(path, 'if must be an object with a value', { allowed: '{"value": "${outputs.name}", "tolerance": …}' });
  list.unknownKeys(path, condition, ['value', 'tolerance']);
  validateInner(list, condition, path, names);
}

function isSeconds(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}
