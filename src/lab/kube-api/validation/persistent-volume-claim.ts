/** Changes of claims. Source: ValidatePersistentVolumeClaimUpdate, pkg/apis/core/validation, 1.36. */
import { compareQuantities } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { IMMUTABLE } from './_numbers.ts';
import { fractionalBytes } from './_quantities.ts';
import { classWarnings } from './persistent-volume.ts';
import { validateClaimSpec, type ClaimSpecFields } from './volume-claim-template.ts';

export interface ClaimFields {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: ClaimSpecFields | undefined;
  readonly status?: { readonly phase?: string; readonly capacity?: Readonly<Record<string, string>> } | undefined;
}

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const FIXED = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

export function validateClaim(claim: ClaimFields, problems: Problems, previous?: ClaimFields): void {
  validateClaimSpec(claim.spec ?? {}, 'spec', problems);
  if (previous) validateUpdate(claim, previous, problems);
}

type Amounts = Readonly<Record<string, string>> | undefined;
const storageOf = (amounts: unknown): string => (amounts as Amounts)?.['storage'] ?? '0'; // quantities, the decoder saw to it

function validateUpdate(claim: ClaimFields, previous: ClaimFields, problems: Problems): void {
  const [spec, old] = [claim.spec ?? {}, previous.spec ?? {}];
  const [before, now] = [previous.metadata.annotations?.[CLASS_ANNOTATION], claim.metadata.annotations?.[CLASS_ANNOTATION]];
  const moved =
    before !== undefined && old.storageClassName === undefined && spec.storageClassName === before && (now ?? before) === before;
  if (!moved && before !== now) problems.invalid(`metadata.annotations.${CLASS_ANNOTATION}`, now ?? '', IMMUTABLE);
  if (!sameJson(comparable(spec, claim, old), { ...old, ...(volumeOf(old, spec) as object) })) problems.forbidden('spec', FIXED);
  const [size, oldSize] = [storageOf(spec.resources?.requests), storageOf(old.resources?.requests)];
  if (compareQuantities(size, oldSize) < 0 && compareQuantities(size, storageOf(previous.status?.capacity)) <= 0) {
    problems.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity');
  }
  if (spec.volumeMode !== old.volumeMode) problems.invalid('volumeMode', spec.volumeMode, IMMUTABLE);
  if (old.volumeAttributesClassName === undefined) return;
  const path = 'spec.volumeAttributesClassName';
  if (spec.volumeAttributesClassName === undefined) problems.forbidden(path, 'update from non-nil value to nil is forbidden');
  else if (spec.volumeAttributesClassName === '') problems.forbidden(path, 'update from non-nil value to an empty string is forbidden');
}

/** A volume is bound once. */
const volumeOf = (old: ClaimSpecFields, spec: ClaimSpecFields): unknown =>
  (old.volumeName ?? '') === '' && spec.volumeName !== undefined ? { volumeName: spec.volumeName } : {};

/** The new spec without what may change: the class if there was none, and of a bound claim its size. */
function comparable(spec: ClaimSpecFields, { status }: ClaimFields, old: ClaimSpecFields): ClaimSpecFields {
  const next = { ...spec };
  if (old.storageClassName === undefined) delete next.storageClassName;
  if (status?.phase !== 'Bound') return next;
  const requests = { ...(next.resources?.requests as Amounts), storage: storageOf(old.resources?.requests) };
  const resources = { ...next.resources, requests };
  if (next.volumeAttributesClassName === undefined) return { ...next, resources };
  const { volumeAttributesClassName: _changed, ...rest } = next;
  const kept = old.volumeAttributesClassName;
  return { ...rest, resources, ...(kept === undefined ? {} : { volumeAttributesClassName: kept }) };
}

/** Source: pkg/api/persistentvolumeclaim/util.go. */
export const claimWarnings = ({ spec, metadata }: ClaimFields): string[] => [
  ...classWarnings(metadata.annotations),
  ...claimSpecWarnings(spec ?? {}, 'spec'),
];

export const claimSpecWarnings = ({ resources }: { readonly resources?: ClaimSpecFields['resources'] }, path: string): string[] =>
  (['requests', 'limits'] as const).flatMap((key) =>
    fractionalBytes((resources?.[key] as Amounts)?.['storage'], `${path}.resources.${key}[storage]`),
  );
