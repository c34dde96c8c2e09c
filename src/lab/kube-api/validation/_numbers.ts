/** Numbers, ports, amounts or percentages. Source: apimachinery util/validation, api/validation and pkg/apis/apps/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { percentProblems, portNameProblems } from './_names.ts';

export const NEGATIVE = 'must be greater than or equal to 0';
export const NOT_POSITIVE = 'must be greater than zero';
export const IMMUTABLE = 'field is immutable';

/** `must be between 1 and 65535, inclusive`. */
export const rangeProblem = (least: number, most: number): string => `must be between ${least} and ${most}, inclusive`;

/** An absent number counts as nothing wrong. */
export function validateNonnegative(value: number | undefined, field: string, problems: Problems): void {
  if (value !== undefined && value < 0) problems.invalid(field, value, NEGATIVE);
}

export function validateRange(
  value: number | undefined,
  field: string,
  problems: Problems,
  { least, most }: { readonly least: number; readonly most: number },
): void {
  if (value !== undefined && (value < least || value > most)) problems.invalid(field, value, rangeProblem(least, most));
}

const PORTS = { least: 1, most: 65_535 };

/** An absent port counts as 0, which is none. */
export const validatePortNumber = (value: number | undefined, field: string, problems: Problems): void =>
  validateRange(value ?? 0, field, problems, PORTS);

/** A port's number or the name of a container's port. */
export function validatePortNumberOrName(value: number | string | undefined, field: string, problems: Problems): void {
  if (typeof value !== 'string') validatePortNumber(value, field, problems);
  else for (const text of portNameProblems(value)) problems.invalid(field, value, text);
}

/** Zero or more, or a percentage. */
export function validateIntOrPercent(value: number | string | undefined, field: string, problems: Problems): void {
  if (typeof value === 'string') for (const text of percentProblems(value)) problems.invalid(field, value, text);
  else validateNonnegative(value, field, problems);
}

/** A percentage beyond 100; numbers may be as large as they like. */
export function validateAtMost100Percent(value: number | string | undefined, field: string, problems: Problems): void {
  const percent = typeof value === 'string' && percentProblems(value).length === 0 ? Number(value.slice(0, -1)) : 0;
  if (percent > 100) problems.invalid(field, value, 'must not be greater than 100%');
}
