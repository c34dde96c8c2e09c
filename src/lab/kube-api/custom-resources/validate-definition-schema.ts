/** Checks the schema of a definition: what it says, whether it is structural, its defaults, its rules. Source: apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go and pkg/apiserver/schema/defaulting/validation.go, 1.36. */
import { copyJson, isObject } from '../json.ts';
import type { Problems } from '../problems.ts';
import { applyDefaults } from './apply-defaults.ts';
import { pruned } from './prune.ts';
import { validateRuleTexts } from './rules/validate-rule-texts.ts';
import { additionalOf, isEmbedded, itemsOf } from './schema-parts.ts';
import type { JsonSchema } from './types.ts';
import { validateStructure } from './validate-structure.ts';
import { findingsOf } from './validate-value.ts';

interface Options {
  readonly hasStatus: boolean;
  readonly problems: Problems;
}

/** With a status of its own the root says nothing but this. */
const ROOT_FIELDS =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations'.split(
    ' ',
  );

const goName = (key: string): string =>
  key.startsWith('x-kubernetes-')
    ? `X${key
        .slice('x-kubernetes-'.length)
        .split('-')
        .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
        .join('')}`
    : key.charAt(0).toUpperCase() + key.slice(1);

export function validateDefinitionSchema(schema: JsonSchema, field: string, { hasStatus, problems }: Options): void {
  const before = problems.list.length;
  if (hasStatus) {
    if (schema.type !== undefined && schema.type !== 'object')
      problems.invalid(
        `${field}.type`,
        schema.type,
        'only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
      );
    else if (Object.keys(schema).some((key) => !ROOT_FIELDS.includes(goName(key))))
      problems.invalid(
        field,
        schema,
        `only [${ROOT_FIELDS.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`,
      );
  }
  if (schema.nullable === true) problems.forbidden(`${field}.nullable`, 'nullable cannot be true at the root');
  validateStructure(schema, field, problems);
  const isStructural = problems.list.length === before;
  if (isStructural) validateDefaults(schema, field, problems);
  const place = { field, problems, isRoot: true, isMeta: false, noDefaults: undefined, canCompare: true };
  visit(schema, place);
  if (problems.list.length === before) validateRuleTexts(schema, field, problems);
}

interface Place {
  readonly field: string;
  readonly problems: Problems;
  readonly isRoot: boolean;
  /** Inside of metadata, kind or apiVersion. */
  readonly isMeta: boolean;
  /** Why defaults may not be here. */
  readonly noDefaults: string | undefined;
  readonly canCompare: boolean;
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const META = ['metadata', 'kind', 'apiVersion'];

function visit(schema: JsonSchema, place: Place): void {
  const { field, problems } = place;
  validateNode(schema, place);
  if (schema.uniqueItems === true)
    problems.forbidden(`${field}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
  const further = additionalOf(schema);
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== true && Object.keys(schema.properties ?? {}).length > 0)
    problems.forbidden(`${field}.additionalProperties`, 'additionalProperties and properties are mutual exclusive');
  const inside = { ...place, isRoot: false };
  if (further !== undefined) {
    const noDefaults = place.isMeta ? 'inside additionalProperties applying to object metadata' : place.noDefaults;
    visit(further, { ...inside, field: `${field}.additionalProperties`, noDefaults });
  }
  for (const [key, part] of Object.entries(schema.properties ?? {})) {
    const isMeta = place.isMeta || ((place.isRoot || isEmbedded(schema)) && META.includes(key));
    const noDefaults = place.isRoot && META.includes(key) ? `in top-level ${key}` : place.noDefaults;
    visit(part, { ...inside, field: `${field}.properties[${key}]`, isMeta, noDefaults });
  }
  if (schema.not !== undefined) visit(schema.not, { ...inside, field: `${field}.not` });
  for (const key of ['allOf', 'oneOf', 'anyOf'] as const)
    for (const [index, part] of (schema[key] ?? []).entries()) visit(part, { ...inside, field: `${field}.${key}[${index}]` });
  const items = itemsOf(schema);
  if (items !== undefined) visit(items, { ...inside, field: `${field}.items` });
  validateExtensions(schema, field, problems);
}

/** What of JSON Schema is not for definitions. */
const NOT_SUPPORTED = ['additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref', 'id'] as const;

function validateNode(schema: JsonSchema, { field, problems, noDefaults, isMeta }: Place): void {
  const { type = '' } = schema;
  if (type !== '' && !TYPES.includes(type)) problems.unsupported(`${field}.type`, type, TYPES);
  if (schema.default !== undefined && noDefaults !== undefined) problems.forbidden(`${field}.default`, `must not be set ${noDefaults}`);
  for (const key of NOT_SUPPORTED) if (schema[key] !== undefined) problems.forbidden(`${field}.${key}`, `${key} is not supported`);
  if (type === 'null') problems.forbidden(`${field}.type`, 'type cannot be set to null, use nullable as an alternative');
  if (Array.isArray(schema.items)) problems.forbidden(`${field}.items`, 'items must be a schema object and not an array');
  if (isMeta && isEmbedded(schema))
    problems.forbidden(`${field}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta');
}

function validateExtensions(schema: JsonSchema, field: string, problems: Problems): void {
  const { type = '' } = schema;
  const mapType = schema['x-kubernetes-map-type'];
  const listType = schema['x-kubernetes-list-type'];
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    problems.invalid(`${field}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined');
  const needs = (wanted: string, key: string): void => {
    const text = `must be ${wanted} if ${key} is specified`;
    if (type === '') problems.required(`${field}.type`, text);
    else if (type !== wanted) problems.invalid(`${field}.type`, type, text);
  };
  if (mapType !== undefined) {
    needs('object', 'x-kubernetes-map-type');
    if (!['atomic', 'granular'].includes(mapType)) problems.unsupported(`${field}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']);
  }
  if (listType !== undefined) {
    needs('array', 'x-kubernetes-list-type');
    if (!['atomic', 'set', 'map'].includes(listType))
      problems.unsupported(`${field}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']);
    validateListItems(schema, listType, field, problems);
  }
  validateMapKeys(schema, field, problems);
}

function validateListItems(schema: JsonSchema, listType: string, field: string, problems: Problems): void {
  const items = itemsOf(schema);
  if (items === undefined || schema.type !== 'array') return;
  const text = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const inner = items['x-kubernetes-list-type'];
  if (listType === 'set' && items.type === 'array' && inner !== undefined && inner !== 'atomic')
    problems.invalid(`${field}.items.x-kubernetes-list-type`, inner, text);
  if (listType === 'set' && items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    problems.invalid(`${field}.items.x-kubernetes-map-type`, 'null', text);
  if (['set', 'map'].includes(listType) && items.nullable === true)
    problems.forbidden(`${field}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`);
}

function validateMapKeys(schema: JsonSchema, field: string, problems: Problems): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const items = itemsOf(schema);
  if (keys.length > 0 && listType !== 'map') {
    const text = 'must be map if x-kubernetes-list-map-keys is non-empty';
    if (listType === undefined) problems.required(`${field}.x-kubernetes-list-type`, text);
    else problems.invalid(`${field}.x-kubernetes-list-type`, listType, text);
  }
  if (listType !== 'map') return;
  if (keys.length === 0) problems.required(`${field}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map');
  if (items === undefined) return problems.required(`${field}.items`, 'must have a schema if x-kubernetes-list-type is map');
  if (items.type !== 'object')
    return problems.invalid(`${field}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map");
  for (const [index, key] of keys.entries()) {
    const part = items.properties?.[key];
    if (part === undefined) problems.invalid(`${field}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties');
    else if (part.type === 'array' || part.type === 'object')
      problems.invalid(
        `${field}.items.properties[${key}].type`,
        items.type,
        "must be a scalar type if parent array's x-kubernetes-list-type is map",
      );
    if (keys.indexOf(key) < index) problems.invalid(`${field}.x-kubernetes-list-map-keys`, keys, 'must not contain duplicate entries');
  }
  for (const key of keys) validateKey(items, key, `${field}.items.properties[${key}]`, problems);
}

function validateKey(items: JsonSchema, key: string, field: string, problems: Problems): void {
  const part = items.properties?.[key];
  if (part === undefined) return;
  if (items.required?.includes(key) !== true && part.default === undefined)
    problems.required(
      `${field}.default`,
      'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
    );
  if (part.nullable === true)
    problems.forbidden(`${field}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable');
}

/** A default has to be a value that the schema takes and leaves as it is. */
function validateDefaults(schema: JsonSchema, field: string, problems: Problems): void {
  if (schema.default !== undefined) {
    const value = copyJson(schema.default);
    const at = `${field}.default`;
    applyDefaults(value, schema);
    const { unknown } = isObject(value) ? pruned({ of: value }, { type: 'object', properties: { of: schema } }) : { unknown: [] };
    if (unknown.length > 0) problems.invalid(at, schema.default, 'must not have unknown fields');
    else {
      for (const { code, message, path, value: wrong } of findingsOf(value, schema, { path: '' }).list) {
        const place = path === '' ? at : `${at}.${path.replace(/^\./, '')}`;
        if (code === 'enum') problems.unsupported(place, wrong, (schema.enum ?? []).map(String));
        else problems.invalid(place, wrong, message);
      }
    }
  }
  const items = itemsOf(schema);
  const further = additionalOf(schema);
  for (const [key, part] of Object.entries(schema.properties ?? {})) validateDefaults(part, `${field}.properties[${key}]`, problems);
  if (items !== undefined) validateDefaults(items, `${field}.items`, problems);
  if (further !== undefined) validateDefaults(further, `${field}.additionalProperties`, problems);
}
