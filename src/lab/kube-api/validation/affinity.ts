/** Affinity to nodes and pods. Source: validateAffinity, ValidateNodeSelector, validatePodAffinityTerm, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { validateLabelName, validateLabelSelector, type SelectorLike } from './_labels.ts';
import { labelProblems, labelValueProblems, subdomainProblems } from './_names.ts';
import type { AffinityFields } from './_pod-fields.ts';

type NodeAffinity = NonNullable<AffinityFields['nodeAffinity']>;
export type NodeSelectorFields = NonNullable<NodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']>;
type Term = NonNullable<NodeSelectorFields['nodeSelectorTerms']>[number];
type Requirement = NonNullable<Term['matchExpressions']>[number];
type PodAffinity = NonNullable<AffinityFields['podAffinity']>;
type PodTerm = NonNullable<PodAffinity['requiredDuringSchedulingIgnoredDuringExecution']>[number];

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

export function validateAffinity(affinity: AffinityFields, path: string, problems: Problems): void {
  const { nodeAffinity } = affinity;
  if (nodeAffinity) validateNodeAffinity(nodeAffinity, `${path}.nodeAffinity`, problems);
  for (const key of ['podAffinity', 'podAntiAffinity'] as const) {
    const terms = affinity[key];
    for (const [index, term] of (terms?.[REQUIRED] ?? []).entries()) {
      validatePodTerm(term, `${path}.${key}.${REQUIRED}[${index}]`, problems);
    }
    for (const [index, { weight = 0, podAffinityTerm = {} }] of (terms?.[PREFERRED] ?? []).entries()) {
      const at = `${path}.${key}.${PREFERRED}[${index}]`;
      validateWeight(weight, at, problems);
      validatePodTerm(podAffinityTerm, `${at}.podAffinityTerm`, problems);
    }
  }
}

function validateWeight(weight: number, path: string, problems: Problems): void {
  if (weight <= 0 || weight > 100) problems.invalid(`${path}.weight`, weight, 'must be in the range 1-100');
}

function validateNodeAffinity(affinity: NodeAffinity, path: string, problems: Problems): void {
  const required = affinity[REQUIRED];
  if (required) validateNodeSelector(required, `${path}.${REQUIRED}`, problems);
  for (const [index, { weight = 0, preference = {} }] of (affinity[PREFERRED] ?? []).entries()) {
    const at = `${path}.${PREFERRED}[${index}]`;
    validateWeight(weight, at, problems);
    // Values that no label can have do no harm to a preference.
    validateTerm(preference, `${at}.preference`, problems, true);
  }
}

/** Terms that choose nodes; at least one. */
export function validateNodeSelector({ nodeSelectorTerms = [] }: NodeSelectorFields, path: string, problems: Problems): void {
  const at = `${path}.nodeSelectorTerms`;
  if (nodeSelectorTerms.length === 0) problems.required(at, 'must have at least one node selector term');
  for (const [index, term] of nodeSelectorTerms.entries()) validateTerm(term, `${at}[${index}]`, problems, false);
}

function validateTerm({ matchExpressions = [], matchFields = [] }: Term, path: string, problems: Problems, lenientValues: boolean): void {
  for (const [index, requirement] of matchExpressions.entries()) {
    validateExpression(requirement, `${path}.matchExpressions[${index}]`, problems, lenientValues);
  }
  for (const [index, requirement] of matchFields.entries()) validateField(requirement, `${path}.matchFields[${index}]`, problems);
}

function validateExpression(requirement: Requirement, path: string, problems: Problems, lenientValues: boolean): void {
  const { key, operator = '', values = [] } = requirement;
  const at = `${path}.values`;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) problems.required(at, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) problems.forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) problems.required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else problems.invalid(`${path}.operator`, operator, 'not a valid selector operator');
  validateLabelName(key, `${path}.key`, problems);
  if (lenientValues) return;
  for (const [index, value] of values.entries()) problems.eachInvalid(`${at}[${index}]`, value, labelValueProblems(value));
}

function validateField({ key = '', operator = '', values = [] }: Requirement, path: string, problems: Problems): void {
  if (operator !== 'In' && operator !== 'NotIn') problems.invalid(`${path}.operator`, operator, 'not a valid selector operator');
  else if (values.length !== 1) {
    problems.required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  }
  if (key !== 'metadata.name') return problems.invalid(`${path}.key`, key, 'not a valid field selector key');
  for (const [index, value] of values.entries()) problems.eachInvalid(`${path}.values[${index}]`, value, subdomainProblems(value));
  return undefined;
}

function validatePodTerm(term: PodTerm, path: string, problems: Problems): void {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey = '' } = term;
  validateLabelSelector(labelSelector, `${path}.labelSelector`, problems);
  validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`, problems);
  for (const name of namespaces) problems.eachInvalid(`${path}.namespace`, name, labelProblems(name));
  validateLabelKeys(term, path, problems);
  if (topologyKey === '') problems.required(`${path}.topologyKey`, 'can not be empty');
  validateLabelName(topologyKey, `${path}.topologyKey`, problems);
}

interface KeyedSelector {
  readonly labelSelector?: SelectorLike | undefined;
  readonly matchLabelKeys?: readonly string[] | undefined;
  readonly mismatchLabelKeys?: readonly string[] | undefined;
}

/** Keys whose values come from the pod itself. They were merged into the selector before: one that stood there already is there twice. */
export function validateLabelKeys(term: KeyedSelector, path: string, problems: Problems): void {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  for (const key of ['matchLabelKeys', 'mismatchLabelKeys'] as const) {
    const names = term[key] ?? [];
    if (names.length > 0 && !labelSelector) problems.forbidden(`${path}.${key}`, 'must not be specified when labelSelector is not set');
    else for (const [index, name] of names.entries()) validateLabelName(name, `${path}.${key}[${index}]`, problems);
  }
  const chosen = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key = '' } of labelSelector?.matchExpressions ?? []) {
    const index = matchLabelKeys.lastIndexOf(key);
    if (index >= 0 && chosen.has(key)) problems.invalid(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector');
    chosen.add(key);
  }
  for (const [index, key] of matchLabelKeys.entries()) {
    if (!mismatchLabelKeys.includes(key)) continue;
    problems.invalid(`${path}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys');
  }
}
