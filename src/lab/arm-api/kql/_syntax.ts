/** The part of the Kusto Query Language that Resource Graph queries of experiments use, as a tree. */

export type Expression =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly key: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression };

export interface Named {
  readonly name: string;
  readonly value: Expression;
}

export type Step =
  | { readonly kind: 'where'; readonly test: Expression }
  | { readonly kind: 'project'; readonly columns: readonly Named[] }
  | { readonly kind: 'project-away'; readonly columns: readonly string[] }
  | { readonly kind: 'extend'; readonly columns: readonly Named[] }
  | { readonly kind: 'order'; readonly by: readonly { readonly value: Expression; readonly descending: boolean }[] }
  | { readonly kind: 'take'; readonly count: number }
  | { readonly kind: 'sample'; readonly count: number }
  | { readonly kind: 'distinct'; readonly columns: readonly Named[] }
  | { readonly kind: 'summarize'; readonly aggregates: readonly Named[]; readonly by: readonly Named[] }
  | { readonly kind: 'count' };

export interface Query {
  readonly table: string;
  readonly steps: readonly Step[];
}

/** The query is not Kusto, or uses a part of it that is not here. */
export class KqlError extends Error {
  override readonly name = 'KqlError';
  /** True when it may well be good Kusto, only more than this lab knows. */
  readonly beyondLab: boolean;
  constructor(message: string, beyondLab = false) {
    super(message);
    this.beyondLab = beyondLab;
  }
}
