/** What the check of a value finds. */

export interface Finding {
  readonly code: 'type' | 'required' | 'enum' | 'tooLong' | 'tooMany' | 'other' | 'composite';
  /** `spec.list[0].name`; empty for the object itself. */
  readonly path: string;
  readonly value: unknown;
  readonly message: string;
  /** Of an enum. */
  readonly values?: readonly unknown[];
  /** What is the most. */
  readonly limit?: number;
}

export interface Findings {
  readonly list: readonly Finding[];
  /** How many checks were passed: of several alternatives the one with most is told of. */
  readonly matches: number;
}

export interface Place {
  readonly path: string;
  /** The value as it was before, where there is one. */
  readonly old?: { readonly value: unknown } | undefined;
}
