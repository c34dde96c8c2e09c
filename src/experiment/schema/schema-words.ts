export type JsonSchema = { readonly [key: string]: unknown };

/** A text, with what it is for. */
export function text(description: string, minLength?: number): JsonSchema {
  return { type: 'string', ...(description === '' ? {} : { description }), ...(minLength === undefined ? {} : { minLength }) };
}

/** A list of items. */
export function list(items: JsonSchema, description: string): JsonSchema {
  return { type: 'array', items, description };
}

/** What is written under `definitions`. */
export function ref(name: string): JsonSchema {
  return { $ref: `#/definitions/${encodeURIComponent(name)}` };
}

/** A text that is a name to be substituted, or has one in it. */
export const SUBSTITUTED: JsonSchema = { type: 'string', pattern: '\\$' };
