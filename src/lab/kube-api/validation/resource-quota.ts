/** Resource quotas. Source: ValidateResourceQuotaSpec, pkg/apis/core/validation and core/helper, 1.36. */
import type { ResourceQuota } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { IMMUTABLE } from './_numbers.ts';
import type { Loose } from './_pod-fields.ts';
import { isHugePages, validateQuotaResourceName, validateResourceQuantity } from './_quantities.ts';

export type QuotaSpecFields = Loose<NonNullable<ResourceQuota['spec']>>;
type Requirement = NonNullable<NonNullable<QuotaSpecFields['scopeSelector']>['matchExpressions']>[number];

const BARE_SCOPES = ['BestEffort', 'CrossNamespacePodAffinity', 'NotBestEffort', 'NotTerminating', 'Terminating'];
const SCOPES = [...BARE_SCOPES, 'PriorityClass', 'VolumeAttributesClass'];
const POD_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
const OF_PODS = ['pods', ...POD_RESOURCES, ...POD_RESOURCES.flatMap((name) => [`requests.${name}`, `limits.${name}`])];
const OF_CLAIMS = ['persistentvolumeclaims', 'requests.storage'];
const STANDARD = [
  ...OF_PODS,
  ...OF_CLAIMS,
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
];
const PAIRS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
const EXISTS_ONLY =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

/** Whether things of the name can be counted within the scope. */
function fits(scope: string, name: string): boolean {
  if (scope === 'BestEffort') return name === 'pods';
  if (scope === 'VolumeAttributesClass') return OF_CLAIMS.includes(name);
  return !SCOPES.includes(scope) || OF_PODS.includes(name) || isHugePages(name.replace('requests.', ''));
}

export function validateQuota(spec: QuotaSpecFields, problems: Problems, previous?: QuotaSpecFields): void {
  const hard = (spec.hard ?? {}) as Readonly<Record<string, string>>; // quantities, the decoder saw to it
  for (const name of Object.keys(hard)) {
    validateQuotaResourceName(name, `spec.hard[${name}]`, problems);
    validateResourceQuantity(name, hard[name] ?? '0', `spec.hard[${name}]`, problems);
  }
  const names = Object.keys(hard)
    .filter((name) => STANDARD.includes(name))
    .sort();
  validateScopes(spec, names, problems);
  if (spec.scopeSelector) validateSelector(spec, names, problems);
  const sorted = ({ scopes = [] }: QuotaSpecFields): readonly unknown[] => [...new Set(scopes)].sort();
  if (previous && !sameJson(sorted(previous), sorted(spec))) problems.invalid('spec.scopes', spec.scopes, IMMUTABLE);
}

function validateScopes({ scopes = [] }: QuotaSpecFields, names: readonly string[], problems: Problems): void {
  const path = 'spec.scopes';
  for (const scope of scopes) {
    if (!SCOPES.includes(scope ?? '')) problems.invalid(path, scopes, 'unsupported scope');
    for (const name of names) if (!fits(scope ?? '', name)) problems.invalid(path, scopes, 'unsupported scope applied to resource');
  }
  for (const pair of PAIRS) if (pair.every((scope) => scopes.includes(scope))) problems.invalid(path, scopes, 'conflicting scopes');
}

function validateSelector({ scopeSelector, scopes }: QuotaSpecFields, names: readonly string[], problems: Problems): void {
  const path = 'spec.scopeSelector.matchExpressions';
  const { matchExpressions = [] } = scopeSelector ?? {};
  for (const requirement of matchExpressions) {
    const { scopeName = '' } = requirement;
    if (!SCOPES.includes(scopeName)) problems.invalid(`${path}.scopeName`, scopeName, 'unsupported scope');
    for (const name of names) {
      if (!fits(scopeName, name)) problems.invalid(path, goSelector(matchExpressions), 'unsupported scope applied to resource');
    }
    validateRequirement(requirement, path, problems);
  }
  const used = matchExpressions.map(({ scopeName }) => scopeName);
  for (const pair of PAIRS) if (pair.every((scope) => used.includes(scope))) problems.invalid(path, scopes, 'conflicting scopes');
}

function validateRequirement({ scopeName = '', operator = '', values = [] }: Requirement, path: string, problems: Problems): void {
  if (BARE_SCOPES.includes(scopeName) && operator !== 'Exists') problems.invalid(`${path}.operator`, operator, EXISTS_ONLY);
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      problems.required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      problems.invalid(`${path}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
    }
  } else problems.invalid(`${path}.operator`, operator, 'not a valid selector operator');
}

const goSelector = (expressions: readonly Requirement[]): unknown => ({
  MatchExpressions: expressions.map(({ scopeName = '', operator = '', values }) => ({
    ScopeName: scopeName,
    Operator: operator,
    Values: values ?? null,
  })),
});
