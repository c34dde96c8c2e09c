/** What autoscalers look at. Source: validateMetricSpec, pkg/apis/autoscaling/validation, 1.36. */
import { parseQuantity, type HorizontalPodAutoscaler } from '../../../kubernetes/index.ts';
import type { Problems } from '../problems.ts';
import { labelProblems } from './_names.ts';
import { pathSegmentProblems } from './_names-of-kinds.ts';
import type { Loose } from './_pod-fields.ts';
import { quantityText, validateContainerResourceName } from './_quantities.ts';
import { validateTarget } from './_target-reference.ts';

export type MetricFields = Loose<NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>[number]>;
type Target = NonNullable<NonNullable<MetricFields['resource']>['target']>;

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const SOURCES = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;
type Source = (typeof SOURCES)[number];

export function validateMetric(metric: MetricFields, path: string, problems: Problems): void {
  const { type = '' } = metric;
  if (type === '') problems.required(`${path}.type`, 'must specify a metric source type');
  if (!TYPES.includes(type)) problems.unsupported(`${path}.type`, type, TYPES);
  const present = SOURCES.filter((source) => metric[source] !== undefined);
  const [first] = present;
  if (first) validateSource(metric, first, `${path}.${first}`, problems);
  const expected = SOURCES.find((source) => source.toLowerCase() === type.toLowerCase() && TYPES.includes(type));
  if (expected === undefined) problems.unsupported(`${path}.type`, type, TYPES);
  else if (!metric[expected]) problems.required(`${path}.${expected}`, 'must populate information for the given metric source');
  if (present.length === 1) return;
  for (const source of present) {
    if (source !== expected) problems.forbidden(`${path}.${source}`, 'must populate the given metric source only');
  }
}

function validateSource(metric: MetricFields, source: Source, path: string, problems: Problems): void {
  switch (source) {
    case 'object':
      validateTarget(metric.object?.describedObject ?? {}, `${path}.describedObject`, problems);
      validateIdentifier(metric.object?.metric?.name, path, problems);
      return validateObjectTarget(
        metric.object?.target ?? {},
        `${path}.target`,
        problems,
        'must set either a target value or averageValue',
      );
    case 'external':
      validateIdentifier(metric.external?.metric?.name, path, problems);
      return validateExternalTarget(metric.external?.target ?? {}, `${path}.target`, problems);
    case 'pods':
      validateIdentifier(metric.pods?.metric?.name, path, problems);
      validateMetricTarget(metric.pods?.target ?? {}, `${path}.target`, problems);
      if (metric.pods?.target?.averageValue === undefined) {
        problems.required(`${path}.target.averageValue`, 'must specify a positive target averageValue');
      }
      return undefined;
    case 'resource':
      if ((metric.resource?.name ?? '') === '') problems.required(`${path}.name`, 'must specify a resource name');
      return validateResourceTarget(metric.resource?.target ?? {}, `${path}.target`, problems);
    case 'containerResource':
      return validateContainerSource(metric.containerResource ?? {}, path, problems);
  }
}

function validateContainerSource(
  { name = '', container = '', target = {} }: NonNullable<MetricFields['containerResource']>,
  path: string,
  problems: Problems,
): void {
  if (name === '') problems.required(`${path}.name`, 'must specify a resource name');
  else validateContainerResourceName(name, `${path}.name`, problems);
  if (container === '') problems.required(`${path}.container`, 'must specify a container');
  else problems.eachInvalid(`${path}.container`, container, labelProblems(container));
  validateResourceTarget(target, `${path}.target`, problems);
}

function validateIdentifier(name: string | undefined, path: string, problems: Problems): void {
  if ((name ?? '') === '') problems.required(`${path}.metric.name`, 'must specify a metric name');
  else problems.eachInvalid(`${path}.metric.name`, name, pathSegmentProblems(name ?? ''));
}

function validateObjectTarget(target: Target, path: string, problems: Problems, missing: string): void {
  validateMetricTarget(target, path, problems);
  if (target.value === undefined && target.averageValue === undefined) problems.required(`${path}.averageValue`, missing);
}

function validateExternalTarget(target: Target, path: string, problems: Problems): void {
  validateObjectTarget(target, path, problems, 'must set either a target value for metric or a per-pod target');
  if (target.value !== undefined && target.averageValue !== undefined) {
    problems.forbidden(`${path}.value`, 'may not set both a target value for metric and a per-pod target');
  }
}

function validateResourceTarget(target: Target, path: string, problems: Problems): void {
  validateMetricTarget(target, path, problems);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    problems.required(`${path}.averageUtilization`, 'must set either a target raw value or a target utilization');
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    problems.forbidden(`${path}.averageValue`, 'may not set both a target raw value and a target utilization');
  }
}

const TARGETS = ['Utilization', 'Value', 'AverageValue'];

function validateMetricTarget({ type = '', value, averageValue, averageUtilization }: Target, path: string, problems: Problems): void {
  if (type === '') problems.required(`${path}.type`, 'must specify a metric target type');
  if (!TARGETS.includes(type)) problems.invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue');
  for (const [key, amount] of Object.entries({ value, averageValue })) {
    if (amount !== undefined && parseQuantity(amount).nano <= 0n)
      problems.invalid(`${path}.${key}`, quantityText(amount), 'must be positive');
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    problems.invalid(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0');
  }
}
