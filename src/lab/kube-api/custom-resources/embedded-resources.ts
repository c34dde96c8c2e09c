/** Objects inside of objects. Source: apiextensions-apiserver pkg/apiserver/schema/objectmeta/validation.go, 1.36. */
import { isObject, type Json } from '../json.ts';
import type { Problems } from '../problems.ts';
import { serviceNameProblems } from '../validation/_names.ts';
import { additionalOf, isEmbedded, itemsOf } from './schema-parts.ts';
import type { JsonSchema } from './types.ts';

export function validateEmbedded(value: unknown, schema: JsonSchema, path: string, problems: Problems): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items !== undefined) for (const [index, item] of value.entries()) validateEmbedded(item, items, `${path}[${index}]`, problems);
    return;
  }
  if (!isObject(value)) return;
  if (isEmbedded(schema)) checkEmbedded(value, path, problems);
  const further = additionalOf(schema);
  for (const [key, member] of Object.entries(value)) {
    const own = schema.properties?.[key];
    if (own !== undefined) validateEmbedded(member, own, path === '' ? key : `${path}.${key}`, problems);
    else if (further !== undefined) validateEmbedded(member, further, `${path}[${key}]`, problems);
  }
}

function checkEmbedded(object: Json, path: string, problems: Problems): void {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || apiVersion === '') problems.required(`${path}.apiVersion`, 'must not be empty');
  if (typeof kind !== 'string' || kind === '') problems.required(`${path}.kind`, 'must not be empty');
  else {
    const wrong = serviceNameProblems(kind.toLowerCase());
    if (wrong.length > 0) problems.invalid(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${wrong.join(',')}`);
  }
}
