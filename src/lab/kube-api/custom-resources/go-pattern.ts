/**
 * Regular expressions of Go: its own syntax, in time that grows with the text alone. JavaScript's would backtrack, and a pattern of a user could
 * stop the lab. Source: Go's regexp and regexp/syntax.
 */
import { BugError } from '../../../base/index.ts';
import { remembered } from './remembered.ts';

export interface GoPattern {
  /** Is it found anywhere? */
  readonly isIn: (text: string) => boolean;
  /** What is found, from left to right; `most`: not more than that. */
  readonly allIn: (text: string, most?: number) => readonly string[];
}

const MOST_KEPT = 5_000;

/** The pattern, or why it is none. */
type Compiled = { readonly pattern: GoPattern } | { readonly problem: string };
let compiled: ((pattern: string) => Compiled) | undefined;

/** Resolves when patterns can be read; to be awaited before a custom resource or a definition is written. */
export async function loadGoPatterns(): Promise<void> {
  if (compiled !== undefined) return;
  const { RE2JS } = await import('re2js');
  compiled = remembered(MOST_KEPT, (text): Compiled => {
    try {
      const expression = RE2JS.compile(text);
      return { pattern: { isIn: (value) => expression.test(value), allIn: (value, most) => matchesOf(expression.matcher(value), most) } };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  });
}

interface Matcher {
  find(): boolean;
  group(): string | null;
}

function matchesOf(matcher: Matcher, most = Infinity): readonly string[] {
  const found: string[] = [];
  while (found.length < most && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** Errors: `BugError` when `loadGoPatterns` was not awaited before. */
export function readGoPattern(pattern: string): Compiled {
  if (compiled === undefined) throw new BugError('patterns are read before loadGoPatterns() was awaited');
  return compiled(pattern);
}

/** Undefined when Go can not read it. */
export function goPattern(pattern: string): GoPattern | undefined {
  const read = readGoPattern(pattern);
  return 'pattern' in read ? read.pattern : undefined;
}
