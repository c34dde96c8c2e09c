/** Objects with their members in order, as Go writes maps. */
import { isObject } from '../json.ts';

/** A copy whose objects have their members sorted, in depth. */
export function sortedJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sortedJson) as T; // the same items
  if (!isObject(value)) return value;
  const sorted = Object.keys(value)
    .sort()
    .map((key): [string, unknown] => [key, sortedJson(value[key])]);
  return Object.fromEntries(sorted) as T; // the same members
}
