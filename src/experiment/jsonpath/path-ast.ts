/** The tree of a path in jsonpath2's dialect. Source: golden/chaostoolkit/tables/jsonpath.json; chaostoolkit-compat.md a.6. */
export interface PathNode {
  readonly from: 'root' | 'current';
  readonly steps: readonly Step[];
}

export interface Step {
  /** `..`: tried at the value and at everything below it. */
  readonly recursive: boolean;
  /** More than one for a union. */
  readonly subscripts: readonly Subscript[];
}

export type Subscript =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly start: number | undefined; readonly end: number | undefined; readonly step: number | undefined }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'filter'; readonly condition: Condition }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Operand[] };

export const FUNCTION_NAMES = ['length', 'keys', 'values', 'entries', 'charAt', 'substring'] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly inner: Condition }
  | { readonly kind: 'some'; readonly operand: Operand }
  | { readonly kind: 'compare'; readonly operator: Operator; readonly left: Operand; readonly right: Operand };

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains';

export type Operand = { readonly kind: 'path'; readonly path: PathNode } | { readonly kind: 'value'; readonly value: unknown };
