/** Whether a probe's output is as hoped. Source: chaostoolkit-compat.md a.6 and golden/chaostoolkit/tables/tolerance.json. */
import { messageOf } from '../../base/index.ts';
import { compareDecimals, decimalOf, readDecimal } from '../format/decimal.ts';
import { isFloat } from '../format/numbers.ts';
import { isObject, pythonEqual, pythonRepr, pythonText } from '../format/python-values.ts';
import { readJson } from '../format/read-json.ts';
import { compareOrder, findValues } from '../jsonpath/find-values.ts';
import { substitute } from '../substitution.ts';
import type { Names } from '../substitution.ts';
import { compilePattern } from './python-pattern.ts';

/** `why` says what was found where the answer needs a word: a missing target, values that can not be compared. */
export interface ToleranceResult {
  readonly met: boolean;
  readonly why?: string;
}

export interface ToleranceQuestion {
  /** Already substituted if it is a text. */
  readonly tolerance: unknown;
  /** Of a tolerance that is a number, see `noteNumber`. */
  readonly note?: string | undefined;
  readonly value: unknown;
  readonly names: Names;
  /** Runs a tolerance of type `probe` with the value as its argument; tells whether it said yes. */
  runProbe(tolerance: Record<string, unknown>, value: unknown): Promise<ToleranceResult>;
}

/** Dispatches on the type of the tolerance; never throws for what it finds in value or tolerance. */
export async function withinTolerance(question: ToleranceQuestion): Promise<ToleranceResult> {
  const { tolerance, value } = question;
  if (isObject(tolerance) && tolerance['type'] === 'probe') return question.runProbe(tolerance, value);
  if (typeof tolerance === 'number') {
    if (isFloat(tolerance, question.note)) return { met: false, why: 'a tolerance can not be a float; use a range' };
    return { met: pythonEqual(hasStatus(value) ? value['status'] : value, tolerance) };
  }
  if (typeof tolerance === 'boolean' || typeof tolerance === 'string') return { met: pythonEqual(value, tolerance) };
  if (Array.isArray(tolerance)) return withinList(tolerance, value);
  if (isObject(tolerance)) return withinRule(tolerance, value, question.names);
  return { met: false, why: `a tolerance of ${pythonRepr(tolerance)} is met by nothing` };
}

function hasStatus(value: unknown): value is Record<string, unknown> {
  return isObject(value) && Object.hasOwn(value, 'status');
}

function withinList(tolerance: readonly unknown[], value: unknown): ToleranceResult {
  if (hasStatus(value)) return { met: tolerance.some((item) => pythonEqual(item, value['status'])) };
  if (tolerance.length !== 2) return { met: tolerance.some((item) => pythonEqual(item, value)) };
  const low = compareOrder(tolerance[0], value);
  const high = compareOrder(value, tolerance[1]);
  if (low === undefined || (low <= 0 && high === undefined)) {
    return { met: false, why: `${shown(value)} can not be compared with the bounds ${shown(tolerance)}` };
  }
  return { met: low <= 0 && (high ?? 1) <= 0 };
}

function withinRule(tolerance: Readonly<Record<string, unknown>>, value: unknown, names: Names): ToleranceResult {
  switch (tolerance['type']) {
    case 'regex':
      return withinPattern(tolerance, value, names);
    case 'jsonpath':
      return withinPath(tolerance, value, names);
    case 'range':
      return withinRange(tolerance, value);
    default:
      return { met: false, why: `a tolerance of type ${shown(tolerance['type'])} is unknown` };
  }
}

/** The value itself, or what stands under `target` in it. */
function targetOf(tolerance: Readonly<Record<string, unknown>>, value: unknown): { value: unknown; missing?: string } {
  const target = tolerance['target'];
  if (typeof target !== 'string') return { value };
  if (isObject(value) && Object.hasOwn(value, target)) return { value: value[target] };
  return { value, missing: `there is no '${target}' in ${shown(value)}` };
}

function withinPattern(tolerance: Readonly<Record<string, unknown>>, output: unknown, names: Names): ToleranceResult {
  const { value, missing } = targetOf(tolerance, output);
  if (missing !== undefined) return { met: false, why: missing };
  if (typeof value !== 'string') return { met: false, why: `${shown(value)} is no text, so no pattern can be looked for in it` };
  const pattern = pythonText(substitute(tolerance['pattern'], names));
  try {
    return { met: compilePattern(pattern).search(value) };
  } catch (thrown) {
    return { met: false, why: messageOf(thrown) };
  }
}

function withinRange(tolerance: Readonly<Record<string, unknown>>, output: unknown): ToleranceResult {
  const { value, missing } = targetOf(tolerance, output);
  const range = tolerance['range'];
  const [low, high] = Array.isArray(range) ? range.map(Number) : [];
  if (low === undefined || high === undefined) return { met: false, why: 'a range needs two bounds' };
  const number = decimalFrom(value);
  if (number === undefined) return { met: false, why: missing ?? `${shown(value)} is no number` };
  const fromLow = compareDecimals(decimalOf(low), number);
  const toHigh = compareDecimals(number, decimalOf(high));
  return { met: fromLow !== undefined && toHigh !== undefined && fromLow <= 0 && toHigh <= 0 };
}

function decimalFrom(value: unknown): ReturnType<typeof readDecimal> {
  if (typeof value === 'string') return readDecimal(value);
  if (typeof value === 'number' || typeof value === 'boolean') return decimalOf(Number(value));
  return undefined;
}

function withinPath(tolerance: Readonly<Record<string, unknown>>, output: unknown, names: Names): ToleranceResult {
  const { value } = targetOf(tolerance, output);
  let found: unknown[];
  try {
    found = findValues(pythonText(substitute(tolerance['path'], names)), typeof value === 'string' ? readJson(value) : value);
  } catch (thrown) {
    return { met: false, why: messageOf(thrown) };
  }
  if (Object.hasOwn(tolerance, 'expect')) {
    const expected = substitute(tolerance['expect'], names);
    return { met: pythonEqual(found, Array.isArray(expected) ? expected : [expected]) };
  }
  if (Object.hasOwn(tolerance, 'count')) return { met: pythonEqual(tolerance['count'], found.length) };
  return { met: found.length > 0 };
}

const LONGEST_SHOWN = 80;

function shown(value: unknown): string {
  const text = pythonRepr(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
