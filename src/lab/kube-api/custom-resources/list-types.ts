/** Lists that are sets or maps hold nothing twice. Source: apiextensions-apiserver pkg/apiserver/schema/listtype/validation.go, 1.36. */
import { isObject, type Json } from '../json.ts';
import type { Problems } from '../problems.ts';
import { additionalOf, itemsOf } from './schema-parts.ts';
import { sortedJson } from './sorted-json.ts';
import type { JsonSchema } from './types.ts';

export function validateListTypes(value: unknown, schema: JsonSchema, path: string, problems: Problems): void {
  if (Array.isArray(value)) return validateList(value, schema, path, problems);
  if (!isObject(value)) return;
  const further = additionalOf(schema);
  for (const [key, member] of Object.entries(value)) {
    const own = schema.properties?.[key];
    if (own !== undefined) validateListTypes(member, own, path === '' ? key : `${path}.${key}`, problems);
    else if (further !== undefined) validateListTypes(member, further, `${path}[${key}]`, problems);
  }
}

function validateList(list: readonly unknown[], schema: JsonSchema, path: string, problems: Problems): void {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') for (const index of repeatedIn(list)) problems.duplicate(`${path}[${index}]`, list[index]);
  if (type === 'map') validateMap(list, schema['x-kubernetes-list-map-keys'] ?? [], path, problems);
  const items = itemsOf(schema);
  if (items !== undefined) for (const [index, item] of list.entries()) validateListTypes(item, items, `${path}[${index}]`, problems);
}

function validateMap(list: readonly unknown[], keys: readonly string[], path: string, problems: Problems): void {
  const wrong = list.findIndex((item) => item !== null && !isObject(item));
  if (wrong >= 0) return problems.invalid(`${path}[${wrong}]`, list[wrong], 'must be an object for an array of list-type map');
  const ids = list.map((item): Json => {
    const members = keys.flatMap((key): [string, unknown][] => (isObject(item) && item[key] !== undefined ? [[key, item[key]]] : []));
    return Object.fromEntries(members);
  });
  for (const index of repeatedIn(ids)) problems.duplicate(`${path}[${index}]`, ids[index]);
}

/** Where a value comes for the second time; further times are not told. */
function repeatedIn(list: readonly unknown[]): number[] {
  const times = new Map<string, number>();
  return list.flatMap((item, index) => {
    const text = JSON.stringify(sortedJson(item));
    const before = times.get(text) ?? 0;
    times.set(text, before + 1);
    return before === 1 ? [index] : [];
  });
}
