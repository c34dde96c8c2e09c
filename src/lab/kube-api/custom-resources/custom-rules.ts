/** How the API server treats objects of a custom resource. Source: apiextensions-apiserver pkg/registry/customresource (strategy.go, validator.go), 1.36. */
import type { Json } from '../json.ts';
import type { KindRules } from '../kind-rules.ts';
import { Problems, quoted } from '../problems.ts';
import { applyDefaults } from './apply-defaults.ts';
import { validateEmbedded } from './embedded-resources.ts';
import type { Finding } from './finding.ts';
import { validateListTypes } from './list-types.ts';
import { validateRules, hasRules } from './rules/validate-rules.ts';
import { parseJsonPath, valuesAt } from './json-path.ts';
import type { JsonSchema, ScalePaths } from './types.ts';
import { findingsOf } from './validate-value.ts';

interface Parts {
  readonly schema: JsonSchema;
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
}

/** Rules of one version. */
export function customRules({ schema, hasStatus, scale }: Parts): Omit<KindRules, 'kind'> {
  return {
    hasStatus,
    hasGeneration: true,
    countsAllChanges: true,
    statusAlone: true,
    validatesStatus: true,
    defaults: (object) => applyDefaults(object, schema),
    validate: (object, problems, previous) => {
      for (const finding of findingsOf(object, schema, { path: '', old: previous && { value: previous } }).list) tell(finding, problems);
      if (scale !== undefined) validateReplicas(object, scale, problems);
      validateEmbedded(object, schema, '', problems);
      const before = new Problems();
      if (previous !== undefined) validateListTypes(previous, schema, '', before);
      if (before.list.length === 0) validateListTypes(object, schema, '', problems);
      if (!hasRules(schema)) return;
      if (problems.list.some(({ reason }) => BLOCKING.includes(reason))) problems.invalid('<nil>', 'null', NOT_CHECKED);
      else validateRules(object, schema, problems, previous);
    },
  };
}

const BLOCKING = ['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid'];
const NOT_CHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

const fieldOf = ({ path }: Finding): string => (path === '' ? '<nil>' : path.replace(/^\./, ''));

function tell(finding: Finding, problems: Problems): void {
  const field = fieldOf(finding);
  const { value, values = [], message, limit = -1 } = finding;
  switch (finding.code) {
    case 'required':
      return problems.required(field);
    case 'enum':
      return problems.unsupported(
        field,
        value,
        values.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))),
      );
    case 'tooLong':
      return problems.tooLongBytes(field, limit);
    case 'tooMany':
      return problems.tooMany(field, Number(value), limit);
    case 'type':
      return void problems.list.push({
        reason: 'FieldValueTypeInvalid',
        message: `Invalid value: ${quoted(String(value))}: ${message}`,
        field,
      });
    default:
      return problems.invalid(field, value, message);
  }
}

const MOST_REPLICAS = 2_147_483_647;

/** Replicas, where the scale subresource finds them, count something. */
function validateReplicas(object: Json, { specReplicasPath = '', statusReplicasPath = '' }: ScalePaths, problems: Problems): void {
  for (const path of [specReplicasPath, statusReplicasPath]) {
    const [count] = valuesAt(object, parseJsonPath(path) ?? []);
    if (typeof count !== 'number') continue;
    if (count < 0) problems.invalid(path, count, 'should be a non-negative integer');
    else if (count > MOST_REPLICAS) problems.invalid(path, count, `should be less than or equal to ${MOST_REPLICAS}`);
  }
}
