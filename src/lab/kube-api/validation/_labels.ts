/** Labels, annotations and label selectors, wherever they stand. Source: apimachinery meta/v1/validation and api/validation/objectmeta.go, 1.36. */
import type { Problems } from '../problems.ts';
import { labelValueProblems, qualifiedNameProblems } from './_names.ts';

type Texts = Readonly<Record<string, string | undefined>> | undefined;

/** A key of a label. */
export function validateLabelName(key: string | undefined, field: string, problems: Problems): void {
  for (const text of qualifiedNameProblems(key ?? '')) problems.invalid(field, key ?? '', text);
}

/** A map of labels; every problem is told at the map. */
export function validateLabels(labels: Texts, field: string, problems: Problems): void {
  for (const key in labels) {
    const value = labels[key] ?? '';
    validateLabelName(key, field, problems);
    for (const text of labelValueProblems(value)) problems.invalid(field, value, text);
  }
}

const LARGEST_ANNOTATIONS_BYTES = 256 * 1024;

/** Keys, and the size of all together. */
export function validateAnnotations(annotations: Texts, field: string, problems: Problems): void {
  let bytes = 0;
  for (const key in annotations) {
    for (const text of qualifiedNameProblems(key.toLowerCase())) problems.invalid(field, key, text);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(annotations[key] ?? '');
  }
  if (bytes > LARGEST_ANNOTATIONS_BYTES) problems.tooLongBytes(field, LARGEST_ANNOTATIONS_BYTES);
}

interface Requirement {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly values?: readonly string[] | undefined;
}

/** A selector as it comes from outside. */
export interface SelectorLike {
  readonly matchLabels?: Texts;
  readonly matchExpressions?: readonly Requirement[] | undefined;
}

/** A selector's labels and expressions. `lenientValues`: an object that had bad values before may keep them. */
export function validateLabelSelector(selector: SelectorLike | undefined, field: string, problems: Problems, lenientValues = false): void {
  if (selector === undefined) return;
  validateLabels(selector.matchLabels, `${field}.matchLabels`, problems);
  for (const [index, requirement] of (selector.matchExpressions ?? []).entries()) {
    validateRequirement(requirement, `${field}.matchExpressions[${index}]`, problems, lenientValues);
  }
}

function validateRequirement(requirement: Requirement, field: string, problems: Problems, lenientValues: boolean): void {
  const { key, operator = '', values = [] } = requirement;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) problems.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) problems.forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else {
    problems.invalid(`${field}.operator`, operator, 'not a valid selector operator');
  }
  validateLabelName(key, `${field}.key`, problems);
  if (lenientValues) return;
  for (const [index, value] of values.entries()) {
    for (const text of labelValueProblems(value)) problems.invalid(`${field}.values[${index}]`, value, text);
  }
}
