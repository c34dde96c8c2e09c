/** Drivers of storage, and how much is left where. Source: pkg/apis/storage/validation, 1.36. */
import type { LabelSelector } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { subdomainProblems } from './_names.ts';
import { IMMUTABLE } from './_numbers.ts';
import type { Loose } from './_pod-fields.ts';
import { validateNonnegativeQuantity } from './_quantities.ts';
import { isUsableSelector } from './_selectors.ts';

export interface DriverSpecFields {
  readonly attachRequired?: boolean;
  readonly podInfoOnMount?: boolean;
  readonly storageCapacity?: boolean;
  readonly fsGroupPolicy?: string;
  readonly tokenRequests?: readonly { readonly audience?: string; readonly expirationSeconds?: number }[];
  readonly volumeLifecycleModes?: readonly string[];
  readonly seLinuxMount?: boolean;
  readonly nodeAllocatableUpdatePeriodSeconds?: number;
}

const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const LIFECYCLES = ['Persistent', 'Ephemeral'];
const SHORTEST_TOKEN_SECONDS = 600;
const LONGEST_TOKEN_SECONDS = 2 ** 32;

export function validateDriverSpec(spec: DriverSpecFields, problems: Problems, previous?: DriverSpecFields): void {
  const { fsGroupPolicy, nodeAllocatableUpdatePeriodSeconds: period } = spec;
  if (spec.attachRequired === undefined) problems.required('spec.attachedRequired');
  if (spec.podInfoOnMount === undefined) problems.required('spec.podInfoOnMount');
  if (spec.storageCapacity === undefined) problems.required('spec.storageCapacity');
  if (fsGroupPolicy !== undefined && !GROUP_POLICIES.includes(fsGroupPolicy)) {
    problems.unsupported('spec.fsGroupPolicy', fsGroupPolicy, GROUP_POLICIES);
  }
  validateTokens(spec.tokenRequests ?? [], problems);
  for (const mode of spec.volumeLifecycleModes ?? []) {
    if (!LIFECYCLES.includes(mode)) problems.unsupported('spec.volumeLifecycleModes', mode, LIFECYCLES);
  }
  if (spec.seLinuxMount === undefined) problems.required('spec.seLinuxMount');
  if (period !== undefined && period < 10) {
    problems.invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds');
  }
  if (previous === undefined) return;
  if (previous.attachRequired !== spec.attachRequired) problems.invalid('spec.attachedRequired', spec.attachRequired, IMMUTABLE);
  if (!sameJson(previous.volumeLifecycleModes, spec.volumeLifecycleModes)) {
    problems.invalid('spec.volumeLifecycleModes', spec.volumeLifecycleModes, IMMUTABLE);
  }
}

function validateTokens(requests: NonNullable<DriverSpecFields['tokenRequests']>, problems: Problems): void {
  for (const [index, { audience = '', expirationSeconds: seconds }] of requests.entries()) {
    const path = `spec.tokenRequests[${index}]`;
    if (requests.slice(0, index).some((other) => (other.audience ?? '') === audience)) {
      problems.duplicate(`${path}.audience`, audience);
    } else if (seconds !== undefined && seconds < SHORTEST_TOKEN_SECONDS) {
      problems.invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes');
    } else if (seconds !== undefined && seconds > LONGEST_TOKEN_SECONDS) {
      problems.invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds');
    }
  }
}

export interface CapacityFields {
  readonly nodeTopology?: Loose<LabelSelector>;
  readonly storageClassName?: string;
  readonly capacity?: string;
}

export function validateCapacity(given: CapacityFields, problems: Problems, previous?: CapacityFields): void {
  const { nodeTopology, storageClassName = '', capacity } = given;
  if (previous) {
    if (!sameJson(previous.nodeTopology, nodeTopology)) problems.invalid('nodeTopology', nodeTopology, IMMUTABLE);
    if ((previous.storageClassName ?? '') !== storageClassName) problems.invalid('storageClassName', storageClassName, IMMUTABLE);
    return;
  }
  isUsableSelector(nodeTopology, 'nodeTopology', problems);
  problems.eachInvalid('storageClassName', storageClassName, subdomainProblems(storageClassName));
  if (capacity !== undefined) validateNonnegativeQuantity(capacity, 'capacity', problems);
}
