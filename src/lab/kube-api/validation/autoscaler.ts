/** Horizontal pod autoscalers. Source: pkg/apis/autoscaling/validation, 1.36. */
import type { HorizontalPodAutoscaler } from '../../../kubernetes/index.ts';
import type { Problems } from '../problems.ts';
import { NOT_POSITIVE } from './_numbers.ts';
import type { Loose } from './_pod-fields.ts';
import { quantityText } from './_quantities.ts';
import { validateTarget } from './_target-reference.ts';
import { validateMetric } from './autoscaler-metrics.ts';

export type AutoscalerSpecFields = Loose<NonNullable<HorizontalPodAutoscaler['spec']>>;
type Rules = NonNullable<NonNullable<AutoscalerSpecFields['behavior']>['scaleUp']> & { readonly tolerance?: string | undefined };

const LONGEST_WINDOW_SECONDS = 3600;
const LONGEST_PERIOD_SECONDS = 1800;
const SELECTIONS = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];

export function validateAutoscaler(spec: AutoscalerSpecFields, problems: Problems, previous?: AutoscalerSpecFields): void {
  const { minReplicas, maxReplicas = 0, metrics = [], behavior = {} } = spec;
  // Zero is only for whoever had it.
  const least = previous?.minReplicas === 0 ? 0 : 1;
  if (minReplicas !== undefined && minReplicas < least) {
    problems.invalid('spec.minReplicas', minReplicas, `must be greater than or equal to ${least}`);
  }
  if (maxReplicas < 1) problems.invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0');
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    problems.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`');
  }
  validateTarget(spec.scaleTargetRef ?? {}, 'spec.scaleTargetRef', problems);
  for (const [index, metric] of metrics.entries()) validateMetric(metric, `spec.metrics[${index}]`, problems);
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    problems.forbidden('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas');
  }
  if (behavior.scaleUp) validateRules(behavior.scaleUp, 'spec.behavior.scaleUp', problems);
  if (behavior.scaleDown) validateRules(behavior.scaleDown, 'spec.behavior.scaleDown', problems);
}

function validateRules(rules: Rules, path: string, problems: Problems): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const at = `${path}.stabilizationWindowSeconds`;
  if (window !== undefined && window < 0) problems.invalid(at, window, 'must be greater than or equal to zero');
  if (window !== undefined && window > LONGEST_WINDOW_SECONDS) {
    problems.invalid(at, window, `must be less than or equal to ${LONGEST_WINDOW_SECONDS}`);
  }
  if (selectPolicy !== undefined && !SELECTIONS.includes(selectPolicy)) {
    problems.unsupported(`${path}.selectPolicy`, selectPolicy, SELECTIONS);
  }
  if (policies.length === 0) problems.required(`${path}.policies`, 'must specify at least one Policy');
  for (const [index, { type = '', value = 0, periodSeconds = 0 }] of policies.entries()) {
    const policy = `${path}.policies[${index}]`;
    if (!POLICY_TYPES.includes(type)) problems.unsupported(`${policy}.type`, type, POLICY_TYPES);
    if (value <= 0) problems.invalid(`${policy}.value`, value, NOT_POSITIVE);
    if (periodSeconds <= 0) problems.invalid(`${policy}.periodSeconds`, periodSeconds, NOT_POSITIVE);
    if (periodSeconds > LONGEST_PERIOD_SECONDS) {
      problems.invalid(`${policy}.periodSeconds`, periodSeconds, `must be less than or equal to ${LONGEST_PERIOD_SECONDS}`);
    }
  }
  if (tolerance?.startsWith('-') === true) {
    problems.invalid(`${path}.tolerance`, quantityText(tolerance), 'must be greater than or equal to 0');
  }
}
