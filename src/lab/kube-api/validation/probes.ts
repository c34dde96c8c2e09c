/** Probes, lifecycle hooks and their handlers. Source: validateProbe, validateLifecycle, validateHandler, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { headerNameProblems } from './_names.ts';
import { validateNonnegative, validatePortNumber, validatePortNumberOrName } from './_numbers.ts';
import type { ContainerFields, HandlerFields, LifecycleFields, ProbeFields } from './_pod-fields.ts';

/** The pod's grace, which a sleep may not outlast. */
export type GraceSeconds = number | undefined;

const COUNTS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;
const SCHEMES = ['HTTP', 'HTTPS'];

type Check<K extends keyof HandlerFields> = (handler: NonNullable<HandlerFields[K]>, path: string, problems: Problems) => void;

const exec: Check<'exec'> = ({ command = [] }, path, problems) => {
  if (command.length === 0) problems.required(`${path}.command`);
};

const httpGet: Check<'httpGet'> = (get, path, problems) => {
  if ((get.path ?? '') === '') problems.required(`${path}.path`);
  validatePortNumberOrName(get.port, `${path}.port`, problems);
  if (!SCHEMES.includes(get.scheme ?? '')) problems.unsupported(`${path}.scheme`, get.scheme ?? '', SCHEMES);
  for (const { name = '' } of get.httpHeaders ?? []) problems.eachInvalid(`${path}.httpHeaders`, name, headerNameProblems(name));
};

function validateSleep(seconds: number, path: string, problems: Problems, grace: GraceSeconds): void {
  if (grace !== undefined && (seconds < 0 || seconds > grace)) {
    problems.invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`);
  }
}

/** Exactly one handler; of several the first is looked at and the others are told to be too many. */
function validateHandler(handler: HandlerFields, path: string, problems: Problems, grace: GraceSeconds): void {
  let found = false;
  const one = <T>(value: T | undefined, name: string, check: (value: T, at: string) => void): void => {
    if (value === undefined) return;
    if (found) problems.forbidden(`${path}.${name}`, 'may not specify more than 1 handler type');
    else check(value, `${path}.${name}`);
    found = true;
  };
  one(handler.exec, 'exec', (value, at) => exec(value, at, problems));
  one(handler.httpGet, 'httpGet', (value, at) => httpGet(value, at, problems));
  one(handler.tcpSocket, 'tcpSocket', ({ port }, at) => validatePortNumberOrName(port, `${at}.port`, problems));
  one(handler.grpc, 'grpc', ({ port }, at) => validatePortNumber(port, `${at}.port`, problems));
  one(handler.sleep, 'sleep', ({ seconds = 0 }, at) => validateSleep(seconds, at, problems, grace));
  if (!found) problems.required(path, 'must specify a handler type');
}

function validateProbe(probe: ProbeFields, path: string, problems: Problems, grace: GraceSeconds): void {
  validateHandler(probe, path, problems, grace);
  for (const key of COUNTS) validateNonnegative(probe[key], `${path}.${key}`, problems);
  const own = probe.terminationGracePeriodSeconds;
  if (own !== undefined && own <= 0) problems.invalid(`${path}.terminationGracePeriodSeconds`, own, 'must be greater than 0');
}

/** A container's probes: liveness, readiness, startup. */
export function validateProbes(container: ContainerFields, path: string, problems: Problems, grace: GraceSeconds): void {
  for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[key];
    if (probe === undefined) continue;
    const at = `${path}.${key}`;
    validateProbe(probe, at, problems, grace);
    if (key !== 'readinessProbe') {
      if (probe.successThreshold !== 1) problems.invalid(`${at}.successThreshold`, probe.successThreshold ?? 0, 'must be 1');
    } else if (probe.terminationGracePeriodSeconds !== undefined) {
      problems.invalid(`${at}.terminationGracePeriodSeconds`, probe.terminationGracePeriodSeconds, 'must not be set for readinessProbes');
    }
  }
}

export function validateLifecycle(lifecycle: LifecycleFields, path: string, problems: Problems, grace: GraceSeconds): void {
  for (const key of ['postStart', 'preStop'] as const) {
    const hook = lifecycle[key];
    if (hook) validateHandler(hook, `${path}.${key}`, problems, grace);
  }
}
