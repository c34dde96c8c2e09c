import { automatonOf } from './automaton.ts';
import { searchByBacktracking } from './match-pattern.ts';
import { parsePattern } from './parse-pattern.ts';
import { searchByAutomaton } from './run-automaton.ts';

/** A Python regular expression. */
export interface PythonPattern {
  /** Whether it is found anywhere in the text (`re.search`). Errors: `TARGET_FAILED` when it takes too many steps. */
  search(text: string): boolean;
}

/** Compiles a pattern. Errors: `INVALID_INPUT` with Python's message. */
export function compilePattern(pattern: string): PythonPattern {
  const parsed = parsePattern(pattern);
  const automaton = automatonOf(parsed.root);
  return {
    search(text) {
      const characters = Array.from(text);
      return automaton === undefined ? searchByBacktracking(parsed, characters) : searchByAutomaton(automaton, characters);
    },
  };
}
