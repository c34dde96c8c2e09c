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

const BRANCHES = ['if', 'then', 'else'] as const;

/** `if`, `then`, `else` of a schema, by name from a list: an object written with a key `then` looks like a promise. */
export function when(condition: JsonSchema, consequence: JsonSchema, otherwise?: JsonSchema): JsonSchema {
  const schemas = [condition, consequence, otherwise];
  return Object.fromEntries(BRANCHES.flatMap((branch, index) => (schemas[index] === undefined ? [] : [[branch, schemas[index]]])));
}

/** What holds for objects of one `type`. */
export function whenType(type: string, consequence: JsonSchema): JsonSchema {
  return when({ type: 'object', required: ['type'], properties: { type: { const: type } } }, consequence);
}
