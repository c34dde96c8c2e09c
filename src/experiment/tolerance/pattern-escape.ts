import { badPattern } from './pattern-reader.ts';
import type { PatternReader } from './pattern-reader.ts';

const KNOWN: Readonly<Record<string, string>> = { a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' };
const HEX_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** The character that an escape means; the backslash and its letter are behind the reader. Errors: `INVALID_INPUT`. */
export function readEscape(reader: PatternReader, letter: string): string {
  const known = KNOWN[letter];
  if (known !== undefined) return known;
  const length = HEX_LENGTHS[letter];
  if (length !== undefined) return hexadecimal(reader, letter, length);
  if (letter === '0') {
    let octal = '';
    while (octal.length < 2 && /[0-7]/.test(reader.peek() ?? '')) octal += reader.next() ?? '';
    return String.fromCharCode(Number.parseInt(octal === '' ? '0' : octal, 8));
  }
  if (/[A-Za-z]/.test(letter)) throw badPattern(`bad escape \\${letter}`);
  return letter;
}

function hexadecimal(reader: PatternReader, letter: string, length: number): string {
  const hex = reader.ahead(length);
  const sound = /^[0-9a-fA-F]*/.exec(hex)?.[0] ?? '';
  if (sound.length < length) throw badPattern(`incomplete escape \\${letter}${sound}`);
  reader.goTo(reader.at + length);
  const code = Number.parseInt(hex, 16);
  if (code > 0x10ffff) throw badPattern(`bad escape \\${letter}${hex}`);
  return String.fromCodePoint(code);
}

/** `\123` in octal, or the number of a group: up to two digits. The first digit is behind the reader. */
export function readNumberEscape(reader: PatternReader, first: string): { readonly character: string } | { readonly group: number } {
  const second = reader.peek() ?? '';
  const third = reader.peek(1) ?? '';
  if (/[0-3]/.test(first) && /[0-7]/.test(second) && /[0-7]/.test(third)) {
    reader.goTo(reader.at + 2);
    return { character: String.fromCharCode(Number.parseInt(first + second + third, 8)) };
  }
  if (!/[0-9]/.test(second)) return { group: Number(first) };
  reader.next();
  return { group: Number(first + second) };
}
