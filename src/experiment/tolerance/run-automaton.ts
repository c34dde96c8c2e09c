import { EvenkeelError } from '../../base/index.ts';
import type { Automaton } from './automaton.ts';
import { isPlace } from './is-place.ts';

/** A second or two; a text of ten million characters with a few ways through it. */
const MOST_VISITS = 100_000_000;

/** Whether the automaton finds anything anywhere in the text. Errors: `TARGET_FAILED` for a large pattern on a very long text. */
export function searchByAutomaton(automaton: Automaton, text: readonly string[]): boolean {
  const search = new Search(automaton, text);
  for (let at = 0; ; at++) {
    if (search.enter(0, at)) return true;
    if (at === text.length) return false;
    if (search.take(at)) return true;
  }
}

class Search {
  readonly #automaton: Automaton;
  readonly #text: readonly string[];
  /** States that wait for the next character. */
  #waiting: number[] = [];
  /** Where each state was entered last: once is enough at each place. */
  readonly #enteredAt: Int32Array;
  readonly #pending: number[] = [];
  #visits = 0;

  constructor(automaton: Automaton, text: readonly string[]) {
    this.#automaton = automaton;
    this.#text = text;
    this.#enteredAt = new Int32Array(automaton.length).fill(-1);
  }

  /** Goes on from all waiting states over the character; true when the end was found. */
  take(at: number): boolean {
    const character = this.#text[at] ?? '';
    const before = this.#waiting;
    this.#waiting = [];
    for (const state of before) {
      const step = this.#automaton[state];
      if (step?.kind === 'take' && step.set(character) && this.enter(step.next, at + 1)) return true;
    }
    return false;
  }

  /** Goes from a state as far as no character is needed; true when the end was found. */
  enter(first: number, at: number): boolean {
    const pending = this.#pending;
    pending.push(first);
    for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
      if (state < 0 || this.#enteredAt[state] === at) continue;
      this.#enteredAt[state] = at;
      if (++this.#visits > MOST_VISITS) {
        throw new EvenkeelError('TARGET_FAILED', 'the pattern takes too long on this text', { blame: 'input', hint: 'Make it simpler.' });
      }
      const step = this.#automaton[state];
      if (step === undefined) continue;
      if (step.kind === 'found') return true;
      if (step.kind === 'take') this.#waiting.push(state);
      else if (step.kind === 'free') pending.push(step.other, step.next);
      else if (isPlace(step.place, this.#text, at)) pending.push(step.next);
    }
    return false;
  }
}
