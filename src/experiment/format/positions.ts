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

/** The place of a value, and the places within it. One for each value: texts of whole paths would weigh more than the file. */
export class Place {
  /** How many values stand around it. */
  readonly depth: number;
  #offset: number | undefined;
  #inner: Map<string | number, Place> | undefined;

  constructor(depth = 0) {
    this.depth = depth;
  }

  /** Notes where in the text the value begins. */
  note(offset: number): void {
    this.#offset = offset;
  }

  get offset(): number | undefined {
    return this.#offset;
  }

  /** The place of what stands under this step; made when it is asked for the first time. */
  enter(step: string | number): Place {
    this.#inner ??= new Map();
    const known = this.#inner.get(step);
    if (known !== undefined) return known;
    const place = new Place(this.depth + 1);
    this.#inner.set(step, place);
    return place;
  }

  find(step: string | number): Place | undefined {
    return this.#inner?.get(step);
  }
}

/** Collects offsets while a file is read. They count without a byte order mark. */
export class PositionMap implements Positions {
  readonly file: string;
  readonly root = new Place();
  readonly #lineStarts: readonly number[];

  constructor(file: string, text: string) {
    this.file = file;
    const plain = withoutMark(text);
    const starts = [0];
    for (let at = plain.indexOf('\n'); at >= 0; at = plain.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#lineStarts = starts;
  }

  of(path: Path): Position {
    let offset = this.root.offset ?? 0;
    let place: Place | undefined = this.root;
    for (const step of path) {
      place = place.find(step);
      if (place === undefined) break;
      offset = place.offset ?? offset;
    }
    return this.at(offset);
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

/** A text without the byte order mark that some editors put before it. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
