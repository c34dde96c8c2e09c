/** Collects what is wrong with an object, field by field, in the API server's words. Source: util/validation/field/errors.go, 1.36. */
import type { FieldProblem } from './statuses.ts';

const PLAIN = /^[\x20-\x7e]*$/;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** A text as Go's `%q` prints it. */
export function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  const escaped = text.replaceAll(/["\\]|\p{C}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code >= 0x80) return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
    return ESCAPES[character] ?? `\\x${hex.padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}

const HTML: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

function asText(value: unknown): string {
  if (value === undefined) return 'null';
  if (typeof value === 'string') return quoted(value);
  // Go's JSON may stand in a page, so it hides what HTML would read.
  return JSON.stringify(value).replaceAll(/[<>&]/g, (character) => HTML[character] ?? character);
}

const withDetail = (what: string, detail: string): string => (detail === '' ? what : `${what}: ${detail}`);

/** Fields are written as paths: `spec.containers[0].name`, `spec.limits[cpu]`. */
export class Problems {
  readonly list: FieldProblem[] = [];

  required(field: string, detail = ''): void {
    this.add('FieldValueRequired', field, withDetail('Required value', detail));
  }
  invalid(field: string, value: unknown, detail: string): void {
    this.add('FieldValueInvalid', field, withDetail(`Invalid value: ${asText(value)}`, detail));
  }
  /** Wrong as a whole: no value is told. */
  invalidAsWhole(field: string, detail: string): void {
    this.add('FieldValueInvalid', field, `Invalid value: ${detail}`);
  }
  /** Every text of `details` is a problem of its own. */
  eachInvalid(field: string, value: string | undefined, details: readonly string[]): void {
    for (const detail of details) this.invalid(field, value ?? '', detail);
  }
  /** `supported` in the order in which they are to be told. */
  unsupported(field: string, value: unknown, supported: readonly string[]): void {
    const allowed = supported.map(quoted).join(', ');
    this.add('FieldValueNotSupported', field, `Unsupported value: ${asText(value)}: supported values: ${allowed}`);
  }
  forbidden(field: string, detail: string): void {
    this.add('FieldValueForbidden', field, withDetail('Forbidden', detail));
  }
  duplicate(field: string, value: unknown, detail = ''): void {
    this.add('FieldValueDuplicate', field, withDetail(`Duplicate value: ${asText(value)}`, detail));
  }
  notFound(field: string, value: unknown, detail = ''): void {
    this.add('FieldValueNotFound', field, withDetail(`Not found: ${asText(value)}`, detail));
  }
  tooLong(field: string, detail: string): void {
    this.add('FieldValueTooLong', field, withDetail('Too long', detail));
  }
  tooLongBytes(field: string, most: number): void {
    this.tooLong(field, `may not be more than ${most} ${most === 1 ? 'byte' : 'bytes'}`);
  }
  tooMany(field: string, count: number, most: number): void {
    this.add('FieldValueTooMany', field, `Too many: ${count}: must have at most ${most} ${most === 1 ? 'item' : 'items'}`);
  }
  private add(reason: string, field: string, message: string): void {
    this.list.push({ reason, message, field });
  }
}
