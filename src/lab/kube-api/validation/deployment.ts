/** Deployments. Source: ValidateDeploymentSpec, pkg/apis/apps/validation and pkg/registry/apps/deployment, 1.36. */
import type { Deployment } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { goStruct } from './_go-struct.ts';
import { validateLastingTemplate, validateOwnSelector, validateTemplateLabels, type GovernedSpec } from './_governed.ts';
import { IMMUTABLE, validateAtMost100Percent, validateIntOrPercent, validateNonnegative } from './_numbers.ts';
import { isEmptySelector } from './_selectors.ts';

export type DeploymentSpecFields = GovernedSpec<NonNullable<Deployment['spec']>>;
type StrategyFields = NonNullable<DeploymentSpecFields['strategy']>;

/** `previous`: the spec before, on updates. */
export function validateDeploymentSpec(spec: DeploymentSpecFields, problems: Problems, previous?: DeploymentSpecFields): void {
  const { selector, template = {}, strategy = {}, minReadySeconds = 0, progressDeadlineSeconds } = spec;
  validateNonnegative(spec.replicas, 'spec.replicas', problems);
  if (validateOwnSelector(selector, 'spec.selector', problems, 'empty selector is invalid for deployment')) {
    if (!isEmptySelector(selector)) validateTemplateLabels(selector, template, 'spec.template', problems);
    validateLastingTemplate(template, 'spec.template', problems, 'ReplicaSet');
  } else problems.invalid('spec.selector', selector, 'invalid label selector');
  validateStrategy(strategy, problems);
  validateNonnegative(minReadySeconds, 'spec.minReadySeconds', problems);
  validateNonnegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', problems);
  if (progressDeadlineSeconds !== undefined) {
    validateNonnegative(progressDeadlineSeconds, 'spec.progressDeadlineSeconds', problems);
    if (progressDeadlineSeconds <= minReadySeconds) {
      problems.invalid('spec.progressDeadlineSeconds', progressDeadlineSeconds, 'must be greater than minReadySeconds');
    }
  }
  if (previous && !sameJson(previous.selector, selector)) problems.invalid('spec.selector', selector, IMMUTABLE);
}

function validateStrategy(strategy: StrategyFields, problems: Problems): void {
  const path = 'spec.strategy';
  const { type = '', rollingUpdate } = strategy;
  if (type === 'Recreate') {
    if (rollingUpdate) problems.forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'");
  } else if (type !== 'RollingUpdate') {
    problems.unsupported(path, goStrategy(strategy), ['Recreate', 'RollingUpdate']);
  } else if (rollingUpdate === undefined) {
    problems.required(`${path}.rollingUpdate`, 'this should be defaulted and never be nil');
  } else {
    const { maxUnavailable, maxSurge } = rollingUpdate;
    validateIntOrPercent(maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, problems);
    validateIntOrPercent(maxSurge, `${path}.rollingUpdate.maxSurge`, problems);
    if (isNothing(maxUnavailable) && isNothing(maxSurge)) {
      problems.invalid(`${path}.rollingUpdate.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0');
    }
    validateAtMost100Percent(maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, problems);
  }
}

/** A strategy as the server prints its own form of it. */
export const goStrategy = (strategy: object): unknown =>
  goStruct(strategy, [
    ['Type', 'type', ''],
    ['RollingUpdate', 'rollingUpdate'],
  ]);

/** An amount or percentage of zero; what can be read as neither counts as zero. */
export function isNothing(value: number | string | undefined): boolean {
  if (typeof value !== 'string') return (value ?? 0) === 0;
  const [, digits = '0'] = /^(?:\+|-)?(\d+)%?$/.exec(value) ?? [];
  return Number(digits) === 0;
}
