/** Tolerations, spread constraints, scheduling gates. Source: ValidateTolerations, validateTopologySpreadConstraints, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { validateLabelName, validateLabelSelector } from './_labels.ts';
import { labelValueProblems, qualifiedNameProblems } from './_names.ts';
import { NOT_POSITIVE } from './_numbers.ts';
import type { PodSpecFields, SpreadFields, TolerationFields } from './_pod-fields.ts';
import { validateLabelKeys } from './affinity.ts';

const OPERATORS = ['Equal', 'Exists'];
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTolerations(tolerations: readonly TolerationFields[], path: string, problems: Problems): void {
  for (const [index, toleration] of tolerations.entries()) validateToleration(toleration, `${path}[${index}]`, problems);
}

function validateToleration(toleration: TolerationFields, path: string, problems: Problems): void {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  if (key !== '') validateLabelName(key, `${path}.key`, problems);
  else if (operator !== 'Exists') {
    const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    problems.invalid(`${path}.operator`, operator, why);
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    problems.invalid(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
  }
  if (operator === 'Equal' || operator === '') {
    const texts = labelValueProblems(value);
    if (texts.length > 0) problems.invalid(`${path}.operator`, value, texts.join(';'));
  } else if (operator === 'Exists') {
    if (value !== '') problems.invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'");
  } else problems.unsupported(`${path}.operator`, operator, OPERATORS);
  if (effect !== '' && !EFFECTS.includes(effect)) problems.unsupported(`${path}.effect`, effect, EFFECTS);
}

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const INCLUSIONS = ['Honor', 'Ignore'];

export function validateSpreads(constraints: readonly SpreadFields[], path: string, problems: Problems): void {
  for (const [index, constraint] of constraints.entries()) {
    const at = `${path}[${index}]`;
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable: action = '' } = constraint;
    if (maxSkew <= 0) problems.invalid(`${at}.maxSkew`, maxSkew, NOT_POSITIVE);
    if (topologyKey === '') problems.required(`${at}.topologyKey`, 'can not be empty');
    if (!ACTIONS.includes(action)) problems.unsupported(`${at}.whenUnsatisfiable`, action, ACTIONS);
    const isRepeated = constraints
      .slice(index + 1)
      .some((other) => (other.topologyKey ?? '') === topologyKey && (other.whenUnsatisfiable ?? '') === action);
    if (isRepeated) problems.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${action}}`);
    validateMinDomains(constraint, `${at}.minDomains`, problems);
    for (const key of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[key];
      if (policy !== undefined && !INCLUSIONS.includes(policy)) problems.unsupported(`${at}.${key}`, policy, INCLUSIONS);
    }
    validateLabelKeys(constraint, at, problems);
    validateLabelSelector(constraint.labelSelector, `${at}.labelSelector`, problems);
  }
}

function validateMinDomains({ minDomains, whenUnsatisfiable: action = '' }: SpreadFields, path: string, problems: Problems): void {
  if (minDomains === undefined) return;
  if (minDomains <= 0) problems.invalid(path, minDomains, NOT_POSITIVE);
  if (action !== 'DoNotSchedule') {
    problems.invalid(path, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`);
  }
}

export function validateSchedulingGates(gates: NonNullable<PodSpecFields['schedulingGates']>, path: string, problems: Problems): void {
  const seen = new Set<string>();
  for (const [index, { name = '' }] of gates.entries()) {
    const at = `${path}[${index}]`;
    problems.eachInvalid(at, name, qualifiedNameProblems(name));
    if (seen.has(name)) problems.duplicate(at, name);
    seen.add(name);
  }
}

export function validateReadinessGates(gates: NonNullable<PodSpecFields['readinessGates']>, path: string, problems: Problems): void {
  for (const [index, { conditionType = '' }] of gates.entries()) {
    problems.eachInvalid(`${path}[${index}].conditionType`, conditionType, qualifiedNameProblems(conditionType));
  }
}
