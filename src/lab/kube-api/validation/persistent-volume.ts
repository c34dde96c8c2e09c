/** Persistent volumes. Source: ValidatePersistentVolumeSpec and ValidatePersistentVolumeUpdate, pkg/apis/core/validation, 1.36. */
import type { PersistentVolume } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { subdomainProblems } from './_names.ts';
import { IMMUTABLE } from './_numbers.ts';
import type { Loose } from './_pod-fields.ts';
import { validatePositiveQuantity } from './_quantities.ts';
import { validateNodeSelector } from './affinity.ts';
import { validateAccessModes } from './volume-claim-template.ts';
import { VOLUME_KINDS } from './volume-sources.ts';

export type VolumeSpecFields = Loose<NonNullable<PersistentVolume['spec']>> & { readonly volumeAttributesClassName?: string | undefined };

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];
const VOLUME_MODES = ['Block', 'Filesystem'];
const SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const;

export function validateVolumeSpec(spec: VolumeSpecFields, problems: Problems): void {
  const { accessModes = [], persistentVolumeReclaimPolicy: reclaim = '', storageClassName = '', volumeMode } = spec;
  if (accessModes.length === 0) problems.required('spec.accessModes');
  validateAccessModes(accessModes, 'spec.accessModes', problems);
  validateCapacity(spec, problems);
  if (reclaim !== '' && !RECLAIM_POLICIES.includes(reclaim)) {
    problems.unsupported('spec.persistentVolumeReclaimPolicy', reclaim, RECLAIM_POLICIES);
  }
  validateNodeAffinity(spec, problems);
  validateSource(spec, problems);
  if (/^\/+\.?\/*$/.test(spec.hostPath?.path ?? '') && reclaim === 'Recycle') {
    problems.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'");
  }
  if (storageClassName !== '') problems.eachInvalid('spec.storageClassName', storageClassName, subdomainProblems(storageClassName));
  if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode)) problems.unsupported('spec.volumeMode', volumeMode, VOLUME_MODES);
  validateAttributes(spec, problems);
}

function validateCapacity({ capacity = {} }: VolumeSpecFields, problems: Problems): void {
  const amounts = capacity as Readonly<Record<string, string>>; // quantities, the decoder saw to it
  const names = Object.keys(amounts);
  if (names.length === 0) problems.required('spec.capacity');
  if (amounts['storage'] === undefined || names.length > 1) {
    problems.unsupported('spec.capacity', names.length === 0 ? undefined : amounts, ['storage']);
  }
  for (const name of names) validatePositiveQuantity(amounts[name] ?? '0', `spec.capacity[${name}]`, problems);
}

function validateNodeAffinity({ nodeAffinity }: VolumeSpecFields, problems: Problems): void {
  if (nodeAffinity === undefined) return;
  if (nodeAffinity.required) validateNodeSelector(nodeAffinity.required, 'spec.nodeAffinity.required', problems);
  else problems.required('spec.nodeAffinity.required', 'must specify required node constraints');
}

function validateSource(spec: VolumeSpecFields, problems: Problems): void {
  let count = 0;
  for (const key of SOURCES) {
    const source = spec[key];
    if (source === undefined) continue;
    count++;
    if (count > 1 && key !== 'flexVolume') {
      problems.forbidden(`spec.${key === 'cephfs' ? 'cephFS' : key}`, 'may not specify more than 1 volume type');
    } else if (key === 'local') validateLocal(spec, problems);
    else if (key === 'csi') validateDriver(spec.csi ?? {}, problems);
    else {
      const kind = VOLUME_KINDS.find((one) => one.key === key);
      kind?.check(source, `spec.${kind.at ?? key}`, problems);
    }
  }
  if (count === 0) problems.required('spec', 'must specify a volume type');
}

function validateLocal({ local, nodeAffinity }: VolumeSpecFields, problems: Problems): void {
  const path = local?.path ?? '';
  if (path === '') problems.required('spec.local.path');
  else if (path.split('/').includes('..')) problems.invalid('spec.local.path', path, "must not contain '..'");
  if (nodeAffinity === undefined) problems.required('spec.nodeAffinity', 'Local volume requires node affinity');
}

const SECRETS = ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const;
const LONGEST_DRIVER = 63;

function validateDriver(csi: NonNullable<VolumeSpecFields['csi']>, problems: Problems): void {
  const { driver = '', volumeHandle = '' } = csi;
  validateDriverName(driver, 'spec.csi.driver', problems);
  if (volumeHandle === '') problems.required('spec.csi.volumeHandle');
  for (const key of SECRETS) {
    const secret = csi[key];
    if (secret === undefined) continue;
    if ((secret.name ?? '') === '') problems.required(`spec.csi.${key}.name`);
    if ((secret.namespace ?? '') === '') problems.required(`spec.csi.${key}.namespace`);
  }
}

/** A driver's name, wherever it stands. Source: ValidateCSIDriverName. */
export function validateDriverName(name: string, path: string, problems: Problems): void {
  if (name === '') problems.required(path);
  if (name.length > LONGEST_DRIVER) problems.tooLongBytes(path, LONGEST_DRIVER);
  problems.eachInvalid(path, name, subdomainProblems(name.toLowerCase()));
}

function validateAttributes({ volumeAttributesClassName: name, csi }: VolumeSpecFields, problems: Problems): void {
  if (name === undefined) return;
  const path = 'spec.volumeAttributesClassName';
  if (name === '') problems.required(path, 'an empty string is disallowed');
  else problems.eachInvalid(path, name, subdomainProblems(name));
  if (csi === undefined) problems.required('spec.csi', 'has to be specified when using volumeAttributesClassName');
}

export function validateVolumeUpdate(spec: VolumeSpecFields, old: VolumeSpecFields, problems: Problems): void {
  const sourceOf = (from: VolumeSpecFields, other: VolumeSpecFields): unknown => {
    const sources = Object.fromEntries(SOURCES.map((key) => [key, from[key]]));
    if (!from.csi || other.csi === undefined || other.csi.controllerExpandSecretRef !== undefined) return sources;
    // A reference that was not there may be added.
    const { controllerExpandSecretRef: _added, ...csi } = from.csi;
    return { ...sources, csi };
  };
  if (!sameJson(sourceOf(spec, old), sourceOf(old, old))) {
    problems.forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation');
  }
  if (spec.volumeMode !== old.volumeMode) problems.invalid('volumeMode', spec.volumeMode, IMMUTABLE);
  if (old.nodeAffinity && !sameJson(spec.nodeAffinity, old.nodeAffinity)) {
    problems.invalid('nodeAffinity', spec.nodeAffinity, `${IMMUTABLE}, except for updating from beta label to GA`);
  }
  if (old.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    problems.forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden');
  }
}

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const CLASS_WARNING = 'deprecated since v1.8; use "storageClassName" attribute instead';

/** Of volumes and of claims. */
export const classWarnings = (annotations: Readonly<Record<string, string>> | undefined): string[] =>
  annotations?.[CLASS_ANNOTATION] === undefined ? [] : [`metadata.annotations[${CLASS_ANNOTATION}]: ${CLASS_WARNING}`];

/** Source: pkg/api/persistentvolume/util.go. */
export function volumeWarnings(spec: VolumeSpecFields, annotations: Readonly<Record<string, string>> | undefined): string[] {
  const policy =
    'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';
  return [...classWarnings(annotations), ...(spec.persistentVolumeReclaimPolicy === 'Recycle' ? [policy] : [])];
}
