import { EvenkeelError, nearest } from '../base/index.ts';

/** Names that every journey knows: a text made anew for each journey, and its number. */
export const BUILT_IN_VARIABLES: readonly string[] = ['random', 'iteration'];

const REFERENCE = /\$(\$\{)|\$\{\s*([A-Za-z_][\w.-]*)\s*(?::-([^}]*))?\}/g;

/** A variable that a text refers to; `required` unless it carries a default (`${NAME:-default}`). */
export interface Reference {
  readonly name: string;
  readonly required: boolean;
}

/** The variables in a text, in order. `$${` stands for a literal `${`. */
export function referencesIn(text: string): Reference[] {
  const found: Reference[] = [];
  for (const [, , name, fallback] of text.matchAll(REFERENCE)) {
    if (name !== undefined) found.push({ name, required: fallback === undefined });
  }
  return found;
}

/**
 * Puts values in for `${NAME}` and `${NAME:-default}`.
 *
 * Errors: `INVALID_INPUT` naming the variable (never a value) when it is unknown and has no default.
 */
export function fill(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(REFERENCE, (_whole, escaped: string | undefined, name: string | undefined, fallback: string | undefined) => {
    if (escaped !== undefined || name === undefined) return '${';
    const value = variables.get(name) ?? fallback;
    if (value !== undefined) return value;
    throw unknownVariable(name, variables.keys());
  });
}

/** The same for every text inside a value of JSON; keys stay as they are. */
export function fillDeep(value: unknown, variables: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return fill(value, variables);
  if (Array.isArray(value)) return value.map((item) => fillDeep(item, variables));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillDeep(item, variables)]));
}

/** The texts inside a value of JSON. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsIn);
}

function unknownVariable(name: string, known: Iterable<string>): EvenkeelError {
  const similar = nearest(name, known);
  const hint = similar === undefined ? `Set ${name} in the environment, or capture it in an earlier step.` : `Did you mean ${similar}?`;
  return new EvenkeelError('INVALID_INPUT', `no value is known for \${${name}}`, { blame: 'input', hint });
}
