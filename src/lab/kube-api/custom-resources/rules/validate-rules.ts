/** Runs `x-kubernetes-validations`. Source: apiextensions-apiserver pkg/apiserver/schema/cel/validation.go, 1.36. */
import { isObject, sameJson, type Json } from '../../json.ts';
import { Problems } from '../../problems.ts';
import { correlatedItem } from '../correlate.ts';
import { additionalOf, isEmbedded, itemsOf } from '../schema-parts.ts';
import type { JsonSchema, ValidationRule } from '../types.ts';
import { celValue } from './cel-value.ts';
import { celTypes } from './load-cel.ts';
import { celProblem, ruleMessage, ruleText } from './rule-text.ts';
import { usesOldSelf } from './uses-old-self.ts';
import { doneWithinTime } from './within-time.ts';

interface Place {
  readonly path: string;
  readonly isResource: boolean;
  /** The value as it was, where it can be told. */
  readonly old: { readonly value: unknown } | undefined;
  /** Nothing around here changed: what was wrong before is not held against the change. */
  readonly isUnchanged: boolean;
}

const withRules = new WeakMap<JsonSchema, boolean>();

/** Has the schema a rule anywhere? */
export function hasRules(schema: JsonSchema): boolean {
  const known = withRules.get(schema);
  if (known !== undefined) return known;
  const parts = [...Object.values(schema.properties ?? {}), itemsOf(schema), additionalOf(schema), ...(schema.allOf ?? [])];
  const found = (schema['x-kubernetes-validations'] ?? []).length > 0 || parts.some((part) => part !== undefined && hasRules(part));
  withRules.set(schema, found);
  return found;
}

/** Tells every rule that does not hold. `old`: the object before a change. */
export function validateRules(object: Json, schema: JsonSchema, problems: Problems, old?: Json): void {
  if (!hasRules(schema)) return;
  const before = old === undefined ? undefined : { value: old };
  const told = new Problems();
  const place = { path: '', isResource: true, old: before, isUnchanged: false };
  const isDone = doneWithinTime(() => visit(object, schema, place, told));
  problems.list.push(...told.list);
  if (!isDone) problems.invalid('<nil>', schema.type ?? '', OVER_BUDGET);
}

const OVER_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';

function visit(value: unknown, schema: JsonSchema, place: Place, problems: Problems): void {
  if (value === null || value === undefined || !hasRules(schema)) return;
  const here = { ...place, isUnchanged: place.isUnchanged || (place.old !== undefined && sameJson(place.old.value, value)) };
  for (const rule of schema['x-kubernetes-validations'] ?? []) run(rule, value, schema, here, problems);
  for (const part of schema.allOf ?? []) visit(value, { ...part, type: schema.type ?? '' }, here, problems);
  if (Array.isArray(value)) visitItems(value, schema, here, problems);
  else if (isObject(value)) visitMembers(value, schema, here, problems);
}

function visitItems(list: readonly unknown[], schema: JsonSchema, { path, old, isUnchanged }: Place, problems: Problems): void {
  const items = itemsOf(schema);
  if (items === undefined) return;
  for (const [index, item] of list.entries()) {
    const place = { path: `${path}[${index}]`, isResource: isEmbedded(items), old: correlatedItem(item, schema, old), isUnchanged };
    visit(item, items, place, problems);
  }
}

function visitMembers(value: Json, schema: JsonSchema, { path, old, isUnchanged }: Place, problems: Problems): void {
  const further = additionalOf(schema);
  const correlatable = schema['x-kubernetes-map-type'] !== 'atomic';
  for (const [key, member] of Object.entries(value)) {
    const own = schema.properties?.[key];
    const rule = own ?? further;
    if (rule === undefined) continue;
    const before = correlatable && isObject(old?.value) && old.value[key] !== undefined ? { value: old.value[key] } : undefined;
    const at = own === undefined ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    visit(member, rule, { path: at, isResource: isEmbedded(rule), old: before, isUnchanged }, problems);
  }
}

function run(rule: ValidationRule, value: unknown, schema: JsonSchema, place: Place, problems: Problems): void {
  const cel = celTypes();
  const expression = rule.rule ?? '';
  const isTransition = usesOldSelf(expression);
  const { old, path, isResource } = place;
  if (isTransition && old === undefined && rule.optionalOldSelf !== true) return;
  // What changed nothing is not refused; a transition always is a change.
  const silent = !isTransition && place.isUnchanged;
  const type = schema.type ?? '';
  const field = path === '' ? '<nil>' : path;
  const self = celValue(value, schema, cel, isResource);
  const oldValue = old === undefined ? undefined : celValue(old.value, schema, cel, isResource);
  const variables = { self, oldSelf: rule.optionalOldSelf === true ? cel.optional(oldValue) : (oldValue ?? null) };
  try {
    if (cel.compile(expression, optionsOf(rule)).run(variables) === true || silent) return;
  } catch (error) {
    const problem = celProblem(error);
    const text = problem.startsWith('no such overload') || problem.startsWith('found no matching overload');
    if (text)
      problems.invalid(
        field,
        type,
        `'no such overload': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`,
      );
    else problems.invalid(field, type, `${problem} evaluating rule: ${ruleText(rule)}`);
    return;
  }
  const detail = toldBy(rule, variables) ?? ruleMessage(rule);
  const at = `${path}${rule.fieldPath ?? ''}`.replace(/^\./, '') || '<nil>';
  tell(rule.reason, { field: at, type, detail }, problems);
}

const optionsOf = ({ optionalOldSelf }: ValidationRule): { readonly hasOptional: boolean } => ({ hasOptional: optionalOldSelf === true });

/** What `messageExpression` makes; undefined when it makes nothing of use. */
function toldBy(rule: ValidationRule, variables: Readonly<Record<string, unknown>>): string | undefined {
  const { messageExpression = '' } = rule;
  if (messageExpression === '') return undefined;
  try {
    const text = celTypes().compile(messageExpression, optionsOf(rule)).run(variables);
    const trimmed = typeof text === 'string' ? text.trim() : '';
    return trimmed === '' || /\n/.test(trimmed) || trimmed.length > 5120 ? undefined : trimmed;
  } catch {
    return undefined; // The server logs it and falls back on the message.
  }
}

function tell(
  reason: string | undefined,
  { field, type, detail }: { field: string; type: string; detail: string },
  problems: Problems,
): void {
  switch (reason) {
    case 'FieldValueForbidden':
      return problems.forbidden(field, detail);
    case 'FieldValueRequired':
      return problems.required(field, detail);
    case 'FieldValueDuplicate':
      return problems.duplicate(field, type);
    default:
      return problems.invalid(field, type, detail);
  }
}
