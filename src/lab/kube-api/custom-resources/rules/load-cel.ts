/** The CEL library, loaded when the first definition with rules comes. */
import { BugError } from '../../../../base/index.ts';
import { loadGoPatterns } from '../go-pattern.ts';

/** What rules need of it. */
export interface CelTypes {
  /** Parses an expression; `hasOptional`: its `oldSelf` may be absent. Errors: those of the library, with `summary`. */
  readonly compile: (expression: string, options?: { readonly hasOptional?: boolean }) => CelProgram;
  readonly duration: (text: string) => unknown;
  readonly optional: (value?: unknown) => unknown;
}

export interface CelProgram {
  readonly ast: CelNode;
  /** The type of the result, or what is wrong with the types. */
  readonly check: () => { readonly type?: string; readonly problem?: string };
  readonly run: (variables: Readonly<Record<string, unknown>>) => unknown;
}

/** A node of an expression: its arguments are nodes, names and values. */
export interface CelNode {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
}

let loaded: CelTypes | undefined;

/** Resolves when patterns and rules can be read and run; to be awaited before a definition or an object of one is written. */
export async function loadValidationRules(): Promise<void> {
  await loadGoPatterns();
  if (loaded !== undefined) return;
  const { createCel } = await import('./create-cel.ts');
  loaded = createCel();
}

/** Errors: `BugError` when `loadValidationRules` was not awaited before. */
export function celTypes(): CelTypes {
  if (loaded === undefined) throw new BugError('rules are run before loadValidationRules() was awaited');
  return loaded;
}
