/** Checks a definition. Source: apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go, 1.36. */
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { serviceNameProblems, subdomainProblems } from '../validation/_names.ts';
import { isTrue } from './conditions.ts';
import type { Definition, DefinitionNames, DefinitionSpec, DefinitionVersion, PrinterColumn, ScalePaths } from './types.ts';
import { validateDefinitionSchema } from './validate-definition-schema.ts';

export function validateDefinition(definition: Definition, problems: Problems, previous?: Definition): void {
  const spec = definition.spec ?? {};
  const { names = {}, group = '' } = spec;
  if (previous === undefined && definition.metadata.name !== `${names.plural ?? ''}.${group}`)
    problems.invalid('metadata.name', definition.metadata.name, 'must be spec.names.plural+"."+spec.group');
  validateSpec(spec, problems);
  if (previous !== undefined) {
    validateUnchanged(spec, previous, problems);
    validateStoredVersions(definition, problems);
  }
  validateApproval(definition, problems);
}

function validateSpec(spec: DefinitionSpec, problems: Problems): void {
  const { group = '', scope = '', names = {}, versions = [] } = spec;
  if (group === '') problems.required('spec.group');
  else if (subdomainProblems(group).length > 0) problems.invalid('spec.group', group, subdomainProblems(group).join(','));
  else if (!group.includes('.')) problems.invalid('spec.group', group, 'should be a domain with at least one dot');
  if (scope === '') problems.required('spec.scope');
  else if (!['Cluster', 'Namespaced'].includes(scope)) problems.unsupported('spec.scope', scope, ['Cluster', 'Namespaced']);
  for (const [index, { schema }] of versions.entries())
    if (schema?.openAPIV3Schema === undefined) problems.required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required');
  for (const [index, version] of versions.entries()) validateVersion(version, `spec.versions[${index}]`, problems);
  if (new Set(versions.map(({ name }) => name)).size < versions.length)
    problems.invalid('spec.versions', versions, 'must contain unique version names');
  if (versions.filter(({ storage }) => storage === true).length !== 1)
    problems.invalid('spec.versions', versions, 'must have exactly one version marked as storage version');
  for (const key of ['plural', 'singular', 'kind', 'listKind'] as const)
    if ((names[key] ?? '') === '') problems.required(`spec.names.${key}`);
  validateNames(names, 'spec.names', problems);
  if (spec.preserveUnknownFields === true)
    problems.invalid(
      'spec.preserveUnknownFields',
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    );
  const strategy = spec.conversion?.strategy;
  if (strategy !== undefined && !['None', 'Webhook'].includes(strategy))
    problems.unsupported('spec.conversion.strategy', strategy, ['None', 'Webhook']);
  if (strategy === 'None' && spec.conversion?.webhook !== undefined)
    problems.forbidden('spec.conversion.webhookClientConfig', 'should not be set when strategy is not set to Webhook');
}

function validateNames(names: DefinitionNames, field: string, problems: Problems): void {
  for (const key of ['plural', 'singular'] as const) {
    const name = names[key] ?? '';
    if (name !== '') complain(name, `${field}.${key}`, '', problems);
  }
  for (const key of ['kind', 'listKind'] as const) {
    const name = names[key] ?? '';
    const found = name === '' ? [] : serviceNameProblems(name.toLowerCase());
    if (found.length > 0) problems.invalid(`${field}.${key}`, name, `may have mixed case, but should otherwise match: ${found.join(',')}`);
  }
  for (const [index, name] of (names.shortNames ?? []).entries()) complain(name, `${field}.shortNames[${index}]`, '', problems);
  if ((names.kind ?? '') !== '' && names.kind === names.listKind)
    problems.invalid(`${field}.listKind`, names.listKind, 'kind and listKind may not be the same');
  for (const [index, name] of (names.categories ?? []).entries()) complain(name, `${field}.categories[${index}]`, '', problems);
}

function complain(name: string, field: string, prefix: string, problems: Problems): void {
  const found = serviceNameProblems(name);
  if (found.length > 0) problems.invalid(field, name, `${prefix}${found.join(',')}`);
}

function validateVersion(version: DefinitionVersion, field: string, problems: Problems): void {
  const { name = '', deprecated, deprecationWarning, schema, subresources, additionalPrinterColumns = [], selectableFields = [] } = version;
  complain(name, `${field}.name`, '', problems);
  if (deprecationWarning !== undefined) {
    const at = `${field}.deprecationWarning`;
    if (deprecated !== true) problems.invalid(at, deprecationWarning, 'can only be set for deprecated versions');
    else if (deprecationWarning === '') problems.invalid(at, deprecationWarning, 'must not be an empty string');
    else if (deprecationWarning.length > 256) problems.invalid(at, deprecationWarning, 'must be <= 256 characters long');
  }
  if (schema?.openAPIV3Schema !== undefined) {
    const hasStatus = subresources?.status !== undefined;
    validateDefinitionSchema(schema.openAPIV3Schema, `${field}.schema.openAPIV3Schema`, { hasStatus, problems });
  }
  if (subresources?.scale !== undefined) validateScale(subresources.scale, `${field}.subresources.scale`, problems);
  for (const [index, column] of additionalPrinterColumns.entries())
    validateColumn(column, `${field}.additionalPrinterColumns[${index}]`, problems);
  for (const [index, { jsonPath = '' }] of selectableFields.entries())
    if (jsonPath === '') problems.required(`${field}.selectableFields[${index}].jsonPath`);
}

function pathProblem(path: string): string | undefined {
  if (path === '') return 'must not be empty';
  return path.startsWith('.') ? undefined : 'must be a simple json path starting with .';
}

function validateScale(
  { specReplicasPath = '', statusReplicasPath = '', labelSelectorPath = '' }: ScalePaths,
  field: string,
  problems: Problems,
): void {
  const check = (path: string, name: string, below: readonly string[], told: string): void => {
    const at = `${field}.${name}`;
    if (path === '') return problems.required(at);
    const problem =
      pathProblem(path) ?? (below.some((prefix) => path.startsWith(prefix)) ? undefined : `should be a json path under ${told}`);
    if (problem !== undefined) problems.invalid(at, path, problem);
  };
  check(specReplicasPath, 'specReplicasPath', ['.spec.'], '.spec');
  check(statusReplicasPath, 'statusReplicasPath', ['.status.'], '.status');
  if (labelSelectorPath !== '') check(labelSelectorPath, 'labelSelectorPath', ['.spec.', '.status.'], 'either .spec or .status');
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function validateColumn({ name = '', type = '', format = '', jsonPath = '' }: PrinterColumn, field: string, problems: Problems): void {
  if (name === '') problems.required(`${field}.name`);
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (type === '') problems.required(`${field}.type`, types);
  else if (!COLUMN_TYPES.includes(type)) problems.invalid(`${field}.type`, type, types);
  if (format !== '' && !COLUMN_FORMATS.includes(format))
    problems.invalid(`${field}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`);
  const problem = jsonPath === '' ? undefined : pathProblem(jsonPath);
  if (jsonPath === '') problems.required(`${field}.JSONPath`);
  else if (problem !== undefined) problems.invalid(`${field}.JSONPath`, jsonPath, problem);
}

const IMMUTABLE = 'field is immutable';

function validateUnchanged(spec: DefinitionSpec, previous: Definition, problems: Problems): void {
  const old = previous.spec ?? {};
  const must = (now: unknown, before: unknown, field: string): void => {
    if (!sameJson(now, before)) problems.invalid(field, now, IMMUTABLE);
  };
  if (isTrue(previous, 'Established')) {
    must(spec.scope, old.scope, 'spec.scope');
    must(spec.names?.kind, old.names?.kind, 'spec.names.kind');
  }
  must(spec.group, old.group, 'spec.group');
  must(spec.names?.plural, old.names?.plural, 'spec.names.plural');
}

function validateStoredVersions({ spec, status }: Definition, problems: Problems): void {
  const stored = status?.storedVersions ?? [];
  if (stored.length === 0) return problems.invalid('status.storedVersions', stored, 'must have at least one stored version');
  const names = new Set((spec?.versions ?? []).map(({ name }) => name));
  for (const [index, name] of stored.entries()) {
    if (names.has(name)) continue;
    const text = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    problems.invalid(`status.storedVersions[${index}]`, name, text);
  }
}

const APPROVAL = 'api-approved.kubernetes.io';

/** Groups of Kubernetes itself are not for everybody. Source: the same file, validateAPIApproval. */
function validateApproval({ spec, metadata }: Definition, problems: Problems): void {
  if (!/(?:^|\.)(?:k8s|kubernetes)\.io$/.test(spec?.group ?? '')) return;
  const approval = metadata.annotations?.[APPROVAL] ?? '';
  const field = `metadata.annotations[${APPROVAL}]`;
  if (approval === '')
    return problems.required(
      field,
      'protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    );
  if (!approval.startsWith('unapproved') && !URL.canParse(approval))
    problems.invalid(
      field,
      approval,
      `protected groups must have approval annotation "api-approved.kubernetes.io" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`,
    );
}
