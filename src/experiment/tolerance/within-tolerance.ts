/** Whether a probe's output is as hoped. Source: chaostoolkit-compat.md a.6 and golden/chaostoolkit/tables/tolerance.json. */
import { messageOf, plural } from '../../base/index.ts';
import { compareDecimals, decimalOf, readDecimal } from '../format/decimal.ts';
import { isFloat } from '../format/numbers.ts';
import { isObject, pythonEqual, pythonRepr, pythonText } from '../format/python-values.ts';
import { readJson } from '../format/read-json.ts';
import { compareOrder, findValues } from '../jsonpath/find-values.ts';
import { substitute } from '../substitution.ts';
import type { Names } from '../substitution.ts';
import { compilePattern } from './python-pattern.ts';

/** `why` says in few words what was found and what was wanted; absent when the tolerance is met. */
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
    const what = hasStatus(value) ? `status ${shown(value['status'])}` : `found ${shown(value)}`;
    return either(pythonEqual(hasStatus(value) ? value['status'] : value, tolerance), () => `${what}, wanted ${shown(tolerance)}`);
  }
  if (typeof tolerance === 'boolean' || typeof tolerance === 'string') {
    return either(pythonEqual(value, tolerance), () => `found ${shown(value)}, wanted ${shown(tolerance)}`);
  }
  if (Array.isArray(tolerance)) return withinList(tolerance, value);
  if (isObject(tolerance)) return withinRule(tolerance, value, question.names);
  return { met: false, why: `a tolerance of ${pythonRepr(tolerance)} is met by nothing` };
}

function hasStatus(value: unknown): value is Record<string, unknown> {
  return isObject(value) && Object.hasOwn(value, 'status');
}

function either(met: boolean, why: () => string): ToleranceResult {
  return met ? { met } : { met, why: why() };
}

function withinList(tolerance: readonly unknown[], value: unknown): ToleranceResult {
  if (hasStatus(value) || tolerance.length !== 2) {
    const found = hasStatus(value) ? value['status'] : value;
    const met = tolerance.some((item) => pythonEqual(item, found));
    return either(met, () => `${hasStatus(value) ? 'status' : 'found'} ${shown(found)}, wanted one of ${shown(tolerance)}`);
  }
  const low = compareOrder(tolerance[0], value);
  const high = compareOrder(value, tolerance[1]);
  if (low === undefined || (low <= 0 && high === undefined)) {
    return { met: false, why: `${shown(value)} can not be compared with the bounds ${shown(tolerance)}` };
  }
  return either(low <= 0 && (high ?? 1) <= 0, () => `found ${shown(value)}, wanted ${shown(tolerance[0])} to ${shown(tolerance[1])}`);
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
    return either(compilePattern(pattern).search(value), () => `nothing like ${shown(pattern)} in ${shown(value)}`);
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
  const met = fromLow !== undefined && toHigh !== undefined && fromLow <= 0 && toHigh <= 0;
  return either(met, () => `found ${shown(value)}, wanted ${low} to ${high}`);
}

function decimalFrom(value: unknown): ReturnType<typeof readDecimal> {
  if (typeof value === 'string') return readDecimal(value);
  if (typeof value === 'number' || typeof value === 'boolean') return decimalOf(Number(value));
  return undefined;
}

function withinPath(tolerance: Readonly<Record<string, unknown>>, output: unknown, names: Names): ToleranceResult {
  const { value } = targetOf(tolerance, output);
  const path = pythonText(substitute(tolerance['path'], names));
  let found: unknown[];
  try {
    found = findValues(path, typeof value === 'string' ? readJson(value) : value);
  } catch (thrown) {
    return { met: false, why: messageOf(thrown) };
  }
  const { length } = found;
  if (Object.hasOwn(tolerance, 'expect')) {
    const expected = substitute(tolerance['expect'], names);
    const wanted: unknown[] = Array.isArray(expected) ? expected : [expected];
    return either(pythonEqual(found, wanted), () => `${path} is ${length === 0 ? 'nothing' : shown(found)}, wanted ${shown(wanted)}`);
  }
  if (Object.hasOwn(tolerance, 'count')) {
    const { count } = tolerance;
    return either(pythonEqual(count, length), () => `${path} is there ${plural(length, 'time')}, wanted ${shown(count)}`);
  }
  return either(length > 0, () => `nothing is at ${path}`);
}

const LONGEST_SHOWN = 80;

function shown(value: unknown): string {
  const text = pythonRepr(typeof value === 'string' ? value.slice(0, LONGEST_SHOWN + 1) : value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
