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
  return ordered(merged, order ?? value, key, list);
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

/**
 * Puts a merged list in order: what the order names as it says, the rest as the server had it, the named first where nothing tells.
 */
function ordered(list: readonly unknown[], order: unknown, key: string | undefined, server: readonly unknown[] = list): unknown[] {
  if (!Array.isArray(order)) return [...list];
  const idOf = (item: unknown): unknown => (key !== undefined && isObject(item) ? item[key] : item);
  const wanted = order.map(idOf);
  const indexIn = (ids: readonly unknown[], item: unknown): number => ids.findIndex((id) => sameJson(id, idOf(item)));
  const serverIds = server.map(idOf);
  const isNamed = (item: unknown): boolean => indexIn(wanted, item) >= 0;
  const named = list.filter(isNamed).sort((a, b) => indexIn(wanted, a) - indexIn(wanted, b));
  const others = list.filter((item) => !isNamed(item)).sort((a, b) => indexIn(serverIds, a) - indexIn(serverIds, b));
  const result: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const [left, right] = [indexIn(serverIds, others[0]), indexIn(serverIds, named[0])];
    const takeOther = left >= 0 && right >= 0 && left < right;
    result.push(takeOther ? others.shift() : named.shift());
  }
  return [...result, ...others, ...named];
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
