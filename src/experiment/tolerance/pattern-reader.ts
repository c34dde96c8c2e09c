import { EvenkeelError } from '../../base/index.ts';

/** Reads a pattern from left to right, a character (code point) at a time. */
export class PatternReader {
  readonly #text: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#text = Array.from(pattern);
  }

  get at(): number {
    return this.#at;
  }

  /** Goes to a place, forwards or back. */
  goTo(at: number): void {
    this.#at = at;
  }

  peek(ahead = 0): string | undefined {
    return this.#text[this.#at + ahead];
  }

  next(): string | undefined {
    return this.#text[this.#at++];
  }

  /** Goes behind this text if it stands here. */
  take(text: string): boolean {
    const wanted = Array.from(text);
    if (wanted.some((character, index) => this.peek(index) !== character)) return false;
    this.#at += wanted.length;
    return true;
  }

  /** What stands here, up to a number of characters. */
  ahead(count: number): string {
    return this.#text.slice(this.#at, this.#at + count).join('');
  }

  since(start: number): string {
    return this.#text.slice(start, this.#at).join('');
  }

  /** The text before the next `end`; goes behind it. Errors: `INVALID_INPUT` when there is none. */
  until(end: string, what: string): string {
    const start = this.#at;
    while (this.peek() !== end) {
      if (this.peek() === undefined) throw badPattern(start === this.#at ? `missing ${what}` : `missing ${end}, unterminated name`);
      this.#at++;
    }
    const text = this.since(start);
    this.#at++;
    if (text === '') throw badPattern(`missing ${what}`);
    return text;
  }
}

/** An error in Python's words. */
export function badPattern(message: string): EvenkeelError {
  return new EvenkeelError('INVALID_INPUT', message, { blame: 'input' });
}
