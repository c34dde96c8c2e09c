/** Checks of texts and numbers. Source: kube-openapi pkg/validation/validate (validator.go, values.go) and errors/schema.go, 1.36. */
import type { Finding, Findings } from './finding.ts';
import { goPattern } from './go-pattern.ts';
import { isOfFormat } from './text-formats.ts';
import type { JsonSchema } from './types.ts';

export function scalarFindings(value: unknown, schema: JsonSchema, path: string): Findings {
  const list =
    typeof value === 'string' ? textFindings(value, schema, path) : typeof value === 'number' ? numberFindings(value, schema, path) : [];
  return { list, matches: 0 };
}

function textFindings(value: string, { minLength, maxLength, pattern, format = '' }: JsonSchema, path: string): Finding[] {
  const list: Finding[] = [];
  const other = (text: string): void => void list.push({ code: 'other', path, value, message: `${path} in body ${text}` });
  const length = Array.from(value).length;
  if (maxLength !== undefined && length > maxLength)
    list.push({ code: 'tooLong', path, value, limit: maxLength, message: `${path} length` });
  if (minLength !== undefined && length < minLength) other(`should be at least ${minLength} chars long`);
  if (pattern !== undefined && pattern !== '' && goPattern(pattern)?.isIn(value) === false) other(`should match '${pattern}'`);
  if (format !== '' && !isOfFormat(value, format))
    list.push({ code: 'type', path, value, message: `${path} in body must be of type ${format}: ${JSON.stringify(value)}` });
  return list;
}

function numberFindings(value: number, schema: JsonSchema, path: string): Finding[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const list: Finding[] = [];
  const other = (text: string): void => void list.push({ code: 'other', path, value, message: `${path} in body ${text}` });
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) other(`should be a multiple of ${multipleOf}`);
  if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum))
    other(`should be less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
  if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum))
    other(`should be greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
  return list;
}

/** As in Go: the quotient is whole but for the noise of binary fractions. */
const isMultiple = (value: number, factor: number): boolean => {
  const quotient = value / factor;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
};
