/** ReplicaSets and ReplicationControllers. Source: ValidateReplicaSetSpec, ValidateReplicationControllerSpec, 1.36. */
import type { ReplicaSet, ReplicationController } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { validateLastingTemplate, validateOwnSelector, validateTemplateLabels, type GovernedSpec } from './_governed.ts';
import { IMMUTABLE, validateNonnegative } from './_numbers.ts';
import { isEmptySelector } from './_selectors.ts';

export type ReplicaSetSpecFields = GovernedSpec<NonNullable<ReplicaSet['spec']>>;
export type ControllerSpecFields = Omit<GovernedSpec<NonNullable<ReplicationController['spec']>>, 'selector'> & {
  readonly selector?: Readonly<Record<string, string>> | undefined;
};

export function validateReplicaSetSpec(spec: ReplicaSetSpecFields, problems: Problems, previous?: ReplicaSetSpecFields): void {
  const { selector, template = {} } = spec;
  validateNonnegative(spec.replicas, 'spec.replicas', problems);
  validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds', problems);
  if (validateOwnSelector(selector, 'spec.selector', problems, 'empty selector is invalid for deployment')) {
    if (!isEmptySelector(selector)) validateTemplateLabels(selector, template, 'spec.template', problems);
    validateLastingTemplate(template, 'spec.template', problems, 'ReplicaSet');
  } else problems.invalid('spec.selector', selector, 'invalid label selector');
  if (previous && !sameJson(previous.selector, selector)) problems.invalid('spec.selector', selector, IMMUTABLE);
}

export function validateControllerSpec(spec: ControllerSpecFields, problems: Problems): void {
  const { selector = {}, template } = spec;
  validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds', problems);
  const isEmpty = Object.keys(selector).length === 0;
  if (isEmpty) problems.required('spec.selector');
  validateNonnegative(spec.replicas, 'spec.replicas', problems);
  if (template === undefined) return problems.required('spec.template');
  if (!isEmpty) validateTemplateLabels({ matchLabels: selector }, template, 'spec.template', problems);
  return validateLastingTemplate(template, 'spec.template', problems, 'ReplicationController');
}
