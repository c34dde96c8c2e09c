/** The containers of a pod: regular ones, those that run before, and those added for debugging. Source: pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { labelProblems } from './_names.ts';
import { isSidecar, type ContainerFields, type EphemeralContainerFields, type PodSpecFields } from './_pod-fields.ts';
import { validateEnvironment, validateEnvironmentFrom } from './container-environment.ts';
import { validateDevices, validateMounts, type VolumesByName } from './container-mounts.ts';
import { validateHostPortsUnique, validatePorts } from './container-ports.ts';
import { validateContainerResources, validateResizePolicies } from './container-resources.ts';
import { validateRestarts } from './container-restarts.ts';
import { validatePullPolicy } from './pull-policy.ts';
import { validateLifecycle, validateProbes } from './probes.ts';
import { validateSecurityContext } from './security-contexts.ts';

/** What the containers of one pod share. */
export interface PodSurroundings {
  readonly spec: PodSpecFields;
  readonly volumes: VolumesByName;
  readonly claimNames: ReadonlySet<string>;
  readonly hostUsers: boolean;
}

const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];

/** What holds for containers of every kind. */
function validateCommon(container: ContainerFields, path: string, problems: Problems, pod: PodSurroundings): void {
  const { name = '', image = '', terminationMessagePolicy = '' } = container;
  if (name === '') problems.required(`${path}.name`);
  else problems.eachInvalid(`${path}.name`, name, labelProblems(name));
  if (image === '') problems.required(`${path}.image`);
  if (terminationMessagePolicy === '') problems.required(`${path}.terminationMessagePolicy`);
  else if (!MESSAGE_POLICIES.includes(terminationMessagePolicy)) {
    problems.unsupported(`${path}.terminationMessagePolicy`, terminationMessagePolicy, MESSAGE_POLICIES);
  }
  if (container.ports) validatePorts(container.ports, `${path}.ports`, problems);
  if (container.env) validateEnvironment(container.env, `${path}.env`, problems);
  if (container.envFrom) validateEnvironmentFrom(container.envFrom, `${path}.envFrom`, problems);
  if (container.volumeMounts) validateMounts(container, `${path}.volumeMounts`, problems, pod.volumes);
  if (container.volumeDevices) validateDevices(container, `${path}.volumeDevices`, problems, pod.volumes);
  validatePullPolicy(container.imagePullPolicy, `${path}.imagePullPolicy`, problems);
  if (container.resources) validateContainerResources(container.resources, `${path}.resources`, problems, pod.claimNames);
  if (container.resizePolicy) {
    validateResizePolicies(container.resizePolicy, `${path}.resizePolicy`, problems, pod.spec.restartPolicy);
  }
  validateSecurityContext(container.securityContext, `${path}.securityContext`, problems, pod.hostUsers);
}

export function validateContainers(path: string, problems: Problems, pod: PodSurroundings): void {
  const { containers = [], terminationGracePeriodSeconds: grace } = pod.spec;
  if (containers.length === 0) return problems.required(path);
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    const { name = '' } = container;
    validateCommon(container, at, problems, pod);
    if (names.has(name)) problems.duplicate(`${at}.name`, name);
    names.add(name);
    if (container.lifecycle) validateLifecycle(container.lifecycle, `${at}.lifecycle`, problems, grace);
    validateProbes(container, at, problems, grace);
    validateRestarts(container, at, problems);
  }
  validateHostPortsUnique(containers, path, problems);
  return undefined;
}

/** What only containers that keep running can have. */
const LASTING = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

export function validateInitContainers(path: string, problems: Problems, pod: PodSurroundings): void {
  const { initContainers = [], containers = [], terminationGracePeriodSeconds: grace } = pod.spec;
  const names = new Set(containers.map(({ name = '' }) => name));
  for (const [index, container] of initContainers.entries()) {
    const at = `${path}[${index}]`;
    const { name = '' } = container;
    validateCommon(container, at, problems, pod);
    validateRestarts(container, at, problems);
    if (names.has(name)) problems.duplicate(`${at}.name`, name);
    else if (name !== '') names.add(name);
    // They run one after the other, so each is looked at alone, and always as the first.
    validateHostPortsUnique([container], path, problems);
    if (isSidecar(container)) {
      if (container.lifecycle) validateLifecycle(container.lifecycle, `${at}.lifecycle`, problems, grace);
      validateProbes(container, at, problems, grace);
    } else {
      for (const key of LASTING) {
        if (container[key]) problems.forbidden(`${at}.${key}`, 'may not be set for init containers without restartPolicy=Always');
      }
    }
  }
}

/** Members of a container that one for debugging can not have, in the order of the structure. */
const NOT_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

const isSet = (value: unknown): boolean =>
  value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0);

export function validateEphemeralContainers(path: string, problems: Problems, pod: PodSurroundings): void {
  const { ephemeralContainers = [], containers = [], initContainers = [] } = pod.spec;
  if (ephemeralContainers.length === 0) return;
  const others = new Set([...containers, ...initContainers].map(({ name = '' }) => name));
  const names = new Set(others);
  for (const [index, container] of ephemeralContainers.entries()) {
    const at = `${path}[${index}]`;
    const { name = '', targetContainerName = '' } = container;
    validateCommon(container, at, problems, pod);
    validateImagePadding(container, at, problems);
    if (names.has(name)) problems.duplicate(`${at}.name`, name);
    names.add(name);
    if (targetContainerName !== '' && !others.has(targetContainerName)) {
      problems.notFound(`${at}.targetContainerName`, targetContainerName);
    }
    forbidLasting(container, at, problems);
  }
}

function forbidLasting(container: EphemeralContainerFields, path: string, problems: Problems): void {
  const why = 'cannot be set for an Ephemeral Container';
  for (const key of NOT_EPHEMERAL) if (isSet(container[key])) problems.forbidden(`${path}.${key}`, why);
  for (const [index, { subPath = '', subPathExpr = '' }] of (container.volumeMounts ?? []).entries()) {
    if (subPath !== '') problems.forbidden(`${path}.volumeMounts[${index}].subPath`, why);
    if (subPathExpr !== '') problems.forbidden(`${path}.volumeMounts[${index}].subPathExpr`, why);
  }
}

/** Templates may hold images with spaces around them, pods may not. */
export function validateImagePadding({ image = '' }: ContainerFields, path: string, problems: Problems): void {
  if (image.trim() !== image) problems.invalid(`${path}.image`, image, 'must not have leading or trailing whitespace');
}
