/** A pod's volumes. Source: ValidateVolumes, validateVolumeSource, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { labelProblems, subdomainProblems } from './_names.ts';
import type { MetaFields, PodSpecFields, VolumeFields } from './_pod-fields.ts';
import type { VolumesByName } from './container-mounts.ts';
import { validatePullPolicy } from './pull-policy.ts';
import { validateClaimTemplate } from './volume-claim-template.ts';
import { VOLUME_KINDS, type VolumeKind } from './volume-sources.ts';

/** Where a spec stands. */
export interface SpecPlace {
  /** The pod's own metadata; templates have none that counts. */
  readonly metadata?: MetaFields | undefined;
  readonly isPod: boolean;
}

const SURPLUS = 'may not specify more than 1 volume type';
const LONGEST_ISCSI_NAME = 64;

/** Tells what is wrong with the volumes, and returns those that are right. */
export function validateVolumes({ volumes = [] }: PodSpecFields, path: string, problems: Problems, place: SpecPlace): VolumesByName {
  const right = new Map<string, VolumeFields>();
  const podName = place.metadata?.name ?? '';
  const made = podName === '' ? [] : volumes.filter(({ ephemeral }) => ephemeral).map(({ name = '' }) => `${podName}-${name}`);
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    const { name = '' } = volume;
    const before = problems.list.length;
    validateSource(volume, at, problems, place);
    if (name === '') problems.required(`${at}.name`);
    else problems.eachInvalid(`${at}.name`, name, labelProblems(name));
    if (right.has(name)) problems.duplicate(`${at}.name`, name);
    if (problems.list.length === before) right.set(name, volume);
    const claim = volume.persistentVolumeClaim?.claimName ?? '';
    if (volume.persistentVolumeClaim && made.includes(claim)) {
      const why = 'must not reference a PVC that gets created for an ephemeral volume';
      problems.invalid(`${at}.persistentVolumeClaim.claimName`, claim, why);
    }
  }
  return right;
}

const KINDS_BY_KEY = new Map(VOLUME_KINDS.map((kind) => [kind.key, kind]));

/** The kinds that a volume has, in their order. Nearly all have one, and are looked up. */
function kindsOf(volume: VolumeFields): readonly VolumeKind[] {
  const found: VolumeKind[] = [];
  for (const key in volume) {
    const kind = KINDS_BY_KEY.get(key);
    if (kind) found.push(kind);
  }
  return found.length < 2 ? found : VOLUME_KINDS.filter((kind) => found.includes(kind));
}

/** One kind and no more: the first that is found counts. */
function validateSource(volume: VolumeFields, path: string, problems: Problems, place: SpecPlace): void {
  let found = volume.emptyDir !== undefined;
  if (volume.emptyDir?.sizeLimit?.startsWith('-') === true) {
    problems.forbidden(`${path}.emptyDir.sizeLimit`, 'SizeLimit field must be a valid resource quantity');
  }
  const isFirst = (name: string): boolean => {
    if (found) problems.forbidden(`${path}.${name}`, SURPLUS);
    const first = !found;
    found = true;
    return first;
  };
  for (const { key, at = key, surplus = key, check } of kindsOf(volume)) {
    // Every kind's `key` is a member of a volume that holds its source.
    const source = volume[key as 'secret'];
    if (source === undefined) continue;
    if (isFirst(surplus)) check(source, `${path}.${at}`, problems);
    if (key === 'iscsi') validateIscsiName(volume, path, problems);
  }
  if (volume.ephemeral && isFirst('ephemeral')) {
    validateClaimTemplate(volume.ephemeral, `${path}.ephemeral`, problems);
    validateClaimName(volume, path, problems, place);
  }
  if (volume.image && isFirst('image')) {
    if (place.isPod && (volume.image.reference ?? '') === '') problems.required(`${path}.image.reference`);
    validatePullPolicy(volume.image.pullPolicy, `${path}.image.pullPolicy`, problems);
  }
  if (!found) problems.required(path, 'must specify a volume type');
}

function validateIscsiName({ name = '', iscsi }: VolumeFields, path: string, problems: Problems): void {
  if (iscsi?.initiatorName === undefined || `${name}:${iscsi.targetPortal ?? ''}`.length <= LONGEST_ISCSI_NAME) return;
  const why = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
  problems.invalid(`${path}.name`, name, why);
}

/** The claim that will be made is named after pod and volume. */
function validateClaimName({ name = '' }: VolumeFields, path: string, problems: Problems, { metadata }: SpecPlace): void {
  const podName = metadata?.name ?? '';
  if (podName === '' || name === '') return;
  const claim = `${podName}-${name}`;
  for (const text of subdomainProblems(claim)) problems.invalid(`${path}.name`, name, `PVC name "${claim}": ${text}`);
}
