/**
 * Finds a pattern by backtracking: for what no automaton can tell (back references, looking around, atomic groups).
 * With a limit on the steps: no pattern can hang a run.
 */
import { EvenkeelError } from '../../base/index.ts';
import { caseVariants } from './character-classes.ts';
import { isPlace } from './is-place.ts';
import type { ParsedPattern } from './parse-pattern.ts';
import type { PatternNode } from './pattern-ast.ts';

const MOST_STEPS = 20_000_000;
const MOST_DEPTH = 4_000;

type Next = (at: number) => boolean;

/** Whether the pattern is found anywhere. Errors: `TARGET_FAILED` when it takes too many steps. */
export function searchByBacktracking({ root, groups }: ParsedPattern, text: readonly string[]): boolean {
  try {
    return new Matcher(text, groups).search(root);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw tooLong(thrown);
    throw thrown;
  }
}

function tooLong(cause?: unknown): EvenkeelError {
  const hint = 'Make it simpler: without (?=…), (?<=…), \\1 and the like no text is too long.';
  return new EvenkeelError('TARGET_FAILED', 'the pattern takes too long on this text', { blame: 'input', hint, cause });
}

class Matcher {
  readonly #text: readonly string[];
  #captures: (readonly [number, number] | undefined)[];
  #steps = 0;
  #depth = 0;

  constructor(text: readonly string[], groups: number) {
    this.#text = text;
    this.#captures = Array.from({ length: groups + 1 });
  }

  search(root: PatternNode): boolean {
    for (let start = 0; start <= this.#text.length; start++) {
      this.#captures.fill(undefined);
      if (this.#match(root, start, () => true)) return true;
    }
    return false;
  }

  #match(node: PatternNode, at: number, next: Next): boolean {
    this.#step(1);
    if (this.#depth > MOST_DEPTH) throw tooLong();
    this.#depth++;
    try {
      return this.#matchNode(node, at, next);
    } finally {
      this.#depth--;
    }
  }

  #step(count: number): void {
    this.#steps += count;
    if (this.#steps > MOST_STEPS) throw tooLong();
  }

  #matchNode(node: PatternNode, at: number, next: Next): boolean {
    switch (node.kind) {
      case 'set':
        return this.#isIn(node, at) && next(at + 1);
      case 'sequence':
        return this.#sequence(node.items, 0, at, next);
      case 'either':
        return node.options.some((option) => this.#match(option, at, next));
      case 'repeat':
        return this.#repeat(node, at, next);
      case 'group':
        return this.#group(node, at, next);
      case 'atomic': {
        const end = this.#endOf(node.item, at);
        return end !== undefined && next(end);
      }
      case 'look':
        return this.#look(node, at) && next(at);
      case 'back':
        return this.#back(node, at, next);
      case 'condition':
        return this.#match(this.#captures[node.index] === undefined ? node.no : node.yes, at, next);
      case 'at':
        return isPlace(node, this.#text, at) && next(at);
    }
  }

  #isIn({ set }: Extract<PatternNode, { kind: 'set' }>, at: number): boolean {
    const character = this.#text[at];
    return character !== undefined && set(character);
  }

  #sequence(items: readonly PatternNode[], index: number, at: number, next: Next): boolean {
    const item = items[index];
    return item === undefined ? next(at) : this.#match(item, at, (end) => this.#sequence(items, index + 1, end, next));
  }

  #repeat(node: Extract<PatternNode, { kind: 'repeat' }>, at: number, next: Next): boolean {
    if (node.item.kind === 'set') return this.#repeatSet(node, node.item, at, next);
    if (node.mode === 'possessive') {
      const end = this.#endOf({ ...node, mode: 'greedy' }, at);
      return end !== undefined && next(end);
    }
    const more = (count: number, from: number): boolean => {
      const again = (): boolean =>
        count < node.max &&
        this.#match(node.item, from, (end) => {
          if (end > from) return more(count + 1, end);
          // What took nothing once can take nothing as often as it must.
          return count < node.min && more(node.min, end);
        });
      if (count < node.min) return again();
      return node.mode === 'lazy' ? next(from) || again() : again() || next(from);
    };
    return more(0, at);
  }

  /** Single characters are counted in a loop: texts may be long. */
  #repeatSet(node: Extract<PatternNode, { kind: 'repeat' }>, item: Extract<PatternNode, { kind: 'set' }>, at: number, next: Next): boolean {
    if (node.mode === 'lazy') {
      for (let count = 0; count <= node.max; count++) {
        if (count >= node.min && next(at + count)) return true;
        if (!this.#isIn(item, at + count)) return false;
        this.#step(1);
      }
      return false;
    }
    let count = 0;
    while (count < node.max && this.#isIn(item, at + count)) count++;
    this.#step(count);
    if (node.mode === 'possessive') return count >= node.min && next(at + count);
    for (; count >= node.min; count--) {
      if (next(at + count)) return true;
      this.#step(1);
    }
    return false;
  }

  #group({ index, item }: Extract<PatternNode, { kind: 'group' }>, at: number, next: Next): boolean {
    const before = this.#captures[index];
    const matched = this.#match(item, at, (end) => {
      const inner = this.#captures[index];
      this.#captures[index] = [at, end];
      if (next(end)) return true;
      this.#captures[index] = inner;
      return false;
    });
    if (!matched) this.#captures[index] = before;
    return matched;
  }

  /** Where the first way to match ends; the other ways are given up. */
  #endOf(node: PatternNode, at: number): number | undefined {
    let found: number | undefined;
    this.#match(node, at, (end) => {
      found = end;
      return true;
    });
    return found;
  }

  #look({ ahead, negative, item, width }: Extract<PatternNode, { kind: 'look' }>, at: number): boolean {
    const start = ahead ? at : at - width;
    const saved = [...this.#captures];
    const matched = start >= 0 && this.#match(item, start, (end) => ahead || end === at);
    if (negative || !matched) this.#captures = saved;
    return matched !== negative;
  }

  #back({ index, ignoreCase }: Extract<PatternNode, { kind: 'back' }>, at: number, next: Next): boolean {
    const capture = this.#captures[index];
    if (capture === undefined) return false;
    const [from, to] = capture;
    this.#step(to - from);
    for (let offset = 0; offset < to - from; offset++) {
      const wanted = this.#text[from + offset] ?? '';
      const found = this.#text[at + offset];
      const same = found === wanted || (ignoreCase && found !== undefined && caseVariants(found, false).includes(wanted));
      if (!same) return false;
    }
    return next(at + to - from);
  }
}
