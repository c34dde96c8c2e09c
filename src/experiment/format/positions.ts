import type { Path } from './python-values.ts';

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where the values of a file stand in its text. */
export interface Positions {
  /** The file's name as it was given. */
  readonly file: string;
  /** Of the value at the path, or of the nearest value around it that has a place. */
  of(path: Path): Position;
}

/** Collects offsets while a file is read. */
export class PositionMap implements Positions {
  readonly file: string;
  readonly #lineStarts: readonly number[];
  readonly #offsets = new Map<string, number>();

  constructor(file: string, text: string) {
    this.file = file;
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#lineStarts = starts;
  }

  note(path: Path, offset: number): void {
    this.#offsets.set(JSON.stringify(path), offset);
  }

  of(path: Path): Position {
    for (let length = path.length; length >= 0; length--) {
      const offset = this.#offsets.get(JSON.stringify(path.slice(0, length)));
      if (offset !== undefined) return this.at(offset);
    }
    return { line: 1, column: 1 };
  }

  at(offset: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }
}
