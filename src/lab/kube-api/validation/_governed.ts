/** What kinds that keep pods alive have in common: replicas, a selector, a template. Source: pkg/apis/apps/validation, 1.36. */
import type { Problems } from '../problems.ts';
import type { Loose } from './_pod-fields.ts';
import { isSelected, isUsableSelector, NOT_SELECTED, type SelectorFields } from './_selectors.ts';
import { validatePodTemplate, type PodTemplateFields } from './pod-template.ts';

/** A spec of the API with the template as the pods' own rules take it. */
export type GovernedSpec<T> = Omit<Loose<T>, 'template' | 'selector'> & {
  readonly selector?: SelectorFields | undefined;
  readonly template?: PodTemplateFields | undefined;
};

/** Whether the template's pods would be its owner's. */
export function validateTemplateLabels(
  selector: SelectorFields | undefined,
  template: PodTemplateFields | undefined,
  path: string,
  problems: Problems,
): void {
  const labels = template?.metadata?.labels;
  if (!isSelected(selector, labels)) problems.invalid(`${path}.metadata.labels`, labels, NOT_SELECTED);
}

/** A template of pods that are to run for ever. `kind` as the refusal names it. */
export function validateLastingTemplate(template: PodTemplateFields, path: string, problems: Problems, kind: string): void {
  validatePodTemplate(template, path, problems);
  validateLasting(template, path, problems, kind);
}

/** The rules of those pods beyond what holds for all. */
export function validateLasting(template: PodTemplateFields, path: string, problems: Problems, kind: string): void {
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always') problems.unsupported(`${path}.spec.restartPolicy`, restartPolicy, ['Always']);
  if (activeDeadlineSeconds !== undefined) {
    problems.forbidden(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`);
  }
}

/** A selector that must be there, and not empty. False when the template can not be judged by it. */
export function validateOwnSelector(selector: SelectorFields | undefined, path: string, problems: Problems, emptyProblem: string): boolean {
  if (selector === undefined) problems.required(path);
  const usable = isUsableSelector(selector, path, problems);
  if (selector !== undefined && Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0) {
    problems.invalid(path, selector, emptyProblem);
  }
  return usable;
}
