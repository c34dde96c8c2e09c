/** Storage classes, attachments, drivers and what nodes tell of them. Source: pkg/apis/storage/validation, 1.36. */
import type { CSINode, StorageClass, VolumeAttachment } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { qualifiedNameProblems, subdomainProblems } from './_names.ts';
import { IMMUTABLE, validateNonnegative } from './_numbers.ts';
import type { Loose } from './_pod-fields.ts';
import { validateDriverName } from './persistent-volume.ts';

export type StorageClassFields = Omit<Loose<StorageClass>, 'metadata'>;

const MOST_PARAMETERS = 512;
const LARGEST_PARAMETERS_BYTES = 256 * 1024;
const RECLAIM_POLICIES = ['Delete', 'Retain'];
const MODES = ['Immediate', 'WaitForFirstConsumer'];

export function validateStorageClass(given: StorageClassFields, problems: Problems, previous?: StorageClassFields): void {
  if (previous) return validateClassUpdate(given, previous, problems);
  const { provisioner = '', reclaimPolicy = '', volumeBindingMode } = given;
  if (provisioner === '') problems.required('provisioner');
  else problems.eachInvalid('provisioner', provisioner.toLowerCase(), qualifiedNameProblems(provisioner.toLowerCase()));
  validateParameters((given.parameters ?? {}) as Readonly<Record<string, string>>, problems); // texts, the decoder saw to it
  if (reclaimPolicy !== '' && !RECLAIM_POLICIES.includes(reclaimPolicy)) {
    problems.unsupported('reclaimPolicy', reclaimPolicy, RECLAIM_POLICIES);
  }
  if (volumeBindingMode === undefined) problems.required('volumeBindingMode');
  else if (!MODES.includes(volumeBindingMode)) problems.unsupported('volumeBindingMode', volumeBindingMode, MODES);
  return validateTopologies(given, problems);
}

function validateParameters(parameters: Readonly<Record<string, string>>, problems: Problems): void {
  const entries = Object.entries(parameters);
  if (entries.length > MOST_PARAMETERS) return problems.tooLongBytes('parameters', MOST_PARAMETERS);
  if (parameters[''] !== undefined) problems.invalid('parameters', '', 'field can not be empty.');
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (bytes > LARGEST_PARAMETERS_BYTES) problems.tooLongBytes('parameters', LARGEST_PARAMETERS_BYTES);
  return undefined;
}

function validateTopologies({ allowedTopologies = [] }: StorageClassFields, problems: Problems): void {
  for (const [index, { matchLabelExpressions = [] }] of allowedTopologies.entries()) {
    const path = `allowedTopologies[${index}].matchLabelExpressions`;
    for (const [at, { key = '', values = [] }] of matchLabelExpressions.entries()) {
      if (values.length === 0) problems.required(`${path}[${at}].values`);
      for (const [position, value] of values.entries()) {
        if (values.indexOf(value) < position) problems.duplicate(`${path}[${at}].values[${position}]`, value);
      }
      problems.eachInvalid(`${path}[${at}].key`, key, qualifiedNameProblems(key));
      if (matchLabelExpressions.slice(0, at).some((other) => other.key === key)) problems.duplicate(`${path}[${at}].key`, key);
    }
    if (allowedTopologies.slice(0, index).some((other) => sameJson(other.matchLabelExpressions, matchLabelExpressions))) {
      problems.duplicate(path, '');
    }
  }
}

function validateClassUpdate(given: StorageClassFields, previous: StorageClassFields, problems: Problems): void {
  for (const key of ['parameters', 'provisioner', 'reclaimPolicy'] as const) {
    if (!sameJson(given[key], previous[key])) problems.forbidden(key, `updates to ${key} are forbidden.`);
  }
  if (given.volumeBindingMode !== previous.volumeBindingMode) {
    problems.invalid('volumeBindingMode', given.volumeBindingMode, IMMUTABLE);
  }
}

export interface AttachmentFields {
  readonly spec?: Loose<VolumeAttachment['spec']> | undefined;
}

export function validateAttachment({ spec = {} }: AttachmentFields, problems: Problems, previous?: AttachmentFields): void {
  const { attacher = '', nodeName = '', source = {} } = spec;
  const { inlineVolumeSpec: inline, persistentVolumeName: name } = source;
  const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (attacher === '') problems.required('spec.attacher');
  if (!inline && name === undefined) problems.required('spec.source', one);
  else if (inline && name !== undefined) problems.forbidden('spec.source', one);
  else if (name === '') problems.required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName');
  problems.eachInvalid('spec.nodeName', nodeName, subdomainProblems(nodeName));
  if (previous && !sameJson(previous.spec, spec)) problems.invalid('spec', spec, IMMUTABLE);
  if (previous) return;
  validateDriverName(attacher, 'spec.attacher', problems);
  if (name !== undefined) problems.eachInvalid('spec.source.persistentVolumeName', name, subdomainProblems(name));
}

export type DriversFields = Loose<NonNullable<CSINode['spec']>>;
const LONGEST_NODE_ID = 256;

export function validateDrivers({ drivers = [] }: DriversFields, problems: Problems, previous?: DriversFields): void {
  for (const [index, driver] of drivers.entries()) {
    const path = `spec.drivers[${index}]`;
    const { name = '', nodeID = '', allocatable, topologyKeys = [] } = driver;
    validateDriverName(name, `${path}.name`, problems);
    if (nodeID === '') problems.required(`${path}.nodeID`);
    if (nodeID.length > LONGEST_NODE_ID) problems.invalid(`${path}.nodeID`, nodeID, `must be ${LONGEST_NODE_ID} characters or less`);
    validateNonnegative(allocatable?.count, `${path}.allocatable.count`, problems);
    if (drivers.slice(0, index).some((other) => other.name === name)) problems.duplicate(`${path}.name`, name);
    for (const [at, key = ''] of topologyKeys.entries()) {
      if (key === '') problems.required(path);
      if (topologyKeys.indexOf(key) < at) problems.duplicate(path, key);
      problems.eachInvalid(path, key, qualifiedNameProblems(key));
    }
  }
  for (const old of previous?.drivers ?? []) {
    const next = drivers.find(({ name }) => name === old.name);
    const fixed = ({ allocatable: _count, ...rest }: typeof old): unknown => rest;
    if (next && !sameJson(fixed(next), fixed(old))) problems.invalid('spec.drivers', goDriver(next), IMMUTABLE);
  }
}

const goDriver = ({ name = '', nodeID = '', topologyKeys }: NonNullable<DriversFields['drivers']>[number]): unknown => ({
  Name: name,
  NodeID: nodeID,
  TopologyKeys: topologyKeys ?? null,
  Allocatable: null,
});
