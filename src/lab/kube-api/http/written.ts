/** Answers whose text is put together from texts that are kept: thousands of objects are written out once, not for every list. */
import type { Json } from '../json.ts';

/** The JSON of what `shown` makes of an object, kept as long as the object is. Give nothing that may still change. */
export function keptText<T extends object>(shown: (object: T) => object): (object: T) => string {
  const texts = new WeakMap<T, string>();
  return (object) => {
    const known = texts.get(object);
    if (known !== undefined) return known;
    const text = JSON.stringify(shown(object));
    texts.set(object, text);
    return text;
  };
}

/** The JSON of what many are told of at once and nobody later: only the last text is kept. */
export function lastText(): (object: object) => string {
  let last: { readonly object: object; readonly text: string } | undefined;
  return (object) => {
    if (last?.object !== object) last = { object, text: JSON.stringify(object) };
    return last.text;
  };
}

/** A body in both forms, each made when it is asked for. They say the same. */
export class Written {
  readonly value: () => Json;
  readonly text: () => string;
  constructor(value: () => Json, text: () => string) {
    this.value = value;
    this.text = text;
  }
  toJSON(): Json {
    return this.value();
  }
}

/** The JSON of an object whose last member is a list, from the texts of the list's items. */
export const withItems = (head: Json, name: string, items: readonly string[]): string =>
  `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(name)}:[${items.join(',')}]}`;
