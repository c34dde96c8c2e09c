/** Disruption budgets. Source: pkg/apis/policy/validation, 1.36. */
import type { PodDisruptionBudget } from '../../../kubernetes/index.ts';
import type { Problems } from '../problems.ts';
import { goStruct } from './_go-struct.ts';
import { validateAtMost100Percent, validateIntOrPercent } from './_numbers.ts';
import type { Loose } from './_pod-fields.ts';
import { isUsableSelector } from './_selectors.ts';

export type BudgetSpecFields = Loose<NonNullable<PodDisruptionBudget['spec']>> & {
  readonly unhealthyPodEvictionPolicy?: string | undefined;
};

const POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

export function validateBudget(spec: BudgetSpecFields, problems: Problems): void {
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    problems.invalid('spec', goSpec(spec), 'minAvailable and maxUnavailable cannot be both set');
  }
  for (const key of ['minAvailable', 'maxUnavailable'] as const) {
    validateIntOrPercent(spec[key], `spec.${key}`, problems);
    validateAtMost100Percent(spec[key], `spec.${key}`, problems);
  }
  isUsableSelector(spec.selector, 'spec.selector', problems);
  if (policy !== undefined && !POLICIES.includes(policy)) problems.unsupported('spec.unhealthyPodEvictionPolicy', policy, POLICIES);
}

const goSpec = (spec: BudgetSpecFields): unknown =>
  goStruct(spec, [
    ['MinAvailable', 'minAvailable'],
    ['Selector', 'selector'],
    ['MaxUnavailable', 'maxUnavailable'],
    ['UnhealthyPodEvictionPolicy', 'unhealthyPodEvictionPolicy'],
  ]);
