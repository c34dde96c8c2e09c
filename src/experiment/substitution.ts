/** `${name}` and `$name`. Source: chaostoolkit-compat.md a.4 (Python's string.Template with typed whole-string values). */
import { entriesOf, setOwn } from './format/key-order.ts';
import { copyNumberNote, notedNumber } from './format/numbers.ts';
import { isObject, pythonText, pythonTruth } from './format/python-values.ts';

/** The names that can be substituted. */
export interface Names {
  /** Where the value of a name stands, so that its number note is found too; undefined: no such name. */
  find(name: string): { readonly container: object; readonly key: string | number; readonly value: unknown } | undefined;
  /** Whether there is neither configuration nor any secret; some callers then leave data untouched, `$$` included. */
  readonly empty: boolean;
}

const NAME = '[_A-Za-z][_A-Za-z0-9]*';
// Ours: `${outputs.stop-instance.resources[0].name}`. The original leaves such a text as it is.
const OUTPUT = 'outputs\\.[^${}]+';
const WHOLE = new RegExp(`^\\$\\{(${NAME}|${OUTPUT})\\}$`);
const ANY = new RegExp(`\\$(?:(\\$)|\\{(${NAME}|${OUTPUT})\\}|(${NAME}))`, 'g');

/** Configuration first, then the keys of each group of secrets in the order of declaration; the first hit wins. */
export function namesOf(
  configuration: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, unknown>>,
  outputs?: (expression: string) => { readonly value: unknown } | undefined,
): Names {
  const containers = [configuration, ...Object.values(secrets).filter(isObject)];
  return {
    get empty() {
      return Object.keys(configuration).length === 0 && Object.keys(secrets).length === 0;
    },
    find(name) {
      if (name.startsWith('outputs.')) {
        const found = outputs?.(name.slice('outputs.'.length));
        return found === undefined ? undefined : { container: found, key: 'value', value: found.value };
      }
      const container = containers.find((candidate) => Object.hasOwn(candidate, name));
      return container === undefined ? undefined : { container, key: name, value: container[name] };
    },
  };
}

/** Replaces names in every text of the data (values, not keys). Unknown names stay; `$$` is `$`; empty data is returned as it is. */
export function substitute(data: unknown, names: Names): unknown {
  const holder: unknown[] = [];
  place(data, names, holder, 0);
  return holder[0];
}

/** Like `substitute`, putting the result (and the note of a number) at `container[key]`. */
export function substituteInto(data: unknown, names: Names, container: Record<string, unknown>, key: string): void {
  place(data, names, container, key);
}

function place(data: unknown, names: Names, container: object, key: string | number): void {
  if (typeof data === 'string') {
    const whole = WHOLE.exec(data)?.[1];
    const found = whole === undefined ? undefined : names.find(whole);
    if (found === undefined) return put(container, key, interpolate(data, names));
    copyNumberNote(found.container, found.key, container, key);
    return put(container, key, found.value);
  }
  if (!pythonTruth(data)) return put(container, key, data);
  if (Array.isArray(data)) {
    const copy: unknown[] = [];
    for (const [index, item] of data.entries()) {
      copyNumberNote(data, index, copy, index);
      place(item, names, copy, index);
    }
    return put(container, key, copy);
  }
  if (isObject(data)) {
    const copy: Record<string, unknown> = {};
    for (const [name, item] of entriesOf(data)) {
      copyNumberNote(data, name, copy, name);
      place(item, names, copy, name);
    }
    return put(container, key, copy);
  }
  return put(container, key, data);
}

function put(container: object, key: string | number, value: unknown): void {
  // Callers hand in lists with indices and objects with names.
  setOwn(container as Record<string, unknown>, String(key), value);
}

function interpolate(text: string, names: Names): string {
  return text.replace(ANY, (match: string, dollar?: string, braced?: string, bare?: string) => {
    if (dollar !== undefined) return '$';
    const found = names.find(braced ?? bare ?? '');
    return found === undefined ? match : pythonText(found.value, notedNumber(found.container, found.key));
  });
}
