/** Checks a value by its schema. Source: kube-openapi pkg/validation/validate, and its ratcheting by apiextensions-apiserver pkg/apiserver/validation, 1.36. */
import { isObject, sameJson, type Json } from '../json.ts';
import { compositeFindings } from './composite-findings.ts';
import { correlatedItem } from './correlate.ts';
import { additionalOf, isIntOrString, itemsOf } from './schema-parts.ts';
import { scalarFindings } from './scalar-findings.ts';
import type { Finding, Findings, Place } from './finding.ts';
import type { JsonSchema } from './types.ts';

/** What is wrong with the value. With `old`, a part that did not change is not held against it. */
export function findingsOf(value: unknown, schema: JsonSchema, place: Place): Findings {
  const result = plainFindings(value, schema, place);
  return result.list.length > 0 && place.old !== undefined && sameJson(place.old.value, value)
    ? { list: [], matches: result.matches }
    : result;
}

function plainFindings(value: unknown, schema: JsonSchema, place: Place): Findings {
  const list: Finding[] = [];
  let matches = 0;
  const add = (found: Findings): void => {
    // The same is told once.
    for (const item of found.list) if (!list.some(({ message, path }) => message === item.message && path === item.path)) list.push(item);
    matches += found.matches + 1;
  };
  add(typeFindings(value, schema, place.path));
  if (value === null) {
    add(enumFindings(value, schema, place.path));
    return { list, matches };
  }
  add(compositeFindings(value, schema, place, findingsOf));
  add(scalarFindings(value, schema, place.path));
  if (Array.isArray(value)) add(listFindings(value, schema, place));
  add(enumFindings(value, schema, place.path));
  if (isObject(value)) add(objectFindings(value, schema, place));
  return { list, matches };
}

const NUMERIC = ['integer', 'number'];

const typesOf = (schema: JsonSchema): readonly string[] =>
  isIntOrString(schema) ? ['integer', 'string'] : schema.type === undefined || schema.type === '' ? [] : [schema.type];

/** The JSON type of a value with the format that Go's type of it has. */
function kindOf(value: unknown): readonly [type: string, format: string] {
  if (Array.isArray(value)) return ['array', ''];
  if (typeof value === 'boolean') return ['boolean', ''];
  if (typeof value === 'number') return Number.isSafeInteger(value) ? ['integer', 'int64'] : ['number', 'float64'];
  return typeof value === 'string' ? ['string', ''] : ['object', ''];
}

function typeFindings(value: unknown, schema: JsonSchema, path: string): Findings {
  const types = typesOf(schema);
  const { format = '', nullable } = schema;
  const wrong = (wanted: string, given: string): Findings => ({
    list: [{ code: 'type', path, value: given, message: `${path} in body must be of type ${wanted}: "${given}"` }],
    matches: 0,
  });
  const fine = { list: [], matches: 1 };
  if (types.length === 0 && format === '') return fine;
  if (value === null) return types.length > 0 && nullable !== true ? wrong(types.join(','), 'null') : fine;
  const [type, goFormat] = kindOf(value);
  const isFloatInteger = type === 'number' && Number.isInteger(value) && types.includes('integer');
  const isIntegerNumber = type === 'integer' && types.includes('number');
  const isTextual = typeof value === 'string' || Array.isArray(value);
  if (!isTextual && format !== '' && !(types.includes(type) || goFormat === format || isFloatInteger || isIntegerNumber))
    return wrong(format, goFormat);
  if (!types.some((item) => NUMERIC.includes(item)) && format !== '' && isTextual) return fine;
  return types.includes(type) || isFloatInteger || isIntegerNumber ? fine : wrong(types.join(','), type);
}

function enumFindings(value: unknown, { enum: values }: JsonSchema, path: string): Findings {
  if (values === undefined || values.length === 0 || values.some((item) => sameJson(item, value))) return { list: [], matches: 0 };
  return {
    list: [{ code: 'enum', path, value, values, message: `${path} in body should be one of ${JSON.stringify(values)}` }],
    matches: 0,
  };
}

function listFindings(value: readonly unknown[], schema: JsonSchema, { path, old }: Place): Findings {
  const list: Finding[] = [];
  const items = itemsOf(schema);
  if (items !== undefined) {
    for (const [index, item] of value.entries()) {
      list.push(...findingsOf(item, items, { path: `${path}[${index}]`, old: correlatedItem(item, schema, old) }).list);
    }
  }
  const { minItems, maxItems } = schema;
  const count = value.length;
  if (minItems !== undefined && count < minItems)
    list.push({ code: 'other', path, value: count, message: `${path} in body should have at least ${minItems} items` });
  if (maxItems !== undefined && count > maxItems)
    list.push({ code: 'tooMany', path, value: count, limit: maxItems, message: `${path} items` });
  return { list, matches: 0 };
}

function objectFindings(value: Json, schema: JsonSchema, { path, old }: Place): Findings {
  const count = Object.keys(value).length;
  const { minProperties, maxProperties } = schema;
  if (minProperties !== undefined && count < minProperties) {
    const message = `${path} in body should have at least ${minProperties} properties`;
    return { list: [{ code: 'other', path, value: count, message }], matches: 0 };
  }
  if (maxProperties !== undefined && count > maxProperties)
    return { list: [{ code: 'tooMany', path, value: count, limit: maxProperties, message: `${path} properties` }], matches: 0 };
  const list: Finding[] = [];
  let matches = 0;
  const below = (key: string, rule: JsonSchema, at: string): void => {
    const found = findingsOf(value[key], rule, { path: at, old: memberOf(old, key, schema) });
    list.push(...found.list);
    matches += found.matches;
  };
  const further = additionalOf(schema);
  for (const key of Object.keys(value)) {
    if (schema.properties?.[key] !== undefined) continue;
    if (further !== undefined) below(key, further, `${path}.${key}`);
    else if (schema.additionalProperties === false)
      list.push({ code: 'other', path, value: key, message: `${path}.${key} in body is a forbidden property` });
  }
  for (const [key, rule] of Object.entries(schema.properties ?? {}))
    if (value[key] !== undefined) below(key, rule, path === '' ? key : `${path}.${key}`);
  for (const key of schema.required ?? [])
    if (value[key] === undefined)
      list.push({ code: 'required', path: `${path}.${key}`, value: '', message: `${path}.${key} in body is required` });
  return { list, matches };
}

/** The member as it was, where that can be told. */
function memberOf(old: Place['old'], key: string, schema: JsonSchema): Place['old'] {
  if (old === undefined || !isObject(old.value) || schema['x-kubernetes-map-type'] === 'atomic') return undefined;
  const { [key]: value } = old.value;
  return value === undefined ? undefined : { value };
}
