/** JSON as Python's writer makes it: indented by 2, non-ASCII kept, `1.0` stays `1.0`; never fails on what JSON lacks. */
import { entriesOf } from './key-order.ts';
import { notedNumber, numberText } from './numbers.ts';
import { isObject, pythonText } from './python-values.ts';

/** Writes a value; `indent` 0 makes one line. Values that JSON lacks (functions, dates, errors) are written as texts, never refused. */
export function writeJson(value: unknown, indent = 2): string {
  return write(value, undefined, '\n', ' '.repeat(indent), new Set());
}

function write(value: unknown, note: string | undefined, line: string, step: string, around: Set<object>): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return writeNumber(value, note);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return JSON.stringify(pythonText(value));
  if (around.has(value)) return JSON.stringify('<refers to itself>');
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  around.add(value);
  const inner = step === '' ? '' : line + step;
  const glue = step === '' ? ', ' : `,${inner}`;
  const close = step === '' ? '' : line;
  let text: string;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, index) => write(item, notedNumber(value, index), line + step, step, around));
    text = items.length === 0 ? '[]' : `[${inner}${items.join(glue)}${close}]`;
  } else if (isObject(value)) {
    const members = entriesOf(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => `${JSON.stringify(key)}: ${write(item, notedNumber(value, key), line + step, step, around)}`);
    text = members.length === 0 ? '{}' : `{${inner}${members.join(glue)}${close}}`;
  } else text = 'null';
  around.delete(value);
  return text;
}

function writeNumber(value: number, note: string | undefined): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return numberText(value, note);
}
