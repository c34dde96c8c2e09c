/** Jobs. Source: pkg/apis/batch/validation and pkg/registry/batch/job, 1.36. */
import type { Job } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import type { GovernedSpec } from './_governed.ts';
import { labelProblems } from './_names.ts';
import { IMMUTABLE, validateNonnegative } from './_numbers.ts';
import { validateDomainPath } from './_domain-path.ts';
import { isSelected, isUsableSelector, NOT_SELECTED } from './_selectors.ts';
import { goFailurePolicy, goSuccessPolicy, validateFailurePolicy, validateSuccessPolicy } from './job-policies.ts';
import { withMutableDirectives } from './job-suspension.ts';
import { validatePodTemplate } from './pod-template.ts';

export type JobSpecFields = GovernedSpec<NonNullable<Job['spec']>> & {
  readonly managedBy?: string | undefined;
};

export interface JobFields {
  readonly metadata: { readonly name: string; readonly uid?: string };
  readonly spec?: JobSpecFields | undefined;
  readonly status?: { readonly startTime?: string; readonly conditions?: readonly { readonly type?: string; readonly status?: string }[] };
}

const MOST_INDEXES = 100_000;
const MOST_WITH_MANY = 10_000;
const LONGEST_MANAGER = 63;

export function validateJob(job: JobFields, problems: Problems, previous?: JobFields): void {
  const { spec = {}, metadata } = job;
  if (previous === undefined) validateGeneratedSelector(job, problems);
  validateJobSpec(spec, 'spec', problems);
  validateOwnTemplate(spec, problems);
  if (previous) return validateUpdate(spec, previous, problems);
  const { completionMode, completions = 0 } = spec;
  const last = `${metadata.name}-${completions - 1}`;
  if (completionMode === 'Indexed' && completions > 0 && labelProblems(last).length > 0) {
    problems.invalid('metadata.name', metadata.name, `will not able to create pod with invalid DNS label: ${last}`);
  }
  return undefined;
}

/** A selector and labels that the server was to make are the server's. */
function validateGeneratedSelector({ metadata: { name, uid = '' }, spec = {} }: JobFields, problems: Problems): void {
  if (spec.manualSelector === true || spec.selector === undefined) return;
  const labels = spec.template?.metadata?.labels;
  const expected = {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  };
  for (const [key, value] of Object.entries(expected)) {
    const at = `spec.template.metadata.labels[${key}]`;
    if (labels?.[key] === undefined) problems.required(at, `must be '${value}'`);
    else if (labels[key] !== value) problems.invalid(at, labels, `must be '${value}'`);
  }
  if (!isSelected(spec.selector, expected)) problems.invalid('spec.selector', spec.selector, '`selector` not auto-generated');
}

function validateOwnTemplate({ selector, template = {} }: JobSpecFields, problems: Problems): void {
  if (selector === undefined) problems.required('spec.selector');
  if (!isUsableSelector(selector, 'spec.selector', problems)) return;
  const labels = template.metadata?.labels;
  if (!isSelected(selector, labels)) problems.invalid('spec.template.metadata.labels', labels, NOT_SELECTED);
}

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
] as const;

/** What jobs and the templates of cron jobs have in common. */
export function validateJobSpec(spec: JobSpecFields, path: string, problems: Problems): void {
  for (const key of COUNTS) validateNonnegative(spec[key], `${path}.${key}`, problems);
  validateNonnegative(spec.maxFailedIndexes, `${path}.maxFailedIndexes`, problems);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    problems.required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified');
  }
  if (spec.managedBy !== undefined) {
    validateDomainPath(spec.managedBy, `${path}.managedBy`, problems);
    if (spec.managedBy.length > LONGEST_MANAGER) problems.tooLongBytes(`${path}.managedBy`, LONGEST_MANAGER);
  }
  validateCompletionMode(spec, path, problems);
  if (spec.podFailurePolicy) validateFailurePolicy(spec, `${path}.podFailurePolicy`, problems);
  if (spec.successPolicy) {
    if (spec.completionMode === 'Indexed') validateSuccessPolicy(spec, `${path}.successPolicy`, problems);
    else problems.invalid(`${path}.successPolicy`, goSuccessPolicy(spec.successPolicy), 'requires indexed completion mode');
  }
  validateReplacement(spec, path, problems);
  validatePodTemplate(spec.template ?? {}, `${path}.template`, problems);
  validateRestartPolicy(spec, `${path}.template.spec.restartPolicy`, problems);
}

function validateCompletionMode(spec: JobSpecFields, path: string, problems: Problems): void {
  const { completionMode, backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (completionMode !== undefined && completionMode !== 'NonIndexed' && completionMode !== 'Indexed') {
    problems.unsupported(`${path}.completionMode`, completionMode, ['NonIndexed', 'Indexed']);
  }
  if (completionMode === 'Indexed') validateIndexed(spec, path, problems);
  if (completionMode !== undefined && completionMode !== 'NonIndexed') return;
  if (backoffLimitPerIndex !== undefined) {
    problems.invalid(`${path}.backoffLimitPerIndex`, backoffLimitPerIndex, 'requires indexed completion mode');
  }
  if (maxFailedIndexes !== undefined) problems.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, 'requires indexed completion mode');
}

function validateIndexed(spec: JobSpecFields, path: string, problems: Problems): void {
  const { completions, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const atMost = (key: 'parallelism' | 'maxFailedIndexes', text: string): void => problems.invalid(`${path}.${key}`, spec[key], text);
  const withMany = `must be less than or equal to ${MOST_WITH_MANY} when completions are above ${MOST_INDEXES} and used with backoff limit per index`;
  if (completions === undefined) problems.required(`${path}.completions`, 'when completion mode is Indexed');
  if (parallelism > MOST_INDEXES) atMost('parallelism', `must be less than or equal to ${MOST_INDEXES} when completion mode is Indexed`);
  if (maxFailedIndexes !== undefined) {
    if (completions !== undefined && maxFailedIndexes > completions)
      atMost('maxFailedIndexes', 'must be less than or equal to completions');
    if (maxFailedIndexes > MOST_INDEXES) atMost('maxFailedIndexes', `must be less than or equal to ${MOST_INDEXES}`);
  }
  if (completions === undefined || completions <= MOST_INDEXES || backoffLimitPerIndex === undefined) return;
  if (maxFailedIndexes === undefined) {
    problems.required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${MOST_INDEXES}`);
  }
  if (parallelism > MOST_WITH_MANY) atMost('parallelism', withMany);
  if (maxFailedIndexes !== undefined && maxFailedIndexes > MOST_WITH_MANY) atMost('maxFailedIndexes', withMany);
}

function validateReplacement({ podReplacementPolicy: policy, podFailurePolicy }: JobSpecFields, path: string, problems: Problems): void {
  if (policy === undefined) return;
  const supported = podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  if (!supported.includes(policy)) problems.unsupported(`${path}.podReplacementPolicy`, policy, supported);
}

function validateRestartPolicy({ template, podFailurePolicy }: JobSpecFields, path: string, problems: Problems): void {
  const policy = template?.spec?.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') problems.required(path, 'valid values: "OnFailure", "Never"');
  else if (policy !== 'OnFailure' && policy !== 'Never') problems.unsupported(path, policy, ['OnFailure', 'Never']);
  else if (podFailurePolicy && policy !== 'Never') {
    problems.invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified');
  }
}

function validateUpdate(spec: JobSpecFields, previous: JobFields, problems: Problems): void {
  const old = previous.spec ?? {};
  const keep = (key: keyof JobSpecFields, print: (value: object) => unknown = (value) => value): void => {
    const value = spec[key];
    if (!sameJson(old[key], value)) problems.invalid(`spec.${key}`, typeof value === 'object' ? print(value) : value, IMMUTABLE);
  };
  validateCompletions(spec, old, problems);
  keep('selector');
  const template = withMutableDirectives(previous, spec.template ?? {});
  if (!sameJson(template, spec.template)) problems.invalid('spec.template', spec.template, IMMUTABLE);
  keep('completionMode');
  keep('podFailurePolicy', goFailurePolicy);
  keep('backoffLimitPerIndex');
  keep('managedBy');
  keep('successPolicy', goSuccessPolicy);
}

/** Indexed jobs may grow and shrink, with as many pods at once. */
function validateCompletions({ completions, completionMode, parallelism }: JobSpecFields, old: JobSpecFields, problems: Problems): void {
  if (completions === old.completions) return;
  if (completionMode !== 'Indexed') problems.invalid('spec.completions', completions, IMMUTABLE);
  else if (completions !== undefined && completions !== parallelism) {
    problems.invalid('spec.completions', completions, 'can only be modified in tandem with spec.parallelism');
  }
}
