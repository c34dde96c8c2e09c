/** Defaults and checks of a pod's spec, alone or as a template. Source: pkg/apis/core/v1/defaults.go and validation, 1.36. */
import { compareQuantities, type Container, type PodSpec, type Probe } from '../../../kubernetes/index.ts';
import { isObject } from '../json.ts';
import type { Problems } from '../problems.ts';
import type { Draft } from '../types.ts';
import { labelProblems, qualifiedNameProblems } from '../validation/_names.ts';

type Spec = Draft<PodSpec>;
type DraftContainer = Draft<Container>;

/** Sets a member that is absent. */
export function fill<T extends object, K extends keyof T>(object: T, key: K, value: T[K]): void {
  if (object[key] === undefined || object[key] === null) object[key] = value;
}

/** The containers of a spec with their paths: the init containers first. */
export function containersOf(spec: Spec): readonly { readonly path: string; readonly container: DraftContainer }[] {
  const listed = (list: DraftContainer[] | undefined, path: string): { path: string; container: DraftContainer }[] =>
    (list ?? []).map((container, index) => ({ path: `${path}[${index}]`, container }));
  return [...listed(spec.initContainers, 'initContainers'), ...listed(spec.containers, 'containers')];
}

/** Fills in what a pod's author left out. */
export function defaultPodSpec(spec: Spec): void {
  fill(spec, 'restartPolicy', 'Always');
  fill(spec, 'terminationGracePeriodSeconds', 30);
  fill(spec, 'dnsPolicy', 'ClusterFirst');
  fill(spec, 'securityContext', {});
  fill(spec, 'schedulerName', 'default-scheduler');
  if (spec.serviceAccountName !== undefined) spec.serviceAccount = spec.serviceAccountName;
  for (const { container } of containersOf(spec)) defaultContainer(container, spec.hostNetwork === true);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

function defaultContainer(container: DraftContainer, hostNetwork: boolean): void {
  fill(container, 'resources', {});
  fill(container, 'terminationMessagePath', '/dev/termination-log');
  fill(container, 'terminationMessagePolicy', 'File');
  fill(container, 'imagePullPolicy', isLatest(container.image ?? '') ? 'Always' : 'IfNotPresent');
  for (const port of container.ports ?? []) {
    fill(port, 'protocol', 'TCP');
    if (hostNetwork) fill(port, 'hostPort', port.containerPort);
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) fill(valueFrom.fieldRef, 'apiVersion', 'v1');
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe) defaultProbe(probe);
  }
  for (const hook of [container.lifecycle?.postStart, container.lifecycle?.preStop]) {
    if (hook?.httpGet) defaultHttpGet(hook.httpGet);
  }
}

function isLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

function defaultProbe(probe: Draft<Probe>): void {
  fill(probe, 'timeoutSeconds', 1);
  fill(probe, 'periodSeconds', 10);
  fill(probe, 'successThreshold', 1);
  fill(probe, 'failureThreshold', 3);
  if (probe.httpGet) defaultHttpGet(probe.httpGet);
}

function defaultHttpGet(get: { path?: string; scheme?: string }): void {
  fill(get, 'path', '/');
  fill(get, 'scheme', 'HTTP');
}

const FILE_SOURCES = ['configMap', 'secret', 'projected', 'downwardAPI'];
const FILE_MODE = 0o644;

function defaultVolume(volume: object): void {
  const source = volume as Record<string, unknown>; // looked at by name
  if (Object.keys(source).every((key) => key === 'name')) source['emptyDir'] = {};
  for (const key of FILE_SOURCES) {
    const files = source[key];
    if (isObject(files)) fill(files, 'defaultMode', FILE_MODE);
  }
  if (isObject(source['hostPath'])) fill(source['hostPath'], 'type', '');
}

/** Tells what is wrong with a pod's spec at `path`. */
export function validatePodSpec(spec: Spec, path: string, problems: Problems, restartPolicies?: readonly string[]): void {
  if ((spec.containers as unknown[] | undefined)?.length === 0 || !Array.isArray(spec.containers)) problems.required(`${path}.containers`);
  const names = new Set<string>();
  for (const { path: at, container } of containersOf(spec)) {
    validateContainer(container, `${path}.${at}`, problems);
    if (names.has(container.name)) problems.duplicate(`${path}.${at}.name`, container.name);
    names.add(container.name);
  }
  const supported = restartPolicies ?? ['Always', 'OnFailure', 'Never'];
  if (spec.restartPolicy !== undefined && !supported.includes(spec.restartPolicy)) {
    problems.unsupported(`${path}.restartPolicy`, spec.restartPolicy, supported);
  }
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    problems.invalid(`${path}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds, 'must be greater than or equal to 0');
  }
  validateAffinity(spec, path, problems);
  validateSpread(spec, path, problems);
  validateTolerations(spec, path, problems);
}

function validateContainer(container: DraftContainer, path: string, problems: Problems): void {
  // Typed as always there; from outside it may be missing.
  const name = (container.name as string | undefined) ?? '';
  if (name === '') problems.required(`${path}.name`);
  else for (const text of labelProblems(name)) problems.invalid(`${path}.name`, name, text);
  if ((container.image ?? '') === '') problems.required(`${path}.image`);
  for (const [index, port] of (container.ports ?? []).entries()) {
    const at = `${path}.ports[${index}].containerPort`;
    const number = (port.containerPort as number | undefined) ?? 0;
    if (number === 0) problems.required(at);
    else if (number < 1 || number > 65_535) problems.invalid(at, number, 'must be between 1 and 65535, inclusive');
  }
  validateResources(container, `${path}.resources`, problems);
  for (const [index, variable] of (container.env ?? []).entries()) {
    if ((variable.name as string | undefined) === undefined || variable.name === '') problems.required(`${path}.env[${index}].name`);
  }
  for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[key]) validateProbe(container[key], `${path}.${key}`, problems, key === 'readinessProbe');
  }
}

function validateResources(container: DraftContainer, path: string, problems: Problems): void {
  const { requests = {}, limits = {} } = container.resources ?? {};
  for (const [name, limit] of Object.entries(limits)) {
    const request = requests[name];
    if (request !== undefined && compareQuantities(request, limit) > 0) {
      problems.invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`);
    }
  }
}

function validateProbe(probe: Draft<Probe>, path: string, problems: Problems, readiness: boolean): void {
  const given = probe as Record<string, unknown>; // looked at by name
  const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'].filter((key) => given[key] !== undefined);
  if (handlers.length === 0) problems.required(path, 'must specify a handler type');
  for (const key of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    if ((probe[key] ?? 0) < 0) problems.invalid(`${path}.${key}`, probe[key], 'must be greater than or equal to 0');
  }
  if (!readiness && (probe.successThreshold ?? 1) !== 1) problems.invalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1');
}

function validateAffinity(spec: Spec, path: string, problems: Problems): void {
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const affinity = spec.affinity?.[kind];
    const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const [index, term] of required.entries()) {
      validateTopologyKey(term.topologyKey, `${path}.affinity.${kind}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`, problems);
    }
    for (const [index, { weight, podAffinityTerm }] of preferred.entries()) {
      const at = `${path}.affinity.${kind}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
      if (weight < 1 || weight > 100) problems.invalid(`${at}.weight`, weight, 'must be in the range 1-100');
      validateTopologyKey(podAffinityTerm.topologyKey, `${at}.podAffinityTerm`, problems);
    }
  }
}

function validateTopologyKey(key: string | undefined, path: string, problems: Problems): void {
  if ((key ?? '') === '') problems.required(`${path}.topologyKey`, 'can not be empty');
  for (const text of qualifiedNameProblems(key ?? '')) problems.invalid(`${path}.topologyKey`, key ?? '', text);
}

function validateSpread(spec: Spec, path: string, problems: Problems): void {
  const actions = ['DoNotSchedule', 'ScheduleAnyway'];
  for (const [index, constraint] of (spec.topologySpreadConstraints ?? []).entries()) {
    const at = `${path}.topologySpreadConstraints[${index}]`;
    if (constraint.maxSkew <= 0) problems.invalid(`${at}.maxSkew`, constraint.maxSkew, 'must be greater than zero');
    if ((constraint.topologyKey as string | undefined) === undefined || constraint.topologyKey === '') {
      problems.required(`${at}.topologyKey`, 'can not be empty');
    }
    if (!actions.includes(constraint.whenUnsatisfiable)) {
      problems.unsupported(`${at}.whenUnsatisfiable`, constraint.whenUnsatisfiable, actions);
    }
    if (constraint.minDomains !== undefined && constraint.whenUnsatisfiable !== 'DoNotSchedule') {
      problems.invalid(
        `${at}.minDomains`,
        constraint.minDomains,
        `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${constraint.whenUnsatisfiable}`,
      );
    }
  }
}

function validateTolerations(spec: Spec, path: string, problems: Problems): void {
  for (const [index, { key = '', operator, value = '', effect, tolerationSeconds }] of (spec.tolerations ?? []).entries()) {
    const at = `${path}.tolerations[${index}]`;
    if (key !== '') for (const text of qualifiedNameProblems(key)) problems.invalid(`${at}.key`, key, text);
    if (key === '' && operator !== 'Exists') {
      problems.invalid(
        `${at}.operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      );
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      problems.invalid(`${at}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (operator === 'Exists' && value !== '') problems.invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'");
    if (operator !== undefined && !['Equal', 'Exists', ''].includes(operator))
      problems.unsupported(`${at}.operator`, operator, ['Equal', 'Exists']);
    const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
    if (effect !== undefined && !['', ...effects].includes(effect)) problems.unsupported(`${at}.effect`, effect, effects);
  }
}
