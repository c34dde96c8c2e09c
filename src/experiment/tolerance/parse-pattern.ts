/** Parses Python's regular expressions, refusing what it refuses, in its words. Source: Python 3.13 `re`; golden/chaostoolkit/tables/regex.json. */
import { EvenkeelError } from '../../base/index.ts';
import { classOf } from './character-classes.ts';
import type { CharacterSet, PatternFlags, PatternNode } from './pattern-ast.ts';

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' };
const HEX_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const FLAG_NAMES: Readonly<Record<string, keyof PatternFlags | 'unicode'>> = {
  i: 'ignoreCase',
  m: 'multiLine',
  s: 'dotAll',
  x: 'verbose',
  a: 'ascii',
  u: 'unicode',
};
const DEEPEST = 200;
const MOST_REPEATS = 4_294_967_295;

export interface ParsedPattern {
  readonly root: PatternNode;
  readonly groups: number;
}

/** Errors: `INVALID_INPUT` with Python's message. */
export function parsePattern(pattern: string): ParsedPattern {
  return new PatternParser(Array.from(pattern)).whole();
}

function bad(message: string): EvenkeelError {
  return new EvenkeelError('INVALID_INPUT', message, { blame: 'input' });
}

class PatternParser {
  readonly #text: readonly string[];
  #at = 0;
  #groups = 0;
  #depth = 0;
  readonly #names = new Map<string, number>();
  readonly #open = new Set<number>();
  #flags: PatternFlags = { ignoreCase: false, multiLine: false, dotAll: false, verbose: false, ascii: false };

  constructor(text: readonly string[]) {
    this.#text = text;
  }

  whole(): ParsedPattern {
    this.#globalFlags();
    const root = this.#either();
    if (this.#at < this.#text.length) throw bad('unbalanced parenthesis');
    return { root, groups: this.#groups };
  }

  #peek(ahead = 0): string | undefined {
    return this.#text[this.#at + ahead];
  }

  #take(text: string): boolean {
    if (Array.from(text).some((character, index) => this.#peek(index) !== character)) return false;
    this.#at += Array.from(text).length;
    return true;
  }

  #until(end: string, what: string): string {
    const start = this.#at;
    while (this.#peek() !== end) {
      if (this.#peek() === undefined) throw bad(start === this.#at ? `missing ${what}` : `missing ${end}, unterminated name`);
      this.#at++;
    }
    const text = this.#text.slice(start, this.#at).join('');
    this.#at++;
    if (text === '') throw bad(`missing ${what}`);
    return text;
  }

  /** `(?ims)` at the very start holds for the whole expression. */
  #globalFlags(): void {
    for (;;) {
      const rest = this.#text.slice(this.#at, this.#at + 12).join('');
      const match = /^\(\?([aiLmsux]+)\)/.exec(rest);
      if (match === null) return;
      this.#flags = this.#withFlags(this.#flags, match[1] ?? '', true);
      this.#at += match[0].length;
    }
  }

  #withFlags(flags: PatternFlags, letters: string, value: boolean): PatternFlags {
    let result = flags;
    for (const letter of letters) {
      if (letter === 'L') throw bad("bad inline flags: cannot use 'L' flag with a str pattern");
      const name = FLAG_NAMES[letter];
      if (name === undefined) throw bad('unknown flag');
      if (name === 'unicode') result = { ...result, ascii: false };
      else result = { ...result, [name]: value };
    }
    return result;
  }

  #either(): PatternNode {
    if (++this.#depth > DEEPEST) throw bad('the pattern is nested too deeply');
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    this.#depth--;
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'either', options };
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    for (;;) {
      if (this.#flags.verbose) this.#skipRemarks();
      const next = this.#peek();
      if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', items };
      const item = this.#item();
      if (item === undefined) continue;
      items.push(this.#repeated(item));
    }
  }

  #skipRemarks(): void {
    for (;;) {
      const next = this.#peek();
      if (next !== undefined && /[ \t\n\r\f\v]/.test(next)) this.#at++;
      else if (next === '#') while (this.#peek() !== undefined && this.#peek() !== '\n') this.#at++;
      else return;
    }
  }

  #repeated(item: PatternNode): PatternNode {
    if (this.#flags.verbose) this.#skipRemarks();
    const bounds = this.#bounds();
    if (bounds === undefined) return item;
    if (item.kind === 'at') throw bad('nothing to repeat');
    const [min, max] = bounds;
    if (min > max) throw bad('min repeat greater than max repeat');
    const mode = this.#take('?') ? 'lazy' : this.#take('+') ? 'possessive' : 'greedy';
    if (this.#flags.verbose) this.#skipRemarks();
    const start = this.#at;
    if (this.#bounds() !== undefined) throw bad('multiple repeat');
    this.#at = start;
    return { kind: 'repeat', item, min, max, mode };
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (this.#take('?')) return [0, 1];
    if (this.#peek() !== '{') return undefined;
    const rest = this.#text.slice(this.#at, this.#at + 40).join('');
    const match = /^\{([0-9]*)(,?)([0-9]*)\}/.exec(rest);
    if (match === null || (match[1] === '' && match[2] === '')) return undefined;
    this.#at += match[0].length;
    const [, low = '', comma, high = ''] = match;
    const min = low === '' ? 0 : Number(low);
    const max = comma === '' ? min : high === '' ? Infinity : Number(high);
    if (min >= MOST_REPEATS || (max !== Infinity && max >= MOST_REPEATS)) throw bad('the repetition number is too large');
    return [min, max];
  }

  /** One thing that can be repeated; undefined for a remark. */
  #item(): PatternNode | undefined {
    const character = this.#peek() ?? '';
    this.#at++;
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#set(this.#class());
      case '.':
        return this.#set(this.#flags.dotAll ? () => true : (c) => c !== '\n', false);
      case '^':
        return { kind: 'at', where: this.#flags.multiLine ? 'line-start' : 'start', ascii: false };
      case '$':
        return { kind: 'at', where: this.#flags.multiLine ? 'line-end' : 'last-line-end', ascii: false };
      case '*':
      case '+':
      case '?':
        throw bad('nothing to repeat');
      case '\\':
        return this.#escape();
      default:
        return this.#literal(character);
    }
  }

  #set(set: CharacterSet, ignoreCase = this.#flags.ignoreCase): PatternNode {
    return { kind: 'set', set, ignoreCase };
  }

  #literal(character: string): PatternNode {
    return this.#set((c) => c === character);
  }

  #group(): PatternNode | undefined {
    if (!this.#take('?')) return this.#capture();
    if (this.#take('P')) return this.#named();
    if (this.#take(':')) return this.#closed(this.#either());
    if (this.#take('>')) return { kind: 'atomic', item: this.#closed(this.#either()) };
    if (this.#take('#')) {
      while (this.#peek() !== ')') {
        if (this.#peek() === undefined) throw bad('missing ), unterminated comment');
        this.#at++;
      }
      this.#at++;
      return undefined;
    }
    if (this.#take('(')) return this.#condition();
    for (const [text, ahead, negative] of [
      ['=', true, false],
      ['!', true, true],
      ['<=', false, false],
      ['<!', false, true],
    ] as const) {
      if (this.#take(text)) return this.#look(ahead, negative);
    }
    return this.#localFlags();
  }

  #closed(node: PatternNode): PatternNode {
    if (!this.#take(')')) throw bad('missing ), unterminated subpattern');
    return node;
  }

  #capture(name?: string): PatternNode {
    const index = ++this.#groups;
    if (name !== undefined) {
      const before = this.#names.get(name);
      if (before !== undefined) throw bad(`redefinition of group name '${name}' as group ${index}; was group ${before}`);
      this.#names.set(name, index);
    }
    this.#open.add(index);
    const outer = this.#flags;
    const item = this.#closed(this.#either());
    this.#flags = outer;
    this.#open.delete(index);
    return { kind: 'group', index, item };
  }

  #named(): PatternNode {
    if (this.#take('<')) {
      const name = this.#until('>', 'group name');
      if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw bad(`bad character in group name '${name}'`);
      return this.#capture(name);
    }
    if (this.#take('=')) {
      const name = this.#until(')', 'group name');
      const index = this.#names.get(name);
      if (index === undefined) throw bad(`unknown group name '${name}'`);
      return this.#back(index);
    }
    const next = this.#peek();
    throw bad(next === undefined ? 'unexpected end of pattern' : `unknown extension ?P${next}`);
  }

  #back(index: number): PatternNode {
    if (index > this.#groups) throw bad(`invalid group reference ${index}`);
    if (this.#open.has(index)) throw bad('cannot refer to an open group');
    return { kind: 'back', index, ignoreCase: this.#flags.ignoreCase };
  }

  #condition(): PatternNode {
    const name = this.#until(')', 'group name');
    const index = /^[0-9]+$/.test(name) ? Number(name) : this.#names.get(name);
    if (index === undefined) throw bad(`unknown group name '${name}'`);
    if (index === 0) throw bad('bad group number');
    if (index > this.#groups) throw bad(`invalid group reference ${index}`);
    const yes = this.#sequence();
    const no = this.#take('|') ? this.#sequence() : ({ kind: 'sequence', items: [] } as const);
    if (this.#peek() === '|') throw bad('conditional backref with more than two branches');
    return this.#closed({ kind: 'condition', index, yes, no });
  }

  #look(ahead: boolean, negative: boolean): PatternNode {
    const item = this.#closed(this.#either());
    const [low, high] = ahead ? [0, 0] : widthOf(item);
    if (low !== high) throw bad('look-behind requires fixed-width pattern');
    return { kind: 'look', ahead, negative, item, width: low };
  }

  #localFlags(): PatternNode | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 20).join('');
    const match = /^([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/.exec(rest);
    if (match === null || (match[1] === '' && match[2] === undefined)) {
      const next = this.#peek();
      throw bad(
        next === undefined ? 'unexpected end of pattern' : `unknown extension ?${next}${next === '<' ? (this.#peek(1) ?? '') : ''}`,
      );
    }
    const [all, on = '', off = '', end] = match;
    const flags = this.#withFlags(this.#withFlags(this.#flags, on, true), off, false);
    this.#at += all.length;
    if (end === ')') throw bad('global flags not at the start of the expression');
    const outer = this.#flags;
    this.#flags = flags;
    const item = this.#closed(this.#either());
    this.#flags = outer;
    return item;
  }

  #escape(): PatternNode {
    const letter = this.#peek();
    if (letter === undefined) throw bad('bad escape (end of pattern)');
    this.#at++;
    const { ascii } = this.#flags;
    switch (letter) {
      case 'A':
        return { kind: 'at', where: 'start', ascii };
      case 'Z':
        return { kind: 'at', where: 'end', ascii };
      case 'b':
        return { kind: 'at', where: 'boundary', ascii };
      case 'B':
        return { kind: 'at', where: 'no-boundary', ascii };
    }
    if (/[wdsWDS]/.test(letter)) return this.#set(classOf(letter, ascii), false);
    if (/[1-9]/.test(letter)) return this.#numberEscape(letter);
    return this.#literal(this.#character(letter));
  }

  #numberEscape(first: string): PatternNode {
    const second = this.#peek() ?? '';
    const third = this.#peek(1) ?? '';
    if (/[0-3]/.test(first) && /[0-7]/.test(second) && /[0-7]/.test(third)) {
      this.#at += 2;
      return this.#literal(String.fromCharCode(Number.parseInt(first + second + third, 8)));
    }
    let digits = first;
    if (/[0-9]/.test(second)) {
      digits += second;
      this.#at++;
    }
    return this.#back(Number(digits));
  }

  /** The character that an escape means; the backslash and its letter are behind us. */
  #character(letter: string): string {
    const known = ESCAPES[letter];
    if (known !== undefined) return known;
    const length = HEX_LENGTHS[letter];
    if (length !== undefined) {
      const hex = this.#text.slice(this.#at, this.#at + length).join('');
      const sound = /^[0-9a-fA-F]*/.exec(hex)?.[0] ?? '';
      if (sound.length < length) throw bad(`incomplete escape \\${letter}${sound}`);
      this.#at += length;
      const code = Number.parseInt(hex, 16);
      if (code > 0x10ffff) throw bad(`bad escape \\${letter}${hex}`);
      return String.fromCodePoint(code);
    }
    if (letter === '0') {
      let octal = '';
      while (octal.length < 2 && /[0-7]/.test(this.#peek() ?? '')) octal += this.#text[this.#at++] ?? '';
      return String.fromCharCode(Number.parseInt(octal === '' ? '0' : octal, 8));
    }
    if (/[A-Za-z]/.test(letter)) throw bad(`bad escape \\${letter}`);
    return letter;
  }

  #class(): CharacterSet {
    const negative = this.#take('^');
    const sets: CharacterSet[] = [];
    let first = true;
    for (;;) {
      if (this.#peek() === undefined) throw bad('unterminated character set');
      if (this.#peek() === ']' && !first) break;
      first = false;
      sets.push(this.#classPart());
    }
    this.#at++;
    const inside: CharacterSet = (character) => sets.some((set) => set(character));
    if (!negative) return inside;
    // With the flag `i`, a character is outside only when none of its variants is inside; the matcher asks for each variant.
    return Object.assign((character: string) => !inside(character), { negated: inside });
  }

  #classPart(): CharacterSet {
    const low = this.#classAtom();
    const isRange = this.#peek() === '-' && this.#peek(1) !== ']' && this.#peek(1) !== undefined;
    if (!isRange) return typeof low.value === 'string' ? (c) => c === low.value : low.value;
    this.#at++;
    const high = this.#classAtom();
    if (typeof low.value !== 'string' || typeof high.value !== 'string') throw bad(`bad character range ${low.text}-${high.text}`);
    const [from, to] = [low.value.codePointAt(0) ?? 0, high.value.codePointAt(0) ?? 0];
    if (from > to) throw bad(`bad character range ${low.text}-${high.text}`);
    return (c) => {
      const code = c.codePointAt(0) ?? 0;
      return code >= from && code <= to;
    };
  }

  #classAtom(): { value: string | CharacterSet; text: string } {
    const start = this.#at;
    const character = this.#peek() ?? '';
    this.#at++;
    let value: string | CharacterSet = character;
    if (character === '\\') {
      const letter = this.#peek();
      if (letter === undefined) throw bad('unterminated character set');
      this.#at++;
      if (letter === 'b') value = '\b';
      else value = /[wdsWDS]/.test(letter) ? classOf(letter, this.#flags.ascii) : this.#character(letter);
    }
    return { value, text: this.#text.slice(start, this.#at).join('') };
  }
}

/** The least and the greatest number of characters that a node takes. */
function widthOf(node: PatternNode): readonly [number, number] {
  switch (node.kind) {
    case 'set':
      return [1, 1];
    case 'sequence':
      return node.items.map(widthOf).reduce(([low, high], [a, b]) => [low + a, high + b], [0, 0]);
    case 'either': {
      const widths = node.options.map(widthOf);
      return [Math.min(...widths.map(([low]) => low)), Math.max(...widths.map(([, high]) => high))];
    }
    case 'condition': {
      const [yes, no] = [widthOf(node.yes), widthOf(node.no)];
      return [Math.min(yes[0], no[0]), Math.max(yes[1], no[1])];
    }
    case 'repeat': {
      const [low, high] = widthOf(node.item);
      return [low * node.min, high === 0 ? 0 : high * node.max];
    }
    case 'group':
    case 'atomic':
      return widthOf(node.item);
    case 'back':
      return [0, Infinity];
    case 'look':
    case 'at':
      return [0, 0];
  }
}
