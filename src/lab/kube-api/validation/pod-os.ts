/** What does not fit a pod's operating system. Source: validateOS, validateLinux, validateWindows, validateWindowsHostProcessPod, 1.36. */
import type { Problems } from '../problems.ts';
import { containersWithPaths, type PodSpecFields } from './_pod-fields.ts';

const SYSTEMS = ['linux', 'windows'];
const NOT_WINDOWS = 'cannot be set for a windows pod';
const NOT_LINUX = 'windows options cannot be set for a linux pod';

/** Members of a pod that Windows knows nothing of, in the order in which they are told. */
const POD_MEMBERS: readonly (readonly [path: string, read: (spec: PodSpecFields) => unknown])[] = [
  ['securityContext.appArmorProfile', ({ securityContext }) => securityContext?.appArmorProfile],
  ['securityContext.seLinuxOptions', ({ securityContext }) => securityContext?.seLinuxOptions],
  ['hostUsers', ({ hostUsers }) => hostUsers],
  ['hostPID', ({ hostPID }) => hostPID === true || undefined],
  ['hostIPC', ({ hostIPC }) => hostIPC === true || undefined],
  ['securityContext.seccompProfile', ({ securityContext }) => securityContext?.seccompProfile],
  ['securityContext.fsGroup', ({ securityContext }) => securityContext?.fsGroup],
  ['securityContext.fsGroupChangePolicy', ({ securityContext }) => securityContext?.fsGroupChangePolicy],
  ['securityContext.sysctls', ({ securityContext }) => securityContext?.sysctls?.[0]],
  ['shareProcessNamespace', ({ shareProcessNamespace }) => shareProcessNamespace],
  ['securityContext.runAsUser', ({ securityContext }) => securityContext?.runAsUser],
  ['securityContext.runAsGroup', ({ securityContext }) => securityContext?.runAsGroup],
  ['securityContext.supplementalGroups', ({ securityContext }) => securityContext?.supplementalGroups],
  ['securityContext.supplementalGroupsPolicy', ({ securityContext }) => securityContext?.supplementalGroupsPolicy],
  ['securityContext.seLinuxChangePolicy', ({ securityContext }) => securityContext?.seLinuxChangePolicy],
];
const CONTAINER_MEMBERS = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

export function validateOs(spec: PodSpecFields, path: string, problems: Problems): void {
  if (spec.os === undefined) return;
  const { name = '' } = spec.os;
  if (name === '') problems.required(`${path}.os.name`, 'cannot be empty');
  else if (!SYSTEMS.includes(name)) problems.unsupported(`${path}.os`, name, SYSTEMS);
  else if (name === 'linux') validateLinux(spec, path, problems);
  else validateWindows(spec, path, problems);
}

function validateLinux(spec: PodSpecFields, path: string, problems: Problems): void {
  if (spec.securityContext?.windowsOptions) problems.forbidden(`${path}.securityContext.windowsOptions`, NOT_LINUX);
  for (const { at, container } of containersWithPaths(spec, path)) {
    if (container.securityContext?.windowsOptions) problems.forbidden(`${at}.securityContext.windowsOptions`, NOT_LINUX);
  }
}

function validateWindows(spec: PodSpecFields, path: string, problems: Problems): void {
  for (const [member, read] of POD_MEMBERS) if (read(spec) !== undefined) problems.forbidden(`${path}.${member}`, NOT_WINDOWS);
  for (const { at, container } of containersWithPaths(spec, path)) {
    for (const key of CONTAINER_MEMBERS) {
      if (container.securityContext?.[key] !== undefined) problems.forbidden(`${at}.securityContext.${key}`, NOT_WINDOWS);
    }
  }
}

/** Windows containers that run on the node itself: all or none, and on its network. */
export function validateHostProcess(spec: PodSpecFields, path: string, problems: Problems): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  const containers = containersWithPaths(spec, path);
  let count = 0;
  for (const { at, container } of containers) {
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && own !== ofPod) {
      const why = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      problems.invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, why);
    }
    if (own ?? ofPod ?? false) count++;
  }
  if (count === 0) return;
  if (count !== containers.length) {
    problems.invalid(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers');
  }
  if (spec.hostNetwork !== true) {
    problems.invalid(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers');
  }
}

/** Users of its own and the node's namespaces do not go together. */
export function validateHostUsers(spec: PodSpecFields, path: string, problems: Problems): void {
  if (spec.hostUsers !== false) return;
  const why = 'when `pod.Spec.HostUsers` is false';
  if (spec.hostNetwork === true) problems.forbidden(`${path}.hostNetwork`, why);
  if (spec.hostPID === true) problems.forbidden(`${path}.HostPID`, why);
  if (spec.hostIPC === true) problems.forbidden(`${path}.HostIPC`, why);
}
