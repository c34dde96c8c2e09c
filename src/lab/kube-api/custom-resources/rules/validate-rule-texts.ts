/** Checks the rules of a definition when it is written. Source: apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go and apiserver/schema/cel/compilation.go, 1.36. */
import type { Problems } from '../../problems.ts';
import { additionalOf, isEmbedded, itemsOf } from '../schema-parts.ts';
import type { JsonSchema, ValidationRule } from '../types.ts';
import { visibleProperties, escapedName } from './cel-value.ts';
import { celTypes, type CelNode } from './load-cel.ts';
import { celProblem } from './rule-text.ts';
import { nodesOf, usesOldSelf } from './uses-old-self.ts';
import { hasRules } from './validate-rules.ts';

const REASONS = ['FieldValueRequired', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueDuplicate'];

export function validateRuleTexts(schema: JsonSchema, field: string, problems: Problems): void {
  if (hasRules(schema)) visit(schema, { field, isResource: true, uncorrelatable: undefined }, problems);
}

interface Place {
  readonly field: string;
  readonly isResource: boolean;
  /** The first part above whose items are not told apart from one version to the next. */
  readonly uncorrelatable: string | undefined;
}

function visit(schema: JsonSchema, place: Place, problems: Problems): void {
  const { field } = place;
  for (const [index, rule] of (schema['x-kubernetes-validations'] ?? []).entries())
    validateRule(rule, schema, { ...place, field: `${field}.x-kubernetes-validations[${index}]` }, problems);
  const below = (part: JsonSchema | undefined, at: string, correlates: boolean): void => {
    if (part === undefined || !hasRules(part)) return;
    const uncorrelatable = place.uncorrelatable ?? (correlates ? undefined : field);
    visit(part, { field: `${field}.${at}`, isResource: isEmbedded(part), uncorrelatable }, problems);
  };
  const isGranular = schema['x-kubernetes-map-type'] !== 'atomic';
  for (const [key, part] of Object.entries(schema.properties ?? {})) below(part, `properties[${key}]`, isGranular);
  below(additionalOf(schema), 'additionalProperties', isGranular);
  below(itemsOf(schema), 'items', schema['x-kubernetes-list-type'] === 'map');
}

function validateRule(rule: ValidationRule, schema: JsonSchema, place: Place, problems: Problems): void {
  const { field, uncorrelatable, isResource } = place;
  const { rule: text = '', message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  if (text.trim() === '') return problems.required(`${field}.rule`, 'rule is not specified');
  if (message !== '' && message.trim() === '') problems.invalid(`${field}.message`, message, 'message must be non-empty if specified');
  else if (/[\n\r]/.test(message.trim())) problems.invalid(`${field}.message`, message, 'message must not contain line breaks');
  else if (/[\n\r]/.test(text.trim()) && message === '')
    problems.required(`${field}.message`, 'message must be specified if rule contains line breaks');
  if (messageExpression !== '' && messageExpression.trim() === '')
    problems.required(`${field}.messageExpression`, 'messageExpression must be non-empty if specified');
  if (reason !== undefined && !REASONS.includes(reason)) problems.unsupported(`${field}.reason`, reason, REASONS.toSorted());
  if (fieldPath !== '' && !leadsSomewhere(fieldPath, schema))
    problems.invalid(`${field}.fieldPath`, fieldPath, 'fieldPath must be a valid path');
  const hasOptional = rule.optionalOldSelf === true;
  const wrong = compileProblem(text, { schema, isResource, wanted: 'bool', hasOptional });
  if (wrong !== undefined) problems.invalid(`${field}.rule`, inGo(rule), wrong);
  const untold =
    messageExpression.trim() === '' ? undefined : compileProblem(messageExpression, { schema, isResource, wanted: 'string', hasOptional });
  if (untold !== undefined)
    problems.invalid(
      `${field}.messageExpression`,
      inGo(rule),
      untold.replace('compilation failed', 'messageExpression compilation failed'),
    );
  if (wrong !== undefined) return;
  if (!usesOldSelf(text)) {
    if (rule.optionalOldSelf !== undefined)
      problems.invalid(`${field}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule');
  } else if (uncorrelatable !== undefined) {
    problems.invalid(`${field}.rule`, text, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`);
  }
}

/** The rule as the server's own type prints. */
const inGo = ({ rule = '', message = '', messageExpression = '', reason, fieldPath = '', optionalOldSelf }: ValidationRule): object => ({
  Rule: rule,
  Message: message,
  MessageExpression: messageExpression,
  Reason: reason ?? null,
  FieldPath: fieldPath,
  OptionalOldSelf: optionalOldSelf ?? null,
});

function leadsSomewhere(path: string, schema: JsonSchema): boolean {
  let at: JsonSchema | undefined = schema;
  const steps = [...path.matchAll(/\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/g)];
  if (steps.map(([whole]) => whole).join('') !== path) return false;
  for (const [, name, quoted = ''] of steps) {
    const key = name ?? quoted.replaceAll(/\\(.)/g, '$1');
    at = at?.properties === undefined ? at && additionalOf(at) : at.properties[key];
    if (at === undefined) return false;
  }
  return true;
}

const located = (text: string, at: number, what: string): string => {
  const line = text.slice(0, at).split('\n').length;
  const column = at - (text.lastIndexOf('\n', at - 1) + 1);
  return `compilation failed: ERROR: <input>:${line}:${column + 1}: ${what}\n | ${text.split('\n')[line - 1] ?? ''}\n | ${'.'.repeat(column)}^`;
};

/** What the types of schemas are in rules, as far as a rule or a message may be one. */
const CEL_TYPES: Readonly<Record<string, string>> = { boolean: 'bool', string: 'string' };

interface Expected {
  readonly schema: JsonSchema;
  readonly isResource: boolean;
  readonly wanted: 'bool' | 'string';
  readonly hasOptional: boolean;
}

/** Undefined when the expression can be used. */
function compileProblem(text: string, { schema, isResource, wanted, hasOptional }: Expected): string | undefined {
  let program;
  try {
    program = celTypes().compile(text, { hasOptional });
  } catch (error) {
    const range = error instanceof Error && 'range' in error ? error.range : undefined;
    const start = typeof range === 'object' && range !== null && 'start' in range ? Number(range.start) : 0;
    return located(text, start, `Syntax error: ${celProblem(error)}`);
  }
  const missing = missingField(program.ast, schema, isResource);
  if (missing !== undefined) return located(text, missing.at, `undefined field '${missing.name}'`);
  const { type, problem } = program.check();
  if (problem !== undefined) {
    const [, name] = /^Unknown variable: (\w+)/.exec(problem) ?? [];
    const at = name === undefined ? 0 : text.search(new RegExp(`\\b${name}\\b`));
    return located(
      text,
      Math.max(at, 0),
      name === undefined ? celProblem(new Error(problem)) : `undeclared reference to '${name}' (in container '')`,
    );
  }
  const plain = schemaAt(program.ast, schema, isResource)?.schema.type;
  if (type === wanted || (type === 'dyn' && (plain === undefined || CEL_TYPES[plain] === wanted))) return undefined;
  return wanted === 'bool' ? 'must evaluate to a bool' : 'must evaluate to a string';
}

/** A member that `self` or `oldSelf` does not have by the schema. */
function missingField(ast: CelNode, schema: JsonSchema, isResource: boolean): { readonly name: string; readonly at: number } | undefined {
  for (const node of nodesOf(ast)) {
    if (node.op !== '.' || !Array.isArray(node.args)) continue;
    const [object, name]: readonly unknown[] = node.args;
    const found = schemaAt(object, schema, isResource);
    if (found === undefined || typeof name !== 'string') continue;
    const { schema: holder } = found;
    if (holder.type !== 'object' || additionalOf(holder) !== undefined) continue;
    const names = Object.keys(visibleProperties(holder, found.isResource)).map((key) => escapedName(key) ?? key);
    if (!names.includes(name)) return { name, at: positionOf(node) };
  }
  return undefined;
}

/** Where the dot stands. */
const positionOf = (node: CelNode): number => ('pos' in node && typeof node.pos === 'number' ? node.pos - 1 : node.start);

interface Found {
  readonly schema: JsonSchema;
  readonly isResource: boolean;
}

function schemaAt(node: unknown, schema: JsonSchema, isResource: boolean): Found | undefined {
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return undefined;
  const { op, args } = node;
  if (op === 'id') return args === 'self' || args === 'oldSelf' ? { schema, isResource } : undefined;
  if (!Array.isArray(args) || (op !== '.' && op !== '[]')) return undefined;
  const [object, key]: readonly unknown[] = args;
  const holder = schemaAt(object, schema, isResource);
  if (holder === undefined) return undefined;
  if (op === '[]') {
    const inner = itemsOf(holder.schema) ?? additionalOf(holder.schema);
    return inner && { schema: inner, isResource: isEmbedded(inner) };
  }
  const properties = visibleProperties(holder.schema, holder.isResource);
  const name = Object.keys(properties).find((candidate) => escapedName(candidate) === key);
  const inner = name === undefined ? additionalOf(holder.schema) : properties[name];
  return inner && { schema: inner, isResource: isEmbedded(inner) };
}
