/** Strategic merge patch with its directives. Source: apimachinery util/strategicpatch, 1.36. */
import { isObject, sameJson, type Json } from '../json.ts';
import { resolveSchema, type Schema } from '../schema/schemas.ts';
import { badRequest, internalError } from '../statuses.ts';

const ORDER = '$setElementOrder/';
const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/';
const RETAIN = '$retainKeys';
const DIRECTIVE = '$patch';

/** Applies the patch to a copy of the target. Errors: `ApiError` on an unknown directive or a missing merge key. */
export function strategicMergePatch(target: Json, patch: Json, schema: Schema): Json {
  return mergeObject(target, patch, schema);
}

function memberSchema(schema: Schema, key: string): Schema {
  const found = schema.properties?.[key];
  if (found) return found;
  return isObject(schema.additionalProperties) ? schema.additionalProperties : {};
}

/** Go prints maps like this. */
const goMap = (value: Json): string =>
  `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${typeof value[key] === 'string' ? value[key] : JSON.stringify(value[key])}`)
    .join(' ')}]`;

function mergeObject(target: Json, patch: Json, schema: Schema): Json {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge')
    throw internalError(
      `unknown patch type: ${typeof directive === 'string' ? directive : JSON.stringify(directive)} in map: ${goMap(patch)}`,
    );
  const result: Json = { ...target };
  const retained = patch[RETAIN];
  if (Array.isArray(retained)) {
    for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN || key.startsWith(ORDER)) continue;
    if (key.startsWith(DELETE_PRIMITIVES)) deletePrimitives(result, key.slice(DELETE_PRIMITIVES.length), value);
    else if (value === null) delete result[key];
    else result[key] = mergeMember(result[key], value, memberSchema(schema, key), patch[`${ORDER}${key}`]);
  }
  for (const key of Object.keys(patch).filter((name) => name.startsWith(ORDER))) {
    const field = key.slice(ORDER.length);
    const list = result[field];
    if (patch[field] === undefined && Array.isArray(list))
      result[field] = ordered(list, patch[key], mergeKeyOf(memberSchema(schema, field)));
  }
  return result;
}

const mergeKeyOf = (schema: Schema): string | undefined => schema['x-kubernetes-patch-merge-key'];

function mergeMember(old: unknown, value: unknown, schema: Schema, order: unknown): unknown {
  if (isObject(value)) return mergeObject(isObject(old) ? old : {}, value, resolveSchema(schema));
  if (!Array.isArray(value)) return value;
  const merges = schema['x-kubernetes-patch-strategy']?.includes('merge') === true;
  if (!merges) return value.map(plain);
  const list: unknown[] = Array.isArray(old) ? old : [];
  const key = mergeKeyOf(schema);
  const merged = key === undefined ? [...list, ...value.filter((item) => !list.includes(item))] : mergeList(list, value, key, schema);
  return order === undefined ? merged : ordered(merged, order, key);
}

function mergeList(old: readonly unknown[], patch: readonly unknown[], key: string, schema: Schema): unknown[] {
  const items = patch.filter(isObject);
  if (items.some((item) => item[DIRECTIVE] === 'replace')) {
    return items.filter((item) => item[DIRECTIVE] === undefined).map(withoutDirectives);
  }
  const itemSchema = resolveSchema(schema.items ?? {});
  let result = [...old];
  for (const item of items) {
    if (item[key] === undefined) throw badRequest(`map: ${goMap(item)} does not contain declared merge key: ${key}`);
    const isSame = (other: unknown): boolean => isObject(other) && sameJson(other[key], item[key]);
    if (item[DIRECTIVE] === 'delete') {
      result = result.filter((other) => !isSame(other));
      continue;
    }
    const at = result.findIndex(isSame);
    const before = result[at];
    const merged = mergeObject(isObject(before) ? before : {}, item, itemSchema);
    if (at < 0) result.push(merged);
    else result[at] = merged;
  }
  return result;
}

/** Items that the order names come in that order; the others keep their place relative to them. */
function ordered(list: readonly unknown[], order: unknown, key: string | undefined): unknown[] {
  if (!Array.isArray(order)) return [...list];
  const idOf = (item: unknown): unknown => (key !== undefined && isObject(item) ? item[key] : item);
  const wanted = order.map(idOf);
  const placed = list.filter((item) => wanted.some((id) => sameJson(id, idOf(item))));
  placed.sort((a, b) => wanted.findIndex((id) => sameJson(id, idOf(a))) - wanted.findIndex((id) => sameJson(id, idOf(b))));
  let next = 0;
  return list.map((item) => (placed.includes(item) ? placed[next++] : item));
}

function deletePrimitives(result: Json, field: string, values: unknown): void {
  const list = result[field];
  if (Array.isArray(list) && Array.isArray(values)) result[field] = list.filter((item) => !values.includes(item));
}

function plain(value: unknown): unknown {
  return isObject(value) ? withoutDirectives(value) : value;
}

function withoutDirectives(value: Json): Json {
  const isDirective = (key: string): boolean =>
    key === DIRECTIVE || key === RETAIN || key.startsWith(ORDER) || key.startsWith(DELETE_PRIMITIVES);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => !isDirective(key) && member !== null)
      .map(([key, member]) => [key, Array.isArray(member) ? member.map(plain) : plain(member)]),
  );
}
