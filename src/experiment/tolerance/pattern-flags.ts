import type { PatternFlags } from './pattern-ast.ts';
import { badPattern } from './pattern-reader.ts';

const NAMES: Readonly<Record<string, keyof PatternFlags | 'unicode'>> = {
  i: 'ignoreCase',
  m: 'multiLine',
  s: 'dotAll',
  x: 'verbose',
  a: 'ascii',
  u: 'unicode',
};

export const NO_FLAGS: PatternFlags = { ignoreCase: false, multiLine: false, dotAll: false, verbose: false, ascii: false };

/** The flags with those of these letters put on or off. Errors: `INVALID_INPUT` for a letter that is none. */
export function withFlags(flags: PatternFlags, letters: string, value: boolean): PatternFlags {
  let result = flags;
  for (const letter of letters) {
    if (letter === 'L') throw badPattern("bad inline flags: cannot use 'L' flag with a str pattern");
    const name = NAMES[letter];
    if (name === undefined) throw badPattern('unknown flag');
    result = name === 'unicode' ? { ...result, ascii: false } : { ...result, [name]: value };
  }
  return result;
}
