/** Which item of a list was which before. Source: apiserver pkg/cel/common, CorrelatedObject, 1.36. */
import { isObject, sameJson } from '../json.ts';
import type { Place } from './finding.ts';
import type { JsonSchema } from './types.ts';

/** The item of the old list that has the same keys; undefined where lists are not told apart by keys. */
export function correlatedItem(item: unknown, schema: JsonSchema, old: Place['old']): Place['old'] {
  if (old === undefined || schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old.value) || !isObject(item)) return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const found: unknown = old.value.find((other: unknown) => isObject(other) && keys.every((key) => sameJson(other[key], item[key])));
  return found === undefined ? undefined : { value: found };
}
