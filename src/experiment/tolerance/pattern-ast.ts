/** The tree of a Python regular expression. */
export type PatternNode =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'either'; readonly options: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly item: PatternNode;
      readonly min: number;
      readonly max: number;
      readonly mode: 'greedy' | 'lazy' | 'possessive';
    }
  | { readonly kind: 'group'; readonly index: number; readonly item: PatternNode }
  | { readonly kind: 'atomic'; readonly item: PatternNode }
  | { readonly kind: 'look'; readonly ahead: boolean; readonly negative: boolean; readonly item: PatternNode; readonly width: number }
  | { readonly kind: 'back'; readonly index: number; readonly ignoreCase: boolean }
  | { readonly kind: 'condition'; readonly index: number; readonly yes: PatternNode; readonly no: PatternNode }
  | {
      readonly kind: 'at';
      readonly where: 'start' | 'end' | 'line-start' | 'line-end' | 'last-line-end' | 'boundary' | 'no-boundary';
      readonly ascii: boolean;
    };

/** Tells whether a character belongs to it. */
export type CharacterSet = (character: string) => boolean;

export interface PatternFlags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly verbose: boolean;
  readonly ascii: boolean;
}
