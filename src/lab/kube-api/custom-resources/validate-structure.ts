/** Is a schema structural? Source: apiextensions-apiserver pkg/apiserver/schema/validation.go and complete.go, 1.36. */
import { sameJson } from '../json.ts';
import { Problems } from '../problems.ts';
import { readGoPattern } from './go-pattern.ts';
import { additionalOf, isEmbedded, isIntOrString, itemsOf, preserves } from './schema-parts.ts';
import type { JsonSchema } from './types.ts';

type Level = 'root' | 'item' | 'field';

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/** Problems come sorted, as the server tells them. */
export function validateStructure(schema: JsonSchema, field: string, problems: Problems): void {
  const found = new Problems();
  visit(schema, 'root', field, found);
  complete(schema, schema, field, found);
  problems.list.push(...found.list.toSorted((a, b) => (`${a.field}: ${a.message}` < `${b.field}: ${b.message}` ? -1 : 1)));
}

function visit(schema: JsonSchema, level: Level, field: string, problems: Problems): void {
  const items = itemsOf(schema);
  const further = additionalOf(schema);
  if (schema.type === 'array' && schema.items === undefined) problems.required(`${field}.items`, 'must be specified');
  if (items !== undefined) visit(items, 'item', `${field}.items`, problems);
  for (const [key, part] of Object.entries(schema.properties ?? {})) visit(part, 'field', `${field}.properties[${key}]`, problems);
  if (schema.additionalProperties !== undefined && level === 'root')
    problems.forbidden(`${field}.additionalProperties`, 'must not be used at the root');
  if (further !== undefined) visit(further, 'field', `${field}.additionalProperties`, problems);
  validateExtensions(schema, field, problems);
  validateJunctors(schema, level, field, problems);
  validateType(schema, level, field, problems);
  validateMeta(schema, level, field, problems);
}

function validateExtensions(schema: JsonSchema, field: string, problems: Problems): void {
  if (!isIntOrString(schema)) return;
  if (preserves(schema))
    problems.invalid(`${field}.x-kubernetes-preserve-unknown-fields`, true, 'must be false if x-kubernetes-int-or-string is true');
  if (isEmbedded(schema))
    problems.invalid(`${field}.x-kubernetes-embedded-resource`, true, 'must be false if x-kubernetes-int-or-string is true');
}

function validateType(schema: JsonSchema, level: Level, field: string, problems: Problems): void {
  const { type = '' } = schema;
  if (isEmbedded(schema) && type !== 'object') {
    const text = 'must be object if x-kubernetes-embedded-resource is true';
    if (type === '') problems.required(`${field}.type`, text);
    else problems.invalid(`${field}.type`, type, text);
  } else if (type === '' && !isIntOrString(schema) && !preserves(schema)) problems.required(`${field}.type`, EMPTY_TYPE[level]);
  if (isEmbedded(schema) && schema.additionalProperties !== undefined)
    problems.forbidden(`${field}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set');
  if (level === 'root' && type !== '' && type !== 'object') problems.invalid(`${field}.type`, type, 'must be object at the root');
}

function validateMeta(schema: JsonSchema, level: Level, field: string, problems: Problems): void {
  const checked = level === 'root' || isEmbedded(schema);
  for (const key of ['kind', 'apiVersion']) {
    const part = schema.properties?.[key];
    if (part !== undefined && checked && part.type !== 'string')
      problems.invalid(`${field}.properties[${key}].type`, part.type ?? '', 'must be string');
  }
  const metadata = schema.properties?.['metadata'];
  const at = `${field}.properties[metadata]`;
  if (metadata !== undefined && checked && metadata.type !== 'object')
    problems.invalid(`${at}.type`, metadata.type ?? '', 'must be object');
  if (metadata !== undefined && level === 'root') {
    const { type: _type, properties = {}, description: _description, default: _default, ...rest } = metadata;
    const names = Object.keys(properties).filter((key) => key !== 'name' && key !== 'generateName');
    if (names.length > 0 || Object.keys(rest).length > 0 || metadata.description !== undefined)
      problems.forbidden(at, 'must not specify anything other than name and generateName, but metadata is implicitly specified');
  }
  if (isEmbedded(schema) && !preserves(schema) && Object.keys(schema.properties ?? {}).length === 0)
    problems.required(
      `${field}.properties`,
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    );
}

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];

function validateJunctors(schema: JsonSchema, level: Level, field: string, problems: Problems): void {
  const skipsAny = sameJson(schema.anyOf, INT_OR_STRING);
  const skipsFirst = sameJson(schema.allOf?.[0]?.anyOf, INT_OR_STRING);
  validateValues(schema, { level, field, skipsAny, skipsFirst }, problems);
}

interface Nested {
  readonly level: Level;
  readonly field: string;
  readonly skipsAny?: boolean;
  readonly skipsFirst?: boolean;
}

function validateValues(schema: JsonSchema, { level, field, skipsAny = false, skipsFirst = false }: Nested, problems: Problems): void {
  if (!skipsAny)
    for (const [index, part] of (schema.anyOf ?? []).entries()) visitNested(part, { level, field: `${field}.anyOf[${index}]` }, problems);
  for (const [index, part] of (schema.allOf ?? []).entries())
    visitNested(part, { level, field: `${field}.allOf[${index}]`, skipsAny: skipsFirst && index === 0 }, problems);
  for (const [index, part] of (schema.oneOf ?? []).entries()) visitNested(part, { level, field: `${field}.oneOf[${index}]` }, problems);
  if (schema.not !== undefined) visitNested(schema.not, { level, field: `${field}.not` }, problems);
  const { pattern = '' } = schema;
  if (pattern === '') return;
  const read = readGoPattern(pattern);
  if ('problem' in read) problems.invalid(`${field}.pattern`, pattern, `must be a valid regular expression, but isn't: ${read.problem}`);
}

const UNSET = ['default', 'externalDocs', 'x-kubernetes-list-type', 'x-kubernetes-map-type'] as const;
const BLANK = ['type', 'title', 'description', 'x-kubernetes-list-map-keys', 'x-kubernetes-validations'] as const;
const FALSE = ['nullable', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'] as const;

/** Under a junctor values are restricted, nothing is described. */
function visitNested(schema: JsonSchema, place: Nested, problems: Problems): void {
  const { level, field } = place;
  validateValues(schema, place, problems);
  const items = itemsOf(schema);
  if (items !== undefined) visitNested(items, { level, field: `${field}.items` }, problems);
  for (const [key, part] of Object.entries(schema.properties ?? {}))
    visitNested(part, { level: 'field', field: `${field}.properties[${key}]` }, problems);
  if (schema.additionalProperties !== undefined) problems.forbidden(`${field}.additionalProperties`, 'must be undefined to be structural');
  for (const key of UNSET) if (schema[key] !== undefined) problems.forbidden(`${field}.${key}`, 'must be undefined to be structural');
  for (const key of BLANK)
    if (schema[key] !== undefined && schema[key] !== '') problems.forbidden(`${field}.${key}`, 'must be empty to be structural');
  for (const key of FALSE) if (schema[key] === true) problems.forbidden(`${field}.${key}`, 'must be false to be structural');
  if (schema.properties?.['metadata'] !== undefined)
    problems.forbidden(`${field}.properties[metadata]`, 'must not be specified in a nested context');
}

/** What is restricted under a junctor has to be described outside of it. */
function complete(outside: JsonSchema, restricted: JsonSchema, field: string, problems: Problems): void {
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const)
    for (const [index, part] of (restricted[key] ?? []).entries()) cover(outside, part, `${field}.${key}[${index}]`, field, problems);
  if (restricted.not !== undefined) cover(outside, restricted.not, `${field}.not`, field, problems);
  if (outside !== restricted) return;
  const items = itemsOf(outside);
  const further = additionalOf(outside);
  if (items !== undefined) complete(items, items, `${field}.items`, problems);
  for (const [key, part] of Object.entries(outside.properties ?? {})) complete(part, part, `${field}.properties[${key}]`, problems);
  if (further !== undefined) complete(further, further, `${field}.additionalProperties`, problems);
}

function cover(outside: JsonSchema, nested: JsonSchema, nestedField: string, field: string, problems: Problems): void {
  for (const [key, part] of Object.entries(nested.properties ?? {})) {
    const own = outside.properties?.[key] ?? additionalOf(outside);
    const at = `${field}.properties[${key}]`;
    if (own !== undefined) cover(own, part, `${nestedField}.properties[${key}]`, at, problems);
    else if (!preserves(outside)) problems.required(at, `because it is defined in ${nestedField}.properties[${key}]`);
  }
  const inner = itemsOf(nested);
  const items = itemsOf(outside);
  if (inner !== undefined) {
    if (items === undefined) problems.required(`${field}.items`, `because it is defined in ${nestedField}.items`);
    else cover(items, inner, `${nestedField}.items`, `${field}.items`, problems);
  }
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const)
    for (const [index, part] of (nested[key] ?? []).entries()) cover(outside, part, `${nestedField}.${key}[${index}]`, field, problems);
  if (nested.not !== undefined) cover(outside, nested.not, `${nestedField}.not`, field, problems);
}
