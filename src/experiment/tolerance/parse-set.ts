/** `[…]`: the characters that a pattern takes at one place. */
import { classOf } from './character-classes.ts';
import type { CharacterSet } from './pattern-ast.ts';
import { readEscape } from './pattern-escape.ts';
import { badPattern } from './pattern-reader.ts';
import type { PatternReader } from './pattern-reader.ts';

/** What stands in the brackets, and whether all but that is meant. The opening bracket is behind the reader. */
export function parseSet(reader: PatternReader, ascii: boolean): { readonly inside: CharacterSet; readonly negative: boolean } {
  const negative = reader.take('^');
  const sets: CharacterSet[] = [];
  for (let first = true; first || reader.peek() !== ']'; first = false) {
    if (reader.peek() === undefined) throw badPattern('unterminated character set');
    sets.push(parsePart(reader, ascii));
  }
  reader.next();
  return { inside: (character) => sets.some((set) => set(character)), negative };
}

/** A character, a class, or a range. */
function parsePart(reader: PatternReader, ascii: boolean): CharacterSet {
  const low = parseAtom(reader, ascii);
  const isRange = reader.peek() === '-' && reader.peek(1) !== ']' && reader.peek(1) !== undefined;
  if (!isRange) return typeof low.value === 'string' ? (c) => c === low.value : low.value;
  reader.next();
  const high = parseAtom(reader, ascii);
  if (typeof low.value !== 'string' || typeof high.value !== 'string') throw badPattern(`bad character range ${low.text}-${high.text}`);
  const [from, to] = [low.value.codePointAt(0) ?? 0, high.value.codePointAt(0) ?? 0];
  if (from > to) throw badPattern(`bad character range ${low.text}-${high.text}`);
  return (c) => {
    const code = c.codePointAt(0) ?? 0;
    return code >= from && code <= to;
  };
}

function parseAtom(reader: PatternReader, ascii: boolean): { readonly value: string | CharacterSet; readonly text: string } {
  const start = reader.at;
  let value: string | CharacterSet = reader.next() ?? '';
  if (value === '\\') {
    const letter = reader.next();
    if (letter === undefined) throw badPattern('unterminated character set');
    if (letter === 'b') value = '\b';
    else value = /[wdsWDS]/.test(letter) ? classOf(letter, ascii) : readEscape(reader, letter);
  }
  return { value, text: reader.since(start) };
}
