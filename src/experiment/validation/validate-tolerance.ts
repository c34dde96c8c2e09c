import { messageOf } from '../../base/index.ts';
import { isFloat, notedNumber } from '../format/numbers.ts';
import { isObject, pythonText } from '../format/python-values.ts';
import type { Path } from '../format/python-values.ts';
import { parsePath } from '../jsonpath/parse-path.ts';
import { substitute } from '../substitution.ts';
import type { Names } from '../substitution.ts';
import { compilePattern } from '../tolerance/python-pattern.ts';
import type { ProblemList } from './problem.ts';

const WRONG_KIND =
  'hypothesis probe tolerance must either be an integer, a string, a boolean or a pair of values for boundaries. It can also be a dictionary ' +
  'which is a probe activity definition that takes an argument called `value` with the value of the probe itself to be validated';

const KEYS: Readonly<Record<string, readonly string[]>> = {
  regex: ['type', 'pattern', 'target'],
  jsonpath: ['type', 'path', 'target', 'count', 'expect'],
  range: ['type', 'range', 'target'],
};

/** Checks a tolerance that stands at `holder[key]`. A tolerance of type `probe` is left to the caller. Source: chaostoolkit-compat.md a.6. */
export function validateTolerance(list: ProblemList, holder: object, path: Path, names: Names): void {
  // The last step of the path is the tolerance's key in its holder.
  const key = String(path.at(-1));
  const tolerance: unknown = (holder as Record<string, unknown>)[key];
  if (typeof tolerance === 'boolean' || typeof tolerance === 'string' || Array.isArray(tolerance)) return;
  if (typeof tolerance === 'number' && !isFloat(tolerance, notedNumber(holder, key))) return;
  if (!isObject(tolerance))
    return list.error(path, WRONG_KIND, { allowed: 'true, 200, "text", [1, 3], {"type": "regex" | "jsonpath" | "range" | "probe"}' });
  const type = tolerance['type'];
  switch (type) {
    case 'probe':
      return;
    case 'regex':
      validateRegex(list, tolerance, path, names);
      break;
    case 'jsonpath':
      validateJsonPath(list, tolerance, path, names);
      break;
    case 'range':
      validateRange(list, tolerance, path);
      break;
    default:
      return list.error(
        type === undefined ? path : [...path, 'type'],
        `hypothesis probe tolerance type '${pythonText(type)}' is unsupported`,
        {
          allowed: 'regex, jsonpath, range, probe',
        },
      );
  }
  list.unknownKeys(path, tolerance, KEYS[type] ?? []);
}

function validateRegex(list: ProblemList, tolerance: Record<string, unknown>, path: Path, names: Names): void {
  if (!Object.hasOwn(tolerance, 'pattern')) return list.error(path, 'hypothesis regex probe tolerance must have a `pattern` key');
  const declared = tolerance['pattern'];
  const pattern = substitute(declared, names);
  if (typeof pattern !== 'string') {
    return list.error([...path, 'pattern'], `hypothesis probe tolerance pattern ${pythonText(pattern)} has an invalid type`, {
      allowed: 'a text',
    });
  }
  try {
    compilePattern(pattern);
  } catch (thrown) {
    list.error([...path, 'pattern'], `hypothesis probe tolerance pattern ${pattern} seems invalid: ${messageOf(thrown)}`);
  }
}

function validateJsonPath(list: ProblemList, tolerance: Record<string, unknown>, path: Path, names: Names): void {
  if (!Object.hasOwn(tolerance, 'path')) return list.error(path, 'hypothesis jsonpath probe tolerance must have a `path` key');
  const declared = substitute(tolerance['path'], names);
  const where = [...path, 'path'];
  if (declared === null || (typeof declared === 'string' && declared.trim() === ''))
    return list.error(where, 'hypothesis probe tolerance JSON path cannot be empty');
  if (typeof declared !== 'string') {
    return list.error(where, `hypothesis probe tolerance JSON path ${pythonText(declared)} must be a text`, { hint: 'Put it in quotes.' });
  }
  try {
    parsePath(declared);
  } catch (thrown) {
    list.error(where, `hypothesis probe tolerance JSON path ${declared} is invalid`, { hint: messageOf(thrown) });
  }
}

function validateRange(list: ProblemList, tolerance: Record<string, unknown>, path: Path): void {
  if (!Object.hasOwn(tolerance, 'range')) return list.error(path, 'hypothesis range probe tolerance must have a `range` key');
  const range = tolerance['range'];
  const where = [...path, 'range'];
  if (!Array.isArray(range)) return list.error(where, 'hypothesis range must be a sequence', { allowed: '[lowest, highest]' });
  if (range.length !== 2)
    return list.error(where, 'hypothesis range sequence must be made of two values', { allowed: '[lowest, highest]' });
  if (!isNumber(range[0])) list.error([...where, 0], 'hypothesis range lower boundary must be a number');
  if (!isNumber(range[1])) list.error([...where, 1], 'hypothesis range upper boundary must be a number');
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}
