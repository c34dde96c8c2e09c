/** Takes away what no schema names. Source: apiextensions-apiserver pkg/apiserver/schema/pruning/algorithm.go, 1.36. */
import { isObject, type Json } from '../json.ts';
import { additionalOf, isEmbedded, itemsOf, preserves } from './schema-parts.ts';
import type { JsonSchema } from './types.ts';

/** Every object has these by itself. */
const TYPE_AND_METADATA = ['apiVersion', 'kind', 'metadata'];

export interface Pruned {
  readonly value: unknown;
  /** Paths of what was taken away, sorted: `spec.replica`, `spec.list[0].x`. */
  readonly unknown: readonly string[];
}

/** Prunes an object of a custom resource; the given one stays as it is. */
export function pruned(object: Json, schema: JsonSchema): Pruned {
  const unknown: string[] = [];
  const value = pruneObject(object, schema, { path: '', unknown, isResource: true });
  return { value, unknown: unknown.sort() };
}

interface Place {
  readonly path: string;
  readonly unknown: string[];
  readonly isResource: boolean;
}

function pruneValue(value: unknown, schema: JsonSchema, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items === undefined && !preserves(schema)) return value.map((item, index) => pruneValue(item, {}, `${path}[${index}]`, unknown));
    return value.map((item, index) => (items === undefined ? item : pruneValue(item, items, `${path}[${index}]`, unknown)));
  }
  return isObject(value) ? pruneObject(value, schema, { path, unknown, isResource: isEmbedded(schema) }) : value;
}

function pruneObject(object: Json, schema: JsonSchema, { path, unknown, isResource }: Place): Json {
  const further = additionalOf(schema);
  const keepsAll = preserves(schema) || schema.additionalProperties === true;
  const kept: Json = {};
  for (const [key, value] of Object.entries(object)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (isResource && TYPE_AND_METADATA.includes(key)) {
      kept[key] = value;
      continue;
    }
    const own = schema.properties?.[key] ?? further;
    if (own !== undefined) kept[key] = pruneValue(value, own, at, unknown);
    else if (keepsAll) kept[key] = value;
    else unknown.push(at);
  }
  return kept;
}
