/** JSON as Python's reader takes it: `NaN` and `Infinity` are numbers, the last of two equal keys wins; with the place of every value. */
import { EvenkeelError } from '../../base/index.ts';
import { noteNumber, readNumber } from './numbers.ts';
import { setOwn } from './key-order.ts';
import { Place, withoutMark } from './positions.ts';
import type { PositionMap } from './positions.ts';

const DEEPEST = 500;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// eslint-disable-next-line no-control-regex -- JSON forbids them in texts
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y;
const WORDS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
];
const ESCAPED: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Reads one JSON value.
 *
 * Errors: `INVALID_INPUT` with line and column.
 */
export function readJson(text: string, positions?: PositionMap): unknown {
  return new JsonReader(withoutMark(text), positions).read();
}

class JsonReader {
  readonly #text: string;
  readonly #positions: PositionMap | undefined;
  #at = 0;

  constructor(text: string, positions: PositionMap | undefined) {
    this.#text = text;
    this.#positions = positions;
  }

  read(): unknown {
    const holder: unknown[] = [];
    holder.push(this.#value(holder, 0, this.#positions?.root ?? new Place()));
    this.#space();
    if (this.#at < this.#text.length) throw this.#error('nothing more was expected');
    return holder[0];
  }

  #value(container: object, key: string | number, place: Place): unknown {
    this.#space();
    place.note(this.#at);
    const start = this.#text[this.#at];
    if (start === '{') return this.#object(place);
    if (start === '[') return this.#list(place);
    if (start === '"') return this.#string();
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    NUMBER.lastIndex = this.#at;
    const literal = NUMBER.exec(this.#text)?.[0];
    if (literal === undefined) throw this.#error('a value was expected');
    this.#at += literal.length;
    const { value, note } = readNumber(literal);
    if (note !== undefined) noteNumber(container, key, note);
    return value;
  }

  #object(place: Place): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#members('}', place, () => {
      if (this.#text[this.#at] !== '"') throw this.#error('a name in double quotes was expected');
      const key = this.#string();
      this.#space();
      if (this.#text[this.#at] !== ':') throw this.#error("':' was expected");
      this.#at++;
      setOwn(object, key, this.#value(object, key, place.enter(key)));
    });
    return object;
  }

  #list(place: Place): unknown[] {
    const list: unknown[] = [];
    this.#members(']', place, () => {
      list.push(this.#value(list, list.length, place.enter(list.length)));
    });
    return list;
  }

  #members(end: '}' | ']', { depth }: Place, member: () => void): void {
    if (depth > DEEPEST) throw this.#error('this is nested too deeply');
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === end) {
      this.#at++;
      return;
    }
    for (;;) {
      this.#space();
      member();
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== end) throw this.#error(`',' or '${end}' was expected`);
      this.#at++;
      if (next === end) return;
    }
  }

  #string(): string {
    let out = '';
    this.#at++;
    for (;;) {
      PLAIN_TEXT.lastIndex = this.#at;
      const plain = PLAIN_TEXT.exec(this.#text)?.[0] ?? '';
      out += plain;
      this.#at += plain.length;
      const next = this.#text[this.#at];
      if (next === '"') {
        this.#at++;
        return out;
      }
      if (next !== '\\') throw this.#error(next === undefined ? 'the text has no end' : 'a control character stands in a text');
      out += this.#escape();
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    if (letter === 'u') {
      const hex = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#error('four hexadecimal digits were expected');
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const character = ESCAPED[letter];
    if (character === undefined) throw this.#error('this escape is unknown');
    this.#at += 2;
    return character;
  }

  #space(): void {
    while (/[ \t\n\r]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #error(what: string): EvenkeelError {
    const before = this.#text.slice(0, this.#at);
    const line = before.split('\n').length;
    const column = this.#at - before.lastIndexOf('\n');
    const found = this.#at < this.#text.length ? `found ${JSON.stringify(this.#text.slice(this.#at, this.#at + 12))}` : 'found the end';
    const file = this.#positions === undefined ? '' : `${this.#positions.file}:`;
    return new EvenkeelError('INVALID_INPUT', `${file}${line}:${column}: invalid JSON: ${what}, ${found}`, { blame: 'input' });
  }
}
