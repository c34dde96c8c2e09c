/** Parses Python's regular expressions, refusing what it refuses, in its words. Source: Python 3.13 `re`; golden/chaostoolkit/tables/regex.json. */
import { classOf, foldedSet, rememberedSet } from './character-classes.ts';
import { widthOf } from './node-width.ts';
import { parseSet } from './parse-set.ts';
import type { CharacterSet, PatternFlags, PatternNode } from './pattern-ast.ts';
import { readEscape, readNumberEscape } from './pattern-escape.ts';
import { NO_FLAGS, withFlags } from './pattern-flags.ts';
import { PatternReader, badPattern as bad } from './pattern-reader.ts';

const DEEPEST = 200;
const MOST_REPEATS = 4_294_967_295;

export interface ParsedPattern {
  readonly root: PatternNode;
  readonly groups: number;
}

/** Errors: `INVALID_INPUT` with Python's message. */
export function parsePattern(pattern: string): ParsedPattern {
  return new PatternParser(new PatternReader(pattern)).whole();
}

class PatternParser {
  readonly #reader: PatternReader;
  #groups = 0;
  #depth = 0;
  readonly #names = new Map<string, number>();
  readonly #open = new Set<number>();
  #flags: PatternFlags = NO_FLAGS;

  constructor(reader: PatternReader) {
    this.#reader = reader;
  }

  whole(): ParsedPattern {
    this.#globalFlags();
    const root = this.#either();
    if (this.#reader.peek() !== undefined) throw bad('unbalanced parenthesis');
    return { root, groups: this.#groups };
  }

  /** `(?ims)` at the very start holds for the whole expression. */
  #globalFlags(): void {
    for (;;) {
      const rest = this.#reader.ahead(12);
      const match = /^\(\?([aiLmsux]+)\)/.exec(rest);
      if (match === null) return;
      this.#flags = withFlags(this.#flags, match[1] ?? '', true);
      this.#reader.goTo(this.#reader.at + match[0].length);
    }
  }

  #either(): PatternNode {
    if (++this.#depth > DEEPEST) throw bad('the pattern is nested too deeply');
    const options = [this.#sequence()];
    while (this.#reader.take('|')) options.push(this.#sequence());
    this.#depth--;
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'either', options };
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    for (;;) {
      if (this.#flags.verbose) this.#skipRemarks();
      const next = this.#reader.peek();
      if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', items };
      const item = this.#item();
      if (item === undefined) continue;
      items.push(this.#repeated(item));
    }
  }

  #skipRemarks(): void {
    for (;;) {
      const next = this.#reader.peek();
      if (next !== undefined && /[ \t\n\r\f\v]/.test(next)) this.#reader.next();
      else if (next === '#') while (this.#reader.peek() !== undefined && this.#reader.peek() !== '\n') this.#reader.next();
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
    const mode = this.#reader.take('?') ? 'lazy' : this.#reader.take('+') ? 'possessive' : 'greedy';
    if (this.#flags.verbose) this.#skipRemarks();
    const start = this.#reader.at;
    if (this.#bounds() !== undefined) throw bad('multiple repeat');
    this.#reader.goTo(start);
    return { kind: 'repeat', item, min, max, mode };
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#reader.take('*')) return [0, Infinity];
    if (this.#reader.take('+')) return [1, Infinity];
    if (this.#reader.take('?')) return [0, 1];
    if (this.#reader.peek() !== '{') return undefined;
    const rest = this.#reader.ahead(40);
    const match = /^\{([0-9]*)(,?)([0-9]*)\}/.exec(rest);
    if (match === null || (match[1] === '' && match[2] === '')) return undefined;
    this.#reader.goTo(this.#reader.at + match[0].length);
    const [, low = '', comma, high = ''] = match;
    const min = low === '' ? 0 : Number(low);
    const max = comma === '' ? min : high === '' ? Infinity : Number(high);
    if (min >= MOST_REPEATS || (max !== Infinity && max >= MOST_REPEATS)) throw bad('the repetition number is too large');
    return [min, max];
  }

  /** One thing that can be repeated; undefined for a remark. */
  #item(): PatternNode | undefined {
    const character = this.#reader.peek() ?? '';
    this.#reader.next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '.':
        return { kind: 'set', set: this.#flags.dotAll ? () => true : (c) => c !== '\n' };
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

  #class(): PatternNode {
    const { inside, negative } = parseSet(this.#reader, this.#flags.ascii);
    // Without regard to case, a character is outside only when none of its variants is inside.
    const folded = this.#folded(inside);
    return { kind: 'set', set: rememberedSet(negative ? (c) => !folded(c) : folded) };
  }

  #folded(set: CharacterSet): CharacterSet {
    return this.#flags.ignoreCase ? foldedSet(set) : set;
  }

  #literal(character: string): PatternNode {
    const same = this.#folded((c) => c === character);
    return { kind: 'set', set: this.#flags.ignoreCase ? rememberedSet(same) : same };
  }

  #group(): PatternNode | undefined {
    if (!this.#reader.take('?')) return this.#capture();
    if (this.#reader.take('P')) return this.#named();
    if (this.#reader.take(':')) return this.#closed(this.#either());
    if (this.#reader.take('>')) return { kind: 'atomic', item: this.#closed(this.#either()) };
    if (this.#reader.take('#')) {
      while (this.#reader.peek() !== ')') {
        if (this.#reader.peek() === undefined) throw bad('missing ), unterminated comment');
        this.#reader.next();
      }
      this.#reader.next();
      return undefined;
    }
    if (this.#reader.take('(')) return this.#condition();
    for (const [text, ahead, negative] of [
      ['=', true, false],
      ['!', true, true],
      ['<=', false, false],
      ['<!', false, true],
    ] as const) {
      if (this.#reader.take(text)) return this.#look(ahead, negative);
    }
    return this.#localFlags();
  }

  #closed(node: PatternNode): PatternNode {
    if (!this.#reader.take(')')) throw bad('missing ), unterminated subpattern');
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
    if (this.#reader.take('<')) {
      const name = this.#reader.until('>', 'group name');
      if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw bad(`bad character in group name '${name}'`);
      return this.#capture(name);
    }
    if (this.#reader.take('=')) {
      const name = this.#reader.until(')', 'group name');
      const index = this.#names.get(name);
      if (index === undefined) throw bad(`unknown group name '${name}'`);
      return this.#back(index);
    }
    const next = this.#reader.peek();
    throw bad(next === undefined ? 'unexpected end of pattern' : `unknown extension ?P${next}`);
  }

  #back(index: number): PatternNode {
    if (index > this.#groups) throw bad(`invalid group reference ${index}`);
    if (this.#open.has(index)) throw bad('cannot refer to an open group');
    return { kind: 'back', index, ignoreCase: this.#flags.ignoreCase };
  }

  #condition(): PatternNode {
    const name = this.#reader.until(')', 'group name');
    const index = /^[0-9]+$/.test(name) ? Number(name) : this.#names.get(name);
    if (index === undefined) throw bad(`unknown group name '${name}'`);
    if (index === 0) throw bad('bad group number');
    if (index > this.#groups) throw bad(`invalid group reference ${index}`);
    const yes = this.#sequence();
    const no = this.#reader.take('|') ? this.#sequence() : ({ kind: 'sequence', items: [] } as const);
    if (this.#reader.peek() === '|') throw bad('conditional backref with more than two branches');
    return this.#closed({ kind: 'condition', index, yes, no });
  }

  #look(ahead: boolean, negative: boolean): PatternNode {
    const item = this.#closed(this.#either());
    const [low, high] = ahead ? [0, 0] : widthOf(item);
    if (low !== high) throw bad('look-behind requires fixed-width pattern');
    return { kind: 'look', ahead, negative, item, width: low };
  }

  #localFlags(): PatternNode | undefined {
    const rest = this.#reader.ahead(20);
    const match = /^([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/.exec(rest);
    if (match === null || (match[1] === '' && match[2] === undefined)) {
      const next = this.#reader.peek();
      throw bad(
        next === undefined ? 'unexpected end of pattern' : `unknown extension ?${next}${next === '<' ? (this.#reader.peek(1) ?? '') : ''}`,
      );
    }
    const [all, on = '', off = '', end] = match;
    const flags = withFlags(withFlags(this.#flags, on, true), off, false);
    this.#reader.goTo(this.#reader.at + all.length);
    if (end === ')') throw bad('global flags not at the start of the expression');
    const outer = this.#flags;
    this.#flags = flags;
    const item = this.#closed(this.#either());
    this.#flags = outer;
    return item;
  }

  #escape(): PatternNode {
    const letter = this.#reader.peek();
    if (letter === undefined) throw bad('bad escape (end of pattern)');
    this.#reader.next();
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
    if (/[wdsWDS]/.test(letter)) return { kind: 'set', set: rememberedSet(classOf(letter, ascii)) };
    if (!/[1-9]/.test(letter)) return this.#literal(readEscape(this.#reader, letter));
    const meant = readNumberEscape(this.#reader, letter);
    return 'group' in meant ? this.#back(meant.group) : this.#literal(meant.character);
  }
}
