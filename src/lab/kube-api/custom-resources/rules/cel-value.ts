/** A value as rules see it. Source: apiextensions-apiserver pkg/apiserver/schema/cel/values.go, 1.36. */
import { isObject, type Json } from '../../json.ts';
import { additionalOf, isEmbedded, isIntOrString, itemsOf } from '../schema-parts.ts';
import type { JsonSchema } from '../types.ts';
import type { CelTypes } from './load-cel.ts';

const METADATA: JsonSchema = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } };
const TEXT: JsonSchema = { type: 'string' };
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** A member's name as rules write it; undefined for names that no rule can write. Source: apiserver pkg/cel/escaping.go. */
export function escapedName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  const escaped = name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
    .replaceAll('$', '__dollar__');
  return /^[A-Za-z_]\w*$/.test(escaped) ? escaped : undefined;
}

/** Members that an object of the schema has in rules. */
export function visibleProperties(schema: JsonSchema, isResource: boolean): Readonly<Record<string, JsonSchema>> {
  if (!isResource) return schema.properties ?? {};
  return { ...schema.properties, apiVersion: TEXT, kind: TEXT, metadata: METADATA };
}

export function celValue(value: unknown, schema: JsonSchema, cel: CelTypes, isResource = isEmbedded(schema)): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) {
    const items = itemsOf(schema) ?? {};
    return value.map((item) => celValue(item, items, cel));
  }
  if (isObject(value)) return objectValue(value, schema, cel, isResource);
  if (typeof value === 'number') return numberValue(value, schema);
  return typeof value === 'string' ? textValue(value, schema, cel) : value;
}

function numberValue(value: number, schema: JsonSchema): unknown {
  const isWhole = schema.type === 'integer' || isIntOrString(schema) || (schema.type !== 'number' && Number.isInteger(value));
  return isWhole && Number.isInteger(value) ? BigInt(value) : value;
}

function textValue(value: string, { format }: JsonSchema, cel: CelTypes): unknown {
  if (format === 'date-time' || format === 'datetime' || format === 'date') {
    const ms = Date.parse(value);
    return Number.isNaN(ms) ? value : new Date(ms);
  }
  if (format === 'duration') return cel.duration(value);
  return format === 'byte' ? new Uint8Array(Buffer.from(value, 'base64')) : value;
}

function objectValue(value: Json, schema: JsonSchema, cel: CelTypes, isResource: boolean): Json {
  const further = additionalOf(schema);
  const result: Json = {};
  if (further !== undefined) {
    for (const [key, member] of Object.entries(value)) result[key] = celValue(member, further, cel);
    return result;
  }
  for (const [key, rule] of Object.entries(visibleProperties(schema, isResource))) {
    const name = escapedName(key);
    if (name !== undefined && value[key] !== undefined) result[name] = celValue(value[key], rule, cel);
  }
  return result;
}
