import type { CharacterSet } from './pattern-ast.ts';

const WORD = /^[\p{L}\p{N}_]$/u;
const DIGIT = /^\p{Nd}$/u;
// Python's str.isspace: JavaScript's spaces without the byte order mark, and four separators more.
// eslint-disable-next-line no-control-regex -- Python counts them as spaces
const SPACE = /^[\s\u001c-\u001f\u0085]$/u;

/** `\w`, `\d`, `\s` of Python: Unicode's, or with the flag `a` ASCII's. */
export function classOf(letter: string, ascii: boolean): CharacterSet {
  switch (letter.toLowerCase()) {
    case 'w':
      return negated(letter, ascii ? (c) => /^[A-Za-z0-9_]$/.test(c) : (c) => WORD.test(c));
    case 'd':
      return negated(letter, ascii ? (c) => /^[0-9]$/.test(c) : (c) => DIGIT.test(c));
    default:
      return negated(letter, ascii ? (c) => /^[ \t\n\r\f\v]$/.test(c) : (c) => c !== '\uFEFF' && SPACE.test(c));
  }
}

function negated(letter: string, set: CharacterSet): CharacterSet {
  return letter === letter.toUpperCase() ? (character) => !set(character) : set;
}

// Pairs that Unicode folds together beyond lower and upper case, as Python's engine has them.
const ALSO: Readonly<Record<string, readonly string[]>> = {
  i: ['ı', 'İ'],
  ı: ['i', 'İ'],
  s: ['ſ'],
  ſ: ['s'],
  μ: ['µ'],
  µ: ['μ'],
  k: ['\u212a'],
  å: ['\u212b'],
};

/** All characters that count as the same when case does not matter. */
export function caseVariants(character: string, ascii: boolean): readonly string[] {
  if (ascii) return /^[A-Za-z]$/.test(character) ? [character.toLowerCase(), character.toUpperCase()] : [character];
  const lower =
    Array.from(character.toLowerCase()).length === 1 ? character.toLowerCase() : (Array.from(character.toLowerCase())[0] ?? character);
  const upper = Array.from(character.toUpperCase()).length === 1 ? character.toUpperCase() : character;
  const also = [...(ALSO[character] ?? []), ...(ALSO[lower] ?? [])];
  return [character, lower, upper, ...also, ...also.map((other) => other.toUpperCase()).filter((other) => Array.from(other).length === 1)];
}

/** Also the characters that differ from the set's by case alone. */
export function foldedSet(set: CharacterSet): CharacterSet {
  return (character) => caseVariants(character, false).some(set);
}

const TABLE = 0x250;

/** The same set, which answers for each of the more usual characters only once. */
export function rememberedSet(set: CharacterSet): CharacterSet {
  // 0: not asked yet; 1: outside; 2: inside.
  const answers = new Uint8Array(TABLE);
  return (character) => {
    const code = character.charCodeAt(0);
    if (character.length > 1 || code >= TABLE) return set(character);
    if (answers[code] === 0) answers[code] = set(character) ? 2 : 1;
    return answers[code] === 2;
  };
}
