import { jsonpath, type JSONValue } from 'json-p3';
import { isDeepStrictEqual } from 'node:util';

/** Comparisons that an expectation may name instead of a plain value. */
export const COMPARISONS = ['equals', 'not', 'contains', 'matches', 'atLeast', 'atMost', 'count', 'exists'] as const;

type Comparison = (typeof COMPARISONS)[number];

/** Tells a comparison (`{ atLeast: 1 }`) from a value to equal. */
export function isComparison(expected: unknown): expected is Partial<Record<Comparison, unknown>> {
  if (expected === null || typeof expected !== 'object' || Array.isArray(expected)) return false;
  const keys = Object.keys(expected);
  return keys.length > 0 && keys.every((key) => (COMPARISONS as readonly string[]).includes(key)); // a widening, for the search
}

/**
 * Looks at what a JSONPath finds in a document. Result: what is wrong in words, undefined when nothing is.
 *
 * A plain value holds when one of the nodes found equals it; a comparison when one of the nodes satisfies all of it
 * (`count` and `exists` speak of the nodes together). Words name what was expected as it was `written`, and no text that was
 * found: either may be a secret, and words that differ in each journey can not be counted. Errors: json-p3's, when the path itself is wrong.
 */
export function compareJson(path: string, expected: unknown, document: unknown, written: unknown = expected): string | undefined {
  const found: unknown[] = jsonpath.query(path, document as JSONValue).values(); // the document came out of JSON.parse
  if (!isComparison(expected)) {
    if (found.some((value) => sameValue(value, expected))) return undefined;
    return `${path} is ${show(found)}, expected ${short(written)}`;
  }
  const { count, exists, ...each } = expected;
  if (exists !== undefined && found.length > 0 !== exists)
    return `${path} is ${show(found)}, expected it ${exists === true ? '' : 'not '}to exist`;
  if (typeof count === 'number' && found.length !== count) return `${path} finds ${found.length}, expected ${count}`;
  const rules = Object.entries(each);
  const asWritten = isComparison(written) ? written : {};
  if (rules.length === 0 || found.some((value) => rules.every(([rule, operand]) => holds(rule, operand, value)))) return undefined;
  return `${path} is ${show(found)}, expected ${rules.map(([rule]) => `${WORDS[rule] ?? rule} ${short(asWritten[rule as Comparison])}`).join(' and ')}`;
}

const WORDS: Readonly<Record<string, string>> = { atLeast: 'at least', atMost: 'at most', not: 'anything but', contains: 'something with' };

function holds(rule: string, operand: unknown, value: unknown): boolean {
  switch (rule) {
    case 'equals':
      return sameValue(value, operand);
    case 'not':
      return !sameValue(value, operand);
    case 'contains':
      if (typeof value === 'string') return value.includes(String(operand));
      return Array.isArray(value) && value.some((item) => sameValue(item, operand));
    case 'matches':
      return typeof value === 'string' && new RegExp(String(operand), 'u').test(value);
    case 'atLeast':
      return typeof value === 'number' && value >= Number(operand);
    case 'atMost':
      return typeof value === 'number' && value <= Number(operand);
    default:
      return false;
  }
}

/** A captured value is a text, so a number found equals its text. */
function sameValue(value: unknown, expected: unknown): boolean {
  return isDeepStrictEqual(value, expected) || (typeof value === 'number' && typeof expected === 'string' && String(value) === expected);
}

function show(found: readonly unknown[]): string {
  if (found.length === 0) return 'absent';
  if (found.length > 1) return `one of ${found.length} values`;
  return typeof found[0] === 'string' ? 'another text' : short(found[0]);
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
