/** How messages name a rule. Source: apiextensions-apiserver pkg/apiserver/schema/cel/validation.go, 1.36. */
import type { ValidationRule } from '../types.ts';

/** Its message, else its text. */
export const ruleText = ({ rule = '', message = '' }: ValidationRule): string => (message === '' ? rule.trim() : message.trim());

/** What is told where it does not hold. */
export const ruleMessage = (rule: ValidationRule): string =>
  rule.message === undefined || rule.message === '' ? `failed rule: ${ruleText(rule)}` : rule.message.trim();

/** `summary` of an error of the CEL library, in Go's spelling. */
export function celProblem(error: unknown): string {
  const text = error instanceof Error ? ('summary' in error ? String(error.summary) : error.message) : String(error);
  const [first = ''] = text.split('\n');
  return /^[A-Z][a-z]/.test(first) ? first.charAt(0).toLowerCase() + first.slice(1) : first;
}
