/** Patterns as automata: all ways through a pattern at once, so that the time grows with the text and not with the ways. */
import { widthOf } from './node-width.ts';
import type { CharacterSet, PatternNode } from './pattern-ast.ts';

type Place = Extract<PatternNode, { kind: 'at' }>;

/** A step takes a character, holds at a place, or is free; a free one may lead to two. State 0 is the start. */
export type Step =
  | { readonly kind: 'take'; readonly set: CharacterSet; next: number }
  | { readonly kind: 'place'; readonly place: Place; next: number }
  | { readonly kind: 'free'; next: number; other: number }
  | { readonly kind: 'found' };

export type Automaton = readonly Step[];

const MOST_STEPS = 20_000;
const NOWHERE = -1;

/** Undefined for what an automaton can not tell, and for repetitions that would make one too large. */
export function automatonOf(root: PatternNode): Automaton | undefined {
  const builder = new Builder();
  if (!builder.add(root)) return undefined;
  builder.steps.push({ kind: 'found' });
  return builder.steps;
}

/** Lays a pattern out in a row: every part begins where the one before it ends. */
class Builder {
  readonly steps: Step[] = [];

  /** False when it can not be done. */
  add(node: PatternNode): boolean {
    if (this.steps.length > MOST_STEPS) return false;
    switch (node.kind) {
      case 'set':
        this.steps.push({ kind: 'take', set: node.set, next: this.steps.length + 1 });
        return true;
      case 'at':
        this.steps.push({ kind: 'place', place: node, next: this.steps.length + 1 });
        return true;
      case 'sequence':
        return node.items.every((item) => this.add(item));
      case 'either':
        return this.#addEither(node.options);
      case 'group':
        return this.add(node.item);
      case 'repeat':
        return node.mode !== 'possessive' && this.#addRepeat(node);
      case 'atomic':
      case 'look':
      case 'back':
      case 'condition':
        return false;
    }
  }

  #free(): Extract<Step, { kind: 'free' }> {
    const step = { kind: 'free' as const, next: this.steps.length + 1, other: NOWHERE };
    this.steps.push(step);
    return step;
  }

  #addEither(options: readonly PatternNode[]): boolean {
    const ends: Extract<Step, { kind: 'free' }>[] = [];
    for (const [index, option] of options.entries()) {
      const fork = index < options.length - 1 ? this.#free() : undefined;
      if (!this.add(option)) return false;
      if (fork === undefined) break;
      ends.push(this.#free());
      fork.other = this.steps.length;
    }
    for (const end of ends) end.next = this.steps.length;
    return true;
  }

  #addRepeat({ item, min, max }: Extract<PatternNode, { kind: 'repeat' }>): boolean {
    // What takes nothing once can take nothing as often as it must.
    const takesNothing = widthOf(item)[1] === 0;
    const [least, most] = takesNothing ? [Math.min(min, 1), Math.min(max, 1)] : [min, max];
    for (let count = 0; count < least; count++) if (!this.add(item)) return false;
    if (most === Infinity) {
      const start = this.steps.length;
      const fork = this.#free();
      if (!this.add(item)) return false;
      this.#free().next = start;
      fork.other = this.steps.length;
      return true;
    }
    const forks: Extract<Step, { kind: 'free' }>[] = [];
    for (let count = least; count < most; count++) {
      forks.push(this.#free());
      if (!this.add(item)) return false;
    }
    for (const fork of forks) fork.other = this.steps.length;
    return true;
  }
}
