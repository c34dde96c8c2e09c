/** Reading schemas: the one schema of items and of further members, which the types leave open. */
import { isObject } from '../json.ts';
import type { JsonSchema } from './types.ts';

/** The schema of a list's items; a list of schemas is refused when the definition is written. */
export const itemsOf = ({ items }: JsonSchema): JsonSchema | undefined => (isObject(items) ? items : undefined);

/** The schema of members that have no name of their own. */
export const additionalOf = ({ additionalProperties }: JsonSchema): JsonSchema | undefined =>
  isObject(additionalProperties) ? additionalProperties : undefined;

export const preserves = (schema: JsonSchema): boolean => schema['x-kubernetes-preserve-unknown-fields'] === true;
export const isEmbedded = (schema: JsonSchema): boolean => schema['x-kubernetes-embedded-resource'] === true;
export const isIntOrString = (schema: JsonSchema): boolean => schema['x-kubernetes-int-or-string'] === true;
