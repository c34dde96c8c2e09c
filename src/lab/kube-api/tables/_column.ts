/** What columns are made of, and the texts that several kinds share. Source: pkg/printers/internalversion/printers.go, 1.36. */
import type { KubeObject, LabelSelector, PodSpec } from '../../../kubernetes/index.ts';
import type { Stored } from '../store.ts';
import { ageOf } from './ages.ts';

export type Cell = string | number | boolean | null;

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  /** 0 is always shown, 1 with `-o wide`. */
  readonly priority: number;
  readonly description?: string;
  readonly cell: (object: Stored, nowMs: number) => Cell;
}

type CellOf<T> = (object: T, nowMs: number) => Cell;
type ColumnOf<T> = readonly [name: string, cell: CellOf<T>, detail?: { readonly type?: string; readonly wide?: boolean }];

export const NONE = '<none>';
export const UNSET = '<unset>';
export const WIDE = { wide: true };
export const INTEGER = { type: 'integer' };

/** Columns over a kind's own type. */
export const columns = <T extends KubeObject>(...list: readonly ColumnOf<T>[]): readonly Column[] =>
  list.map(([name, cell, { type = 'string', wide = false } = {}]) => ({
    name,
    type,
    format: name === 'Name' ? 'name' : '',
    priority: wide ? 1 : 0,
    cell: cell as unknown as Column['cell'], // looked up by kind, so objects are of the columns' own type
  }));

export const NAME: ColumnOf<KubeObject> = ['Name', ({ metadata }) => metadata.name];
export const AGE: ColumnOf<KubeObject> = ['Age', ({ metadata }, now) => ageOf(metadata.creationTimestamp, now)];

export const orNone = (text: string | undefined): string => (text === undefined || text === '' ? NONE : text);
export const joined = (items: readonly string[]): string => orNone(items.join(','));
export const namesOf = (spec: PodSpec | undefined): string => (spec?.containers ?? []).map(({ name }) => name).join(',');
export const imagesOf = (spec: PodSpec | undefined): string => (spec?.containers ?? []).map(({ image }) => image ?? '').join(',');
export const pairs = (labels: Readonly<Record<string, string>> | undefined): string =>
  joined(
    Object.entries(labels ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${value}`),
  );

export function selectorText(selector: LabelSelector | undefined): string {
  if (selector === undefined) return NONE;
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]): [string, string] => [key, `${key}=${value}`]);
  const sets = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }): [string, string] => {
    if (operator === 'Exists') return [key, key];
    if (operator === 'DoesNotExist') return [key, `!${key}`];
    return [key, `${key} ${operator === 'In' ? 'in' : 'notin'} (${[...values].sort().join(',')})`];
  });
  return orNone(
    [...equal, ...sets]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, text]) => text)
      .join(','),
  );
}
