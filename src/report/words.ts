import { formatDuration, listInWords } from '../base/index.ts';

/** `23 Nov 2026, 02:31:07 UTC`; in a lab whose clock ran ahead of the wall's, that is said. */
export function momentInWords(ms: number, speed = 1): string {
  const [, day = '', month = '', year = '', time = ''] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString()) ?? [];
  return `${day} ${month} ${year}, ${time} UTC${speed === 1 ? '' : ' (lab time)'}`;
}

/** Milliseconds of a journal's time text; undefined when it is none. The original tool writes UTC without a zone in old versions. */
export function timeOf(text: string | undefined | null): number | undefined {
  if (typeof text !== 'string') return undefined;
  const ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** `140 ms`, `2.3 s`: short times as people who measure answers say them. */
export function latencyInWords(ms: number): string {
  return ms < 950 ? `${Math.round(ms)} ms` : formatDuration(ms);
}

/** A duration, or what is said when there is none. */
export function durationOr(ms: number | undefined, otherwise: string): string {
  return ms === undefined ? otherwise : formatDuration(ms);
}

/** Service ids without the namespace that they all share. */
export function shortNames(ids: readonly string[]): string[] {
  return ids.map((id) => id.slice(id.lastIndexOf('/') + 1));
}

/**
 * Node names without what they all begin with, cut at a dash: `…vmss000009`. One node alone, or names without a common
 * beginning, stay whole.
 */
export function shortNodeName(name: string, all: readonly string[]): string {
  const others = all.filter((other) => other !== name);
  if (others.length === 0) return name;
  let length = 0;
  while (length < name.length && others.every((other) => other[length] === name[length])) length++;
  const cut = name.lastIndexOf('-', length);
  return cut > 3 ? `…${name.slice(cut + 1)}` : name;
}

/** `a, b and 3 more`. */
export function someOf(items: readonly string[], most = 4): string {
  if (items.length <= most) return listInWords(items);
  return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}
