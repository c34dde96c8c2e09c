import { formatDuration, messageOf } from '../base/index.ts';
import { compareJson } from './compare-json.ts';
import type { HttpAnswer } from './http-port.ts';
import type { Expectations } from './types.ts';

/** Whether a status fits one of `200`, `2xx`, `500-503`. */
export function statusFits(status: number, allowed: readonly (number | string)[]): boolean {
  return allowed.some((one) => {
    if (typeof one === 'number') return status === one;
    const [low, high] = statusBounds(one) ?? [0, -1];
    return low <= status && status <= high;
  });
}

/** Lowest and highest status of a range; undefined when the text is none. */
export function statusBounds(text: string): readonly [number, number] | undefined {
  if (/^\d{3}$/.test(text)) return [Number(text), Number(text)];
  const family = /^([1-5])xx$/i.exec(text);
  if (family !== null) return [Number(family[1]) * 100, Number(family[1]) * 100 + 99];
  const range = /^(\d{3})\s*-\s*(\d{3})$/.exec(text);
  return range === null ? undefined : [Number(range[1]), Number(range[2])];
}

/** What to hold an answer against. */
export interface Judgement {
  readonly expect: Expectations;
  readonly written: Expectations;
  readonly latencyMs: number;
  readonly latencyLimitMs: number;
}

/**
 * Holds an answer against what is expected of it. Result: the first thing that is wrong in words, undefined when all is well.
 * `written` is the expectation before values were put in, for the words. `latencyLimitMs` is the expectation's limit on the clock in use, already corrected for the clock's speed.
 */
export function judgeAnswer(answer: HttpAnswer, { expect, written, latencyMs, latencyLimitMs }: Judgement): string | undefined {
  if (!statusFits(answer.status, expect.status)) return `status ${answer.status}, expected ${expect.status.join(' or ')}`;
  for (const [name, wanted] of Object.entries(expect.headers)) {
    const value = answer.headers[name.toLowerCase()];
    if (value === undefined) return `header ${name} is absent`;
    if (!headerFits(value, wanted)) return `header ${name} is not as expected`;
  }
  for (const [index, text] of expect.bodyContains.entries()) {
    if (!answer.body.includes(text)) return `the body does not contain '${written.bodyContains[index] ?? ''}'`;
  }
  for (const [index, pattern] of expect.bodyMatches.entries()) {
    if (!new RegExp(pattern, 'u').test(answer.body)) return `the body does not match /${written.bodyMatches[index] ?? ''}/`;
  }
  const wrongJson = judgeJson(answer.body, expect.json, written.json);
  if (wrongJson !== undefined) return wrongJson;
  if (latencyMs > latencyLimitMs) return `answered after ${formatDuration(latencyMs)}, expected within ${formatDuration(latencyLimitMs)}`;
  return undefined;
}

function judgeJson(body: string, expected: Expectations['json'], written: Expectations['json']): string | undefined {
  if (Object.keys(expected).length === 0) return undefined;
  const parsed = parseJson(body);
  if (!parsed.ok) return 'the body is not JSON';
  for (const [path, value] of Object.entries(expected)) {
    try {
      const wrong = compareJson(path, value, parsed.value, written[path]);
      if (wrong !== undefined) return wrong;
    } catch (error) {
      return `${path} can not be evaluated: ${messageOf(error)}`;
    }
  }
  return undefined;
}

/** JSON.parse as a value, not an exception. */
export function parseJson(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

function headerFits(value: string, wanted: string): boolean {
  const pattern = /^\/(.*)\/$/.exec(wanted);
  return pattern === null ? value.includes(wanted) : new RegExp(pattern[1] ?? '', 'u').test(value);
}
