/** Finds a parsed pattern in a text by backtracking, with a limit on the steps: no pattern can hang a run. */
import { EvenkeelError } from '../../base/index.ts';
import { caseVariants, classOf } from './character-classes.ts';
import type { ParsedPattern } from './parse-pattern.ts';
import type { PatternNode } from './pattern-ast.ts';

const MOST_STEPS = 5_000_000;
const MOST_DEPTH = 4_000;

type Next = (at: number) => boolean;

/** Whether the pattern is found anywhere. Errors: `TARGET_FAILED` when it takes too many steps. */
export function searchPattern({ root, groups }: ParsedPattern, text: string): boolean {
  const matcher = new Matcher(Array.from(text), groups);
  return matcher.search(root);
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
    if (++this.#steps > MOST_STEPS || this.#depth > MOST_DEPTH) {
      throw new EvenkeelError('TARGET_FAILED', 'the pattern takes too long on this text', { blame: 'input', hint: 'Make it simpler.' });
    }
    this.#depth++;
    try {
      return this.#matchNode(node, at, next);
    } finally {
      this.#depth--;
    }
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
        return this.#isAt(node, at) && next(at);
    }
  }

  #isIn({ set, ignoreCase }: Extract<PatternNode, { kind: 'set' }>, at: number): boolean {
    const character = this.#text[at];
    if (character === undefined) return false;
    if (!ignoreCase) return set(character);
    const variants = caseVariants(character, false);
    if ('negated' in set && typeof set.negated === 'function') {
      const inside = set.negated;
      return !variants.some((variant) => Boolean(inside(variant)));
    }
    return variants.some(set);
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
        count < node.max && this.#match(node.item, from, (end) => (end > from || count < node.min) && more(count + 1, end));
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
        this.#steps++;
      }
      return false;
    }
    let count = 0;
    while (count < node.max && this.#isIn(item, at + count)) count++;
    this.#steps += count;
    if (node.mode === 'possessive') return count >= node.min && next(at + count);
    for (; count >= node.min; count--) if (next(at + count)) return true;
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
    for (let offset = 0; offset < to - from; offset++) {
      const wanted = this.#text[from + offset] ?? '';
      const found = this.#text[at + offset];
      const same = found === wanted || (ignoreCase && found !== undefined && caseVariants(found, false).includes(wanted));
      if (!same) return false;
    }
    return next(at + to - from);
  }

  #isAt({ where, ascii }: Extract<PatternNode, { kind: 'at' }>, at: number): boolean {
    const { length } = this.#text;
    switch (where) {
      case 'start':
        return at === 0;
      case 'end':
        return at === length;
      case 'line-start':
        return at === 0 || this.#text[at - 1] === '\n';
      case 'line-end':
        return at === length || this.#text[at] === '\n';
      case 'last-line-end':
        return at === length || (at === length - 1 && this.#text[at] === '\n');
      default: {
        const isWord = classOf('w', ascii);
        const before = this.#text[at - 1];
        const after = this.#text[at];
        const boundary = (before !== undefined && isWord(before)) !== (after !== undefined && isWord(after));
        // Python before 3.14: `\B` never matches in an empty text.
        return where === 'boundary' ? boundary : !boundary && length > 0;
      }
    }
  }
}
