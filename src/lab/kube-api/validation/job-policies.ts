/** Pod failure and success policies of jobs. Source: pkg/apis/batch/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { goStruct } from './_go-struct.ts';
import { qualifiedNameProblems } from './_names.ts';
import { validateNonnegative } from './_numbers.ts';
import { indexesIn } from './job-indexes.ts';
import type { JobSpecFields } from './job.ts';

type FailurePolicy = NonNullable<JobSpecFields['podFailurePolicy']>;
type FailureRule = NonNullable<FailurePolicy['rules']>[number];
type ExitCodes = NonNullable<FailureRule['onExitCodes']>;
type SuccessRule = NonNullable<NonNullable<JobSpecFields['successPolicy']>['rules']>[number];

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];
const MOST_RULES = 20;
const MOST_PATTERNS = 20;
const MOST_EXIT_CODES = 255;
const LONGEST_INDEXES = 64 * 1024;

const listed = (values: readonly string[]): string => `valid values: [${values.map((value) => `"${value}"`).join(' ')}]`;

export function validateFailurePolicy(spec: JobSpecFields, path: string, problems: Problems): void {
  const { rules = [] } = spec.podFailurePolicy ?? {};
  if (rules.length > MOST_RULES) problems.tooMany(`${path}.rules`, rules.length, MOST_RULES);
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = [...containers, ...initContainers].map(({ name }) => name);
  for (const [index, rule] of rules.entries()) {
    const at = `${path}.rules[${index}]`;
    const { action = '', onExitCodes, onPodConditions = [] } = rule;
    if (action === '') problems.required(`${at}.action`, listed(ACTIONS));
    else if (action === 'FailIndex') {
      if (spec.backoffLimitPerIndex === undefined) problems.invalid(`${at}.action`, action, 'requires the backoffLimitPerIndex to be set');
    } else if (!ACTIONS.includes(action)) problems.unsupported(`${at}.action`, action, ACTIONS);
    if (onExitCodes) validateExitCodes(onExitCodes, `${at}.onExitCodes`, problems, names);
    validateConditions(onPodConditions, `${at}.onPodConditions`, problems);
    if (onExitCodes && onPodConditions.length > 0) {
      problems.invalidAsWhole(at, 'specifying both OnExitCodes and OnPodConditions is not supported');
    }
    if (!onExitCodes && onPodConditions.length === 0) {
      problems.invalidAsWhole(at, 'specifying one of OnExitCodes and OnPodConditions is required');
    }
  }
}

function validateConditions(patterns: NonNullable<FailureRule['onPodConditions']>, path: string, problems: Problems): void {
  if (patterns.length > MOST_PATTERNS) problems.tooMany(path, patterns.length, MOST_PATTERNS);
  for (const [index, { type = '', status = '' }] of patterns.entries()) {
    problems.eachInvalid(`${path}[${index}].type`, type, qualifiedNameProblems(type));
    if (status === '') problems.required(`${path}[${index}].status`, listed(STATUSES));
    else if (!STATUSES.includes(status)) problems.unsupported(`${path}[${index}].status`, status, STATUSES);
  }
}

function validateExitCodes(codes: ExitCodes, path: string, problems: Problems, names: readonly (string | undefined)[]): void {
  const { operator = '', containerName, values = [] } = codes;
  if (operator === '') problems.required(`${path}.operator`, listed(OPERATORS));
  else if (!OPERATORS.includes(operator)) problems.unsupported(`${path}.operator`, operator, OPERATORS);
  if (containerName !== undefined && !names.includes(containerName)) {
    problems.invalid(`${path}.containerName`, containerName, 'must be one of the container or initContainer names in the pod template');
  }
  if (values.length === 0) problems.invalid(`${path}.values`, codes.values, 'at least one value is required');
  else if (values.length > MOST_EXIT_CODES) problems.tooMany(`${path}.values`, values.length, MOST_EXIT_CODES);
  for (const [index, value = 0] of values.entries()) {
    const at = `${path}.values[${index}]`;
    if (operator === 'In' && value === 0) problems.invalid(at, value, 'must not be 0 for the In operator');
    if (values.indexOf(value) < index) problems.duplicate(at, value);
  }
  if (values.some((value, index) => index > 0 && (values[index - 1] ?? 0) > value)) {
    problems.invalid(`${path}.values`, values, 'must be ordered');
  }
}

export function validateSuccessPolicy(spec: JobSpecFields, path: string, problems: Problems): void {
  const { rules = [] } = spec.successPolicy ?? {};
  if (rules.length === 0) problems.required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified');
  if (rules.length > MOST_RULES) problems.tooMany(`${path}.rules`, rules.length, MOST_RULES);
  for (const [index, rule] of rules.entries()) validateSuccessRule(rule, spec.completions ?? 0, `${path}.rules[${index}]`, problems);
}

function validateSuccessRule(rule: SuccessRule, completions: number, path: string, problems: Problems): void {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined) {
    problems.required(path, 'at least one of succeededCount or succeededIndexes must be specified');
  }
  let total = 0;
  if (indexes !== undefined) {
    if (indexes.length > LONGEST_INDEXES) problems.tooLongBytes(`${path}.succeededIndexes`, LONGEST_INDEXES);
    const read = indexesIn(indexes, completions);
    if (typeof read === 'number') total = read;
    else problems.invalid(`${path}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${read.problem}`);
  }
  if (count === undefined) return;
  const at = `${path}.succeededCount`;
  validateNonnegative(count, at, problems);
  if (count > completions)
    problems.invalid(at, count, `must be less than or equal to ${completions} (the number of specified completions)`);
  if (indexes !== undefined && count > total) {
    problems.invalid(at, count, `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`);
  }
}

const goExitCodes = (codes: object | undefined): unknown =>
  codes === undefined
    ? null
    : goStruct(codes, [
        ['ContainerName', 'containerName'],
        ['Operator', 'operator', ''],
        ['Values', 'values'],
      ]);

/** As the server prints its own form of it. */
export const goFailurePolicy = ({ rules = [] }: FailurePolicy): unknown => ({
  Rules: rules.map(({ action = '', onExitCodes, onPodConditions }) => ({
    Action: action,
    OnExitCodes: goExitCodes(onExitCodes),
    OnPodConditions: onPodConditions?.map(({ type = '', status = '' }) => ({ Type: type, Status: status })) ?? null,
  })),
});

export const goSuccessPolicy = ({ rules = [] }: NonNullable<JobSpecFields['successPolicy']>): unknown => ({
  Rules: rules.map(({ succeededIndexes, succeededCount }) => ({
    SucceededIndexes: succeededIndexes ?? null,
    SucceededCount: succeededCount ?? null,
  })),
});
