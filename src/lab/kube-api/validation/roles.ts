/** Roles and bindings. Source: pkg/apis/rbac/validation, 1.36. */
import type { LabelSelector } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { subdomainProblems } from './_names.ts';
import { pathSegmentProblems } from './_names-of-kinds.ts';
import type { Loose } from './_pod-fields.ts';
import { isUsableSelector } from './_selectors.ts';

interface RuleFields {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface RoleFields {
  readonly rules?: readonly RuleFields[];
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly Loose<LabelSelector>[] };
}

interface SubjectFields {
  readonly kind?: string;
  readonly apiGroup?: string;
  readonly name?: string;
  readonly namespace?: string;
}

export interface BindingFields {
  readonly roleRef?: { readonly apiGroup?: string; readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly SubjectFields[];
}

const GROUP = 'rbac.authorization.k8s.io';

export function validateRole({ rules = [], aggregationRule }: RoleFields, namespaced: boolean, problems: Problems): void {
  for (const [index, rule] of rules.entries()) validateRule(rule, namespaced, `rules[${index}]`, problems);
  if (namespaced || aggregationRule === undefined) return;
  const path = 'aggregationRule.clusterRoleSelectors';
  const { clusterRoleSelectors = [] } = aggregationRule;
  if (clusterRoleSelectors.length === 0) {
    problems.required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
  }
  for (const [index, selector] of clusterRoleSelectors.entries()) {
    if (!isUsableSelector(selector, `${path}[${index}]`, problems)) {
      problems.invalid(`${path}[${index}]`, undefined, 'invalid label selector.');
    }
  }
}

function validateRule(rule: RuleFields, namespaced: boolean, path: string, problems: Problems): void {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if (verbs.length === 0) problems.required(`${path}.verbs`, 'verbs must contain at least one value');
  if (nonResourceURLs.length > 0) {
    const at = `${path}.nonResourceURLs`;
    if (namespaced) problems.invalid(at, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      problems.invalid(at, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs');
    }
    return;
  }
  if (apiGroups.length === 0) problems.required(`${path}.apiGroups`, 'resource rules must supply at least one api group');
  if (resources.length === 0) problems.required(`${path}.resources`, 'resource rules must supply at least one resource');
}

export function validateBinding(binding: BindingFields, namespaced: boolean, problems: Problems, previous?: BindingFields): void {
  const { apiGroup = '', kind = '', name = '' } = binding.roleRef ?? {};
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (apiGroup !== GROUP) problems.unsupported('roleRef.apiGroup', apiGroup, [GROUP]);
  if (!kinds.includes(kind)) problems.unsupported('roleRef.kind', kind, kinds);
  if (name === '') problems.required('roleRef.name');
  else problems.eachInvalid('roleRef.name', name, pathSegmentProblems(name));
  for (const [index, subject] of (binding.subjects ?? []).entries()) validateSubject(subject, namespaced, `subjects[${index}]`, problems);
  if (previous && !sameJson(previous.roleRef, binding.roleRef)) {
    problems.invalid('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef');
  }
}

function validateSubject(subject: SubjectFields, namespaced: boolean, path: string, problems: Problems): void {
  const { kind = '', apiGroup = '', name = '', namespace = '' } = subject;
  if (name === '') problems.required(`${path}.name`);
  if (kind === 'ServiceAccount') {
    if (name !== '') problems.eachInvalid(`${path}.name`, name, subdomainProblems(name));
    if (apiGroup !== '') problems.unsupported(`${path}.apiGroup`, apiGroup, ['']);
    if (!namespaced && namespace === '') problems.required(`${path}.namespace`);
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== GROUP) problems.unsupported(`${path}.apiGroup`, apiGroup, [GROUP]);
  } else problems.unsupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']);
}
