/** Kinds with a rule or two. Source: the validation.go of their groups under pkg/apis, 1.36. */
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { validateLabels } from './_labels.ts';
import { labelProblems } from './_names.ts';
import { IMMUTABLE, validateNonnegative } from './_numbers.ts';
import type { TolerationFields } from './_pod-fields.ts';
import { validateContainerResourceName, validateResourceQuantity } from './_quantities.ts';
import { validateTolerations } from './pod-scheduling.ts';

export interface RevisionFields {
  readonly data?: unknown;
  readonly revision?: number;
}

export function validateRevision({ data, revision }: RevisionFields, problems: Problems, previous?: RevisionFields): void {
  if (data === undefined) problems.required('data', 'data is mandatory');
  validateNonnegative(revision, 'revision', problems);
  if (previous && !sameJson(previous.data, data)) problems.invalid('data', data, IMMUTABLE);
}

export interface PriorityFields {
  readonly metadata: { readonly name: string };
  readonly value?: number;
  readonly globalDefault?: boolean | undefined;
  readonly preemptionPolicy?: string | undefined;
}

const HIGHEST_PRIORITY = 1_000_000_000;
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};
const PREEMPTIONS = ['PreemptLowerPriority', 'Never'];

export function validatePriorityClass(given: PriorityFields, problems: Problems, previous?: PriorityFields): void {
  const { value = 0, preemptionPolicy } = given;
  if (previous) {
    if ((previous.value ?? 0) !== value) problems.forbidden('value', 'may not be changed in an update.');
    if (previous.preemptionPolicy !== preemptionPolicy) problems.invalid('preemptionPolicy', preemptionPolicy, IMMUTABLE);
    return;
  }
  const system = systemClassProblem(given);
  if (system !== undefined) {
    const text = `priority class names with 'system-' prefix are reserved for system use only. error: ${system}`;
    problems.forbidden('metadata.name', text);
  } else if (!given.metadata.name.startsWith('system-') && value > HIGHEST_PRIORITY) {
    problems.forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_PRIORITY}`);
  }
  if (preemptionPolicy === '') problems.required('preemptionPolicy');
  else if (preemptionPolicy !== undefined && !PREEMPTIONS.includes(preemptionPolicy)) {
    problems.unsupported('preemptionPolicy', preemptionPolicy, PREEMPTIONS);
  }
}

/** Source: pkg/apis/scheduling/helpers.go, IsKnownSystemPriorityClass. */
function systemClassProblem({ metadata: { name }, value = 0, globalDefault = false }: PriorityFields): string | undefined {
  if (!name.startsWith('system-')) return undefined;
  const known = SYSTEM_CLASSES[name];
  if (known === undefined) return `${name} is not a known system priority class`;
  if (known !== value) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export interface RuntimeFields {
  readonly handler?: string;
  readonly overhead?: { readonly podFixed?: Readonly<Record<string, string>> };
  readonly scheduling?: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly TolerationFields[];
  };
}

export function validateRuntimeClass(
  { handler = '', overhead, scheduling }: RuntimeFields,
  problems: Problems,
  previous?: RuntimeFields,
): void {
  if (previous) {
    if ((previous.handler ?? '') !== handler) problems.invalid('handler', handler, IMMUTABLE);
    return;
  }
  problems.eachInvalid('handler', handler, labelProblems(handler));
  for (const [name, amount] of Object.entries(overhead?.podFixed ?? {})) {
    validateContainerResourceName(name, `overhead.limits[${name}]`, problems);
    validateResourceQuantity(name, amount, `overhead.limits[${name}]`, problems);
  }
  if (scheduling === undefined) return;
  validateLabels(scheduling.nodeSelector, 'scheduling.nodeSelector', problems);
  validateTolerations(scheduling.tolerations ?? [], 'scheduling.tolerations', problems);
}

export interface LeaseFields {
  readonly leaseDurationSeconds?: number | undefined;
  readonly leaseTransitions?: number | undefined;
  readonly strategy?: string | undefined;
  readonly preferredHolder?: string | undefined;
}

export function validateLease(spec: LeaseFields, problems: Problems): void {
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder = '' } = spec;
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    problems.invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0');
  }
  validateNonnegative(leaseTransitions, 'spec.leaseTransitions', problems);
  if (preferredHolder !== '' && (strategy ?? '') === '') {
    problems.forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined');
  }
}

export interface EventFields {
  readonly metadata: { readonly namespace?: string };
  readonly involvedObject?: { readonly namespace?: string };
  readonly eventTime?: string | undefined;
}

/** A new event, and only one of the older kind (the newer carries its time). Source: legacyValidateEvent. */
export function validateEvent({ metadata: { namespace = '' }, involvedObject, eventTime }: EventFields, problems: Problems): void {
  const about = involvedObject?.namespace ?? '';
  if ((eventTime ?? '') === '') {
    const isElsewhere = about === '' ? namespace !== '' && namespace !== 'default' : about !== namespace;
    if (isElsewhere) problems.invalid('involvedObject.namespace', about, 'does not match event.namespace');
  } else if (about === '' ? namespace !== 'default' && namespace !== 'kube-system' : about !== namespace) {
    problems.invalid('involvedObject.namespace', about, 'does not match event.namespace');
  }
}
