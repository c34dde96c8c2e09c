/** StatefulSets. Source: ValidateStatefulSetSpec and ValidateStatefulSetUpdate, pkg/apis/apps/validation, 1.36. */
import type { StatefulSet } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { validateLasting, validateOwnSelector, validateTemplateLabels, type GovernedSpec } from './_governed.ts';
import { labelProblems } from './_names.ts';
import { validateAtMost100Percent, validateIntOrPercent, validateNonnegative } from './_numbers.ts';
import { isEmptySelector } from './_selectors.ts';
import { goStrategy, isNothing } from './deployment.ts';
import { validatePodTemplate, type PodTemplateFields } from './pod-template.ts';

type ApiSpec = NonNullable<StatefulSet['spec']>;
export type StatefulSetSpecFields = Omit<GovernedSpec<ApiSpec>, 'updateStrategy'> & {
  readonly updateStrategy?:
    | {
        readonly type?: string;
        readonly rollingUpdate?: { readonly partition?: number; readonly maxUnavailable?: number | string | undefined } | undefined;
      }
    | undefined;
  readonly ordinals?: { readonly start?: number } | undefined;
  readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: string; readonly whenScaled?: string } | undefined;
};

const CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];
const UNCHANGEABLE_PROBLEM =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

export function validateStatefulSetSpec(spec: StatefulSetSpecFields, problems: Problems, previous?: StatefulSetSpecFields): void {
  const { podManagementPolicy = '', selector, template = {}, serviceName = '' } = spec;
  if (podManagementPolicy === '') problems.required('spec.podManagementPolicy');
  else if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel') {
    problems.invalid('spec.podManagementPolicy', podManagementPolicy, "must be 'OrderedReady' or 'Parallel'");
  }
  validateStrategy(spec.updateStrategy ?? {}, problems);
  validateRetention(spec.persistentVolumeClaimRetentionPolicy, problems);
  validateNonnegative(spec.replicas, 'spec.replicas', problems);
  validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds', problems);
  validateNonnegative(spec.ordinals?.start, 'spec.ordinals.start', problems);
  // A name that was taken before it was looked at may stay.
  if (previous === undefined && serviceName !== '') problems.eachInvalid('spec.serviceName', serviceName, labelProblems(serviceName));
  if (validateOwnSelector(selector, 'spec.selector', problems, 'empty selector is invalid for statefulset')) {
    if (!isEmptySelector(selector)) validateTemplateLabels(selector, template, 'spec.template', problems);
    validatePodTemplate(withClaims(spec, template), 'spec.template', problems);
  } else problems.invalid('spec.selector', selector, '');
  validateLasting(template, 'spec.template', problems, 'StatefulSet');
  if (previous && !sameJson(unchangeable(spec), unchangeable(previous))) problems.forbidden('spec', UNCHANGEABLE_PROBLEM);
}

/** Containers may mount the claims that the set will make. */
function withClaims({ volumeClaimTemplates = [] }: StatefulSetSpecFields, template: PodTemplateFields): PodTemplateFields {
  const own = template.spec?.volumes ?? [];
  const named = volumeClaimTemplates.flatMap(({ metadata }) => (metadata?.name === undefined ? [] : [metadata.name]));
  const added = named.filter((name) => !own.some((volume) => volume.name === name));
  const volumes = added.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return volumes.length === 0 ? template : { ...template, spec: { ...template.spec, volumes: [...own, ...volumes] } };
}

/** What no update may change. Claims are told apart by what a user writes of them. */
const unchangeable = (spec: StatefulSetSpecFields): unknown =>
  Object.fromEntries(Object.entries(spec).filter(([key]) => !CHANGEABLE.includes(key)));

function validateStrategy(strategy: NonNullable<StatefulSetSpecFields['updateStrategy']>, problems: Problems): void {
  const path = 'spec.updateStrategy';
  const { type = '', rollingUpdate } = strategy;
  if (type === '') return problems.required(path);
  if (type === 'OnDelete') {
    if (rollingUpdate)
      problems.invalid(`${path}.rollingUpdate`, goRollingUpdate(rollingUpdate), "only allowed for updateStrategy 'RollingUpdate'");
    return undefined;
  }
  if (type !== 'RollingUpdate') return problems.invalid(path, goStrategy(strategy), "must be 'RollingUpdate' or 'OnDelete'");
  if (rollingUpdate === undefined) return undefined;
  const { partition, maxUnavailable } = rollingUpdate;
  validateNonnegative(partition, `${path}.rollingUpdate.partition`, problems);
  if (maxUnavailable === undefined) return undefined;
  const at = `${path}.rollingUpdate.maxUnavailable`;
  validateIntOrPercent(maxUnavailable, at, problems);
  if (isNothing(maxUnavailable)) problems.invalid(at, maxUnavailable, 'cannot be 0');
  return validateAtMost100Percent(maxUnavailable, at, problems);
}

const goRollingUpdate = ({
  partition = 0,
  maxUnavailable,
}: {
  readonly partition?: number;
  readonly maxUnavailable?: unknown;
}): unknown => ({
  Partition: partition,
  MaxUnavailable: maxUnavailable ?? null,
});

const RETENTIONS = ['Retain', 'Delete'];

function validateRetention(policy: StatefulSetSpecFields['persistentVolumeClaimRetentionPolicy'], problems: Problems): void {
  if (policy === undefined) return;
  for (const key of ['whenDeleted', 'whenScaled'] as const) {
    const value = policy[key] ?? '';
    if (!RETENTIONS.includes(value)) problems.unsupported(`spec.persistentVolumeClaimRetentionPolicy.${key}`, value, RETENTIONS);
  }
}
