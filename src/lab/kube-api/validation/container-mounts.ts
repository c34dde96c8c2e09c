/** Where containers see volumes. Source: ValidateVolumeMounts, ValidateVolumeDevices, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { hasBackstep, validateDescendingPath } from './_paths.ts';
import type { ContainerFields, MountFields, VolumeFields } from './_pod-fields.ts';

/** The pod's volumes that are right, by name. */
export type VolumesByName = ReadonlyMap<string, VolumeFields>;

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIONS = ['Disabled', 'Enabled', 'IfPossible'];

export function validateMounts(container: ContainerFields, path: string, problems: Problems, volumes: VolumesByName): void {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const seen = new Set<string>();
  for (const [index, mount] of volumeMounts.entries()) {
    const at = `${path}[${index}]`;
    const { name = '', mountPath = '' } = mount;
    if (name === '') problems.required(`${at}.name`);
    if (!volumes.has(name)) problems.notFound(`${at}.name`, name);
    if (mountPath === '') problems.required(`${at}.mountPath`);
    if (seen.has(mountPath)) problems.invalid(`${at}.mountPath`, mountPath, 'must be unique');
    seen.add(mountPath);
    if (volumeDevices.some((device) => device.name === name)) {
      problems.invalid(`${at}.name`, name, 'must not already exist in volumeDevices');
    }
    if (volumeDevices.some(({ devicePath }) => devicePath === mountPath)) {
      problems.invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices');
    }
    validateSubPaths(mount, at, path, problems);
    // These are told at the list, not at the mount.
    validatePropagation(mount, container, `${path}.mountPropagation`, problems);
    validateRecursion(mount, `${path}.recursiveReadOnly`, problems);
  }
}

function validateSubPaths({ subPath = '', subPathExpr = '' }: MountFields, at: string, list: string, problems: Problems): void {
  if (subPath !== '') validateDescendingPath(subPath, `${list}.subPath`, problems);
  if (subPathExpr === '') return;
  if (subPath !== '') problems.invalid(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive');
  validateDescendingPath(subPathExpr, `${list}.subPathExpr`, problems);
}

function validatePropagation(
  { mountPropagation: how }: MountFields,
  { securityContext }: ContainerFields,
  path: string,
  problems: Problems,
): void {
  if (how === undefined) return;
  if (!PROPAGATIONS.includes(how)) problems.unsupported(path, how, PROPAGATIONS);
  if (how === 'Bidirectional' && securityContext?.privileged !== true) {
    problems.forbidden(path, 'Bidirectional mount propagation is available only to privileged containers');
  }
}

function validateRecursion({ recursiveReadOnly: how, readOnly, mountPropagation }: MountFields, path: string, problems: Problems): void {
  if (how === undefined || how === 'Disabled') return;
  if (!RECURSIONS.includes(how)) return problems.unsupported(path, how, RECURSIONS);
  if (readOnly !== true) problems.forbidden(path, 'may only be specified when readOnly is true');
  if (mountPropagation !== undefined && mountPropagation !== 'None') {
    problems.forbidden(path, 'may only be specified when mountPropagation is None or not specified');
  }
  return undefined;
}

export function validateDevices(container: ContainerFields, path: string, problems: Problems, volumes: VolumesByName): void {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const [paths, names] = [new Set<string>(), new Set<string>()];
  for (const [index, { name = '', devicePath = '' }] of volumeDevices.entries()) {
    const [nameAt, pathAt] = [`${path}[${index}].name`, `${path}[${index}].devicePath`];
    const volume = volumes.get(name);
    if (name === '') problems.required(nameAt);
    if (names.has(name)) problems.invalid(nameAt, name, 'must be unique');
    if (volume === undefined) problems.notFound(nameAt, name);
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      problems.invalid(nameAt, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    }
    if (devicePath === '') problems.required(pathAt);
    if (paths.has(devicePath)) problems.invalid(pathAt, devicePath, 'must be unique');
    if (hasBackstep(devicePath)) problems.invalid(pathAt, devicePath, "can not contain backsteps ('..')");
    else paths.add(devicePath);
    if (volumeMounts.some((mount) => mount.name === name)) problems.invalid(nameAt, name, 'must not already exist in volumeMounts');
    if (volumeMounts.some(({ mountPath }) => mountPath === devicePath)) {
      problems.invalid(pathAt, devicePath, 'must not already exist as a path in volumeMounts');
    }
    if (name !== '') names.add(name);
  }
}
