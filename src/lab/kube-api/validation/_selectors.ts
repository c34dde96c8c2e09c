/** Selectors and the labels they have to match. Source: pkg/apis/apps/validation and core/validation, 1.36. */
import { matchesSelector, type LabelSelector } from '../../../kubernetes/index.ts';
import type { Problems } from '../problems.ts';
import { validateLabelSelector } from './_labels.ts';
import type { Loose } from './_pod-fields.ts';

export type SelectorFields = Loose<LabelSelector>;

const typed = (selector: SelectorFields | undefined): LabelSelector | undefined => selector as LabelSelector | undefined; // what is missing in it is judged, not used

/** Tells what is wrong with a selector; false when no selector can be made of it. */
export function isUsableSelector(selector: SelectorFields | undefined, field: string, problems: Problems): boolean {
  const before = problems.list.length;
  validateLabelSelector(typed(selector), field, problems);
  return problems.list.length === before;
}

/** It selects everything. */
export const isEmptySelector = (selector: SelectorFields | undefined): boolean =>
  selector !== undefined && Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;

export const isSelected = (selector: SelectorFields | undefined, labels: Readonly<Record<string, string>> | undefined): boolean =>
  matchesSelector(typed(selector), labels);

export const NOT_SELECTED = '`selector` does not match template `labels`';
