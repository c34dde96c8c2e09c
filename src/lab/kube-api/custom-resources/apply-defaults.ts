/** Fills in defaults and drops nulls that may not be. Source: apiextensions-apiserver pkg/apiserver/schema/defaulting, 1.36. */
import { copyJson, isObject, type Json } from '../json.ts';
import { additionalOf, itemsOf } from './schema-parts.ts';
import type { JsonSchema } from './types.ts';

/** Changes `value` in place. */
export function applyDefaults(value: unknown, schema: JsonSchema): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items !== undefined) for (const item of value) applyDefaults(item, items);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, rule] of Object.entries(schema.properties ?? {})) {
    if (value[key] === null && rule.nullable !== true) delete value[key];
    if (value[key] === undefined && rule.default !== undefined) value[key] = copyJson(rule.default);
    if (value[key] !== undefined) applyDefaults(value[key], rule);
  }
  applyToFurther(value, schema);
}

function applyToFurther(value: Json, schema: JsonSchema): void {
  const further = additionalOf(schema);
  if (further === undefined) return;
  for (const [key, member] of Object.entries(value)) {
    if (schema.properties?.[key] !== undefined) continue;
    if (member === null && further.nullable !== true && further.default !== undefined) value[key] = copyJson(further.default);
    applyDefaults(value[key], further);
  }
}
