/** Collects what is wrong with an object, field by field, in the API server's words. Source: util/validation/field/errors.go. */
import type { FieldProblem } from './statuses.ts';

const asText = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value));

export class Problems {
  readonly list: FieldProblem[] = [];

  required(field: string, detail = ''): void {
    this.add('FieldValueRequired', field, detail === '' ? 'Required value' : `Required value: ${detail}`);
  }
  invalid(field: string, value: unknown, detail: string): void {
    this.add('FieldValueInvalid', field, `Invalid value: ${asText(value)}: ${detail}`);
  }
  unsupported(field: string, value: unknown, supported: readonly string[]): void {
    const allowed = supported.map((item) => `"${item}"`).join(', ');
    this.add('FieldValueNotSupported', field, `Unsupported value: ${asText(value)}: supported values: ${allowed}`);
  }
  forbidden(field: string, detail: string): void {
    this.add('FieldValueForbidden', field, `Forbidden: ${detail}`);
  }
  duplicate(field: string, value: unknown): void {
    this.add('FieldValueDuplicate', field, `Duplicate value: ${asText(value)}`);
  }
  notFound(field: string, value: unknown): void {
    this.add('FieldValueNotFound', field, `Not found: ${asText(value)}`);
  }
  tooLong(field: string, detail: string): void {
    this.add('FieldValueTooLong', field, `Too long: ${detail}`);
  }
  private add(reason: string, field: string, message: string): void {
    this.list.push({ reason, message, field });
  }
}
