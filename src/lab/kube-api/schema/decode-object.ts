/** Turns a parsed body into an object of its kind: types are checked, unknown members and nulls dropped and told. */
import { isObject, type Json } from '../json.ts';
import { badRequest } from '../statuses.ts';
import { timeProblem } from './go-time.ts';
import { referenceOf, resolveSchema, schemaNameOf, openApi, type Schema } from './schemas.ts';

export interface Decoded {
  readonly object: Json;
  /** `unknown field "spec.replica"`, in the order of the decoder. */
  readonly warnings: readonly string[];
}

interface Place {
  readonly path: string;
  /** The Go type that holds the member: the last part of its schema's name. */
  readonly holder: string;
  readonly warnings: string[];
  /** An apply says something with an empty map or list: that it wants the field. */
  readonly keepEmpty: boolean;
  readonly fail: (detail: string) => Error;
}

/** Errors: `ApiError` 400 on a wrong type. Source: sigs.k8s.io/json as used by the API server, strict and lenient. */
export function decodeObject(
  value: Json,
  groupVersion: string,
  kind: string,
  { keepEmpty = false, failWith }: { readonly keepEmpty?: boolean; readonly failWith?: ((detail: string) => Error) | undefined } = {},
): Decoded {
  const name = schemaNameOf(groupVersion, kind);
  const schema = name === undefined ? undefined : openApi().schemas[name];
  if (schema === undefined) return { object: value, warnings: [] };
  const version = groupVersion.split('/').at(-1) ?? '';
  const fail =
    failWith ?? ((detail: string): Error => badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${detail}`));
  const warnings: string[] = [];
  const object = decodeStruct(value, schema, { path: '', holder: kind, warnings, keepEmpty, fail });
  return { object, warnings };
}

function decodeStruct(value: Json, schema: Schema, place: Place): Json {
  const kept: Json = {};
  const nested = Object.entries(value).filter(([key]) => schema.properties?.[key] !== undefined);
  const unknown = Object.keys(value).filter((key) => schema.properties?.[key] === undefined);
  for (const [key, member] of nested) {
    const rule = schema.properties?.[key];
    if (rule === undefined || member === null || member === undefined) continue;
    const decoded = decodeValue(member, rule, { ...place, path: place.path === '' ? key : `${place.path}.${key}` });
    if (place.keepEmpty || !isLeftOut(decoded, rule, schema.required?.includes(key) === true)) kept[key] = decoded;
  }
  for (const key of unknown) place.warnings.push(`unknown field "${place.path === '' ? key : `${place.path}.${key}`}"`);
  return kept;
}

/** Go leaves empty maps and lists out of what it writes, unless the field must be there. */
function isLeftOut(value: unknown, rule: Schema, required: boolean): boolean {
  if (required || rule.default !== undefined) return false;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && rule.additionalProperties !== undefined && Object.keys(value).length === 0;
}

function decodeValue(value: unknown, rule: Schema, place: Place): unknown {
  const name = referenceOf(rule);
  const schema = resolveSchema(rule);
  const kindOfValue = jsonTypeOf(value);
  const mismatch = (goType: string): Error =>
    place.fail(
      `json: cannot unmarshal ${kindOfValue} into Go struct field ${place.holder}.${place.path.replace(/\[\d+\]/g, '')} of type ${goType}`,
    );
  const inner = name === undefined ? place.holder : (name.split('.').at(-1) ?? place.holder);
  if (schema.properties) {
    if (!isObject(value)) throw mismatch(goTypeName(name));
    return decodeStruct(value, schema, { ...place, holder: inner });
  }
  if (schema.oneOf) return decodeQuantity(value, name, place);
  if (schema.type === 'array') {
    if (!Array.isArray(value)) throw mismatch(`[]${goItemName(schema)}`);
    const items = schema.items ?? {};
    return value.map((item, index) => decodeValue(item, items, { ...place, path: `${place.path}[${index}]` }));
  }
  if (schema.type === 'object' && isObject(schema.additionalProperties)) {
    if (!isObject(value)) throw mismatch(`map[string]${goItemName({ items: schema.additionalProperties })}`);
    return decodeMap(value, schema.additionalProperties, place);
  }
  if (schema.type === 'integer' && (typeof value !== 'number' || !Number.isInteger(value))) throw mismatch(schema.format ?? 'int64');
  if (schema.type === 'boolean' && typeof value !== 'boolean') throw mismatch('bool');
  if (schema.type === 'string' && typeof value !== 'string') throw mismatch('string');
  if (schema.format === 'date-time' && typeof value === 'string') {
    const problem = timeProblem(value, inner === 'MicroTime');
    if (problem !== undefined) throw place.fail(problem);
  }
  return value;
}

function decodeMap(value: Json, items: Schema, place: Place): Json {
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    if (item === null) return [key, resolveSchema(items).type === 'string' ? '' : null];
    return [key, decodeValue(item, items, { ...place, path: `${place.path}.${key}` })];
  });
  return Object.fromEntries(entries);
}

const QUANTITY = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';
/** An amount, and what may be its suffix. */
const SCANNED = /^[+-]?(?:\d+\.?\d*|\.\d+)([eEinumkKMGTP]*[-+]?\d*)$/;
const SUFFIX = /^(?:[KMGTPE]i|[eE][+-]?\d+|[numkMGTPE]?)$/;

/** Source: apimachinery pkg/api/resource, ParseQuantity. Unlike there, a text without any digit is no 0. */
function decodeQuantity(value: unknown, name: string | undefined, place: Place): unknown {
  if (name?.endsWith('resource.Quantity') !== true) return value;
  const text = String(value).trim();
  const suffix = SCANNED.exec(text)?.[1];
  if (suffix === undefined) throw place.fail(`quantities must match the regular expression '${QUANTITY}'`);
  if (!SUFFIX.test(suffix)) throw place.fail("unable to parse quantity's suffix");
  return text;
}

const goTypeName = (name: string | undefined): string => {
  const parts = (name ?? '').split('.');
  return parts.length < 2 ? 'object' : `${parts.at(-2)}.${parts.at(-1)}`;
};

function goItemName({ items }: Schema): string {
  const name = items && referenceOf(items);
  return name === undefined ? (items?.type ?? 'object') : goTypeName(name);
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' ? 'object' : typeof value;
}
