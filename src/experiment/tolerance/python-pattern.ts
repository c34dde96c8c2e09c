import { parsePattern } from './parse-pattern.ts';
import { searchPattern } from './match-pattern.ts';

/** A Python regular expression. */
export interface PythonPattern {
  /** Whether it is found anywhere in the text (`re.search`). Errors: `TARGET_FAILED` when it takes too many steps. */
  search(text: string): boolean;
}

/** Compiles a pattern. Errors: `INVALID_INPUT` with Python's message. */
export function compilePattern(pattern: string): PythonPattern {
  const parsed = parsePattern(pattern);
  return { search: (text) => searchPattern(parsed, text) };
}
