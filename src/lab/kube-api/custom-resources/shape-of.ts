/** A definition's schema in the form that field sets and patches read. Source: apiextensions-apiserver pkg/controller/openapi/builder, structured-merge-diff. */
import type { Schema } from '../schema/schemas.ts';
import { additionalOf, isEmbedded, itemsOf, preserves } from './schema-parts.ts';
import type { JsonSchema } from './types.ts';

const METADATA: Schema = { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
const TEXT: Schema = { type: 'string' };

/** Whatever is not described: maps by their members, lists as a whole. */
const anything: Schema = {
  get additionalProperties(): Schema {
    return anything;
  },
};

/** The shape of a whole object. */
export function shapeOf(schema: JsonSchema): Schema {
  const shape = partOf({ ...schema, type: 'object' });
  return { ...shape, properties: { ...shape.properties, apiVersion: TEXT, kind: TEXT, metadata: METADATA } };
}

function partOf(schema: JsonSchema): Schema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, part]): [string, Schema] => [name, partOf(part)]);
  const items = itemsOf(schema);
  const further = additionalOf(schema);
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  const mapType = schema['x-kubernetes-map-type'];
  const open = preserves(schema) || (schema.type === 'object' && schema.additionalProperties === true);
  return {
    ...(schema.type === undefined ? {} : { type: schema.type }),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(schema.type === 'object' || properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
    ...(isEmbedded(schema) ? { properties: { ...Object.fromEntries(properties), apiVersion: TEXT, kind: TEXT, metadata: METADATA } } : {}),
    ...(items === undefined ? {} : { items: partOf(items) }),
    ...(further === undefined ? (open ? { additionalProperties: anything } : {}) : { additionalProperties: partOf(further) }),
    ...(listType === undefined ? {} : { 'x-kubernetes-list-type': listType }),
    ...(keys === undefined ? {} : { 'x-kubernetes-list-map-keys': keys }),
    ...(mapType === undefined ? {} : { 'x-kubernetes-map-type': mapType }),
  };
}
