/** Python's view of JSON values: its text forms, equality and truth. The format's rules are written in terms of them. */
import { entriesOf, setOwn } from './key-order.ts';
import { noteNumber, notedNumber, numberText } from './numbers.ts';

export type Path = readonly (string | number)[];

/** Whether a value is an object of JSON (no list, no null). */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Python's `str(value)`: texts as they are, all else as `repr` writes it. */
export function pythonText(value: unknown, note?: string): string {
  return typeof value === 'string' ? value : pythonRepr(value, note);
}

/** Python's `repr(value)` of a JSON value. `note`: see `noteNumber`. */
export function pythonRepr(value: unknown, note?: string): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return numberText(value, note);
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map((item: unknown, index) => pythonRepr(item, notedNumber(value, index))).join(', ')}]`;
  if (isObject(value)) {
    return `{${entriesOf(value)
      .map(([key, item]) => `${quote(key)}: ${pythonRepr(item, notedNumber(value, key))}`)
      .join(', ')}}`;
  }
  return quote(typeof value === 'bigint' ? value.toString() : typeof value);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
// What Python's str.isprintable() says no to: controls, formats, separators other than the space, private and unassigned code points.
const UNPRINTABLE = /^[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}]$/u;

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = '';
  for (const character of text) {
    if (character === mark) out += `\\${mark}`;
    else if (ESCAPES[character] !== undefined) out += ESCAPES[character];
    else if (character !== ' ' && UNPRINTABLE.test(character)) out += escapeCode(character.codePointAt(0) ?? 0);
    else out += character;
  }
  return mark + out + mark;
}

function escapeCode(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x1_0000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Python's `==` on JSON values: `1 == true`, `0 == false`, `1 == 1.0`, objects without regard to the order of keys. */
export function pythonEqual(a: unknown, b: unknown): boolean {
  const left = typeof a === 'boolean' ? Number(a) : a;
  const right = typeof b === 'boolean' ? Number(b) : b;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item: unknown, index) => pythonEqual(item, right[index]));
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && pythonEqual(left[key], right[key]))
    );
  }
  return (left ?? null) === (right ?? null);
}

/** Python's `bool(value)`: empty texts, lists and objects, zero and null are false. */
export function pythonTruth(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  if (typeof value === 'number') return value !== 0;
  return Boolean(value);
}

/** A deep copy that keeps the notes of numbers. Values that JSON lacks become texts. */
export function cloneJson<T>(value: T): T {
  // The copy has the shape of the original, which JSON values allow to be rebuilt.
  return cloneUnknown(value) as T;
}

function cloneUnknown(value: unknown): unknown {
  if (Array.isArray(value)) {
    const copy: unknown[] = value.map((item: unknown) => cloneUnknown(item));
    for (const index of value.keys()) copyNote(value, copy, index);
    return copy;
  }
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of entriesOf(value)) {
    setOwn(copy, key, cloneUnknown(item));
    copyNote(value, copy, key);
  }
  return copy;
}

function copyNote(from: object, to: object, key: string | number): void {
  const note = notedNumber(from, key);
  if (note !== undefined) noteNumber(to, key, note);
}

/** What stands at a path, or undefined. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (Array.isArray(value)) value = typeof step === 'number' ? value[step] : undefined;
    else if (isObject(value)) value = Object.hasOwn(value, step) ? value[String(step)] : undefined;
    else return undefined;
  }
  return value;
}
