/** Security contexts of pods and containers. Source: ValidateSecurityContext, validatePodSpecSecurityContext, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { goValue } from './_go-value.ts';
import { validateRange } from './_numbers.ts';
import type { PodSecurityFields, PodSpecFields, SecurityFields } from './_pod-fields.ts';
import { validateAppArmor, validateSeccomp, validateWindowsOptions } from './security-profiles.ts';

const IDS = { least: 0, most: 0xff_ff_ff_ff };
const PROC_MOUNTS = ['Default', 'Unmasked'];

/** `hostUsers`: the pod's users are the node's, as they are unless it says otherwise. */
export function validateSecurityContext(context: SecurityFields | undefined, path: string, problems: Problems, hostUsers: boolean): void {
  if (context === undefined) return;
  validateRange(context.runAsUser, `${path}.runAsUser`, problems, IDS);
  validateRange(context.runAsGroup, `${path}.runAsGroup`, problems, IDS);
  validateProcMount(context.procMount, `${path}.procMount`, problems, hostUsers);
  validateSeccomp(context.seccompProfile, `${path}.seccompProfile`, problems);
  if (context.allowPrivilegeEscalation === false) validateNoEscalation(context, path, problems);
  validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`, problems);
  validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, problems);
}

function validateProcMount(type: string | undefined, path: string, problems: Problems, hostUsers: boolean): void {
  if (type === undefined) return;
  if (!PROC_MOUNTS.includes(type)) problems.unsupported(path, type, PROC_MOUNTS);
  if (hostUsers && type === 'Unmasked') problems.invalid(path, type, '`hostUsers` must be false to use `Unmasked`');
}

function validateNoEscalation(context: SecurityFields, path: string, problems: Problems): void {
  const refuse = (what: string): void =>
    problems.invalid(path, goValue('SecurityContext', context), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`);
  if (context.privileged === true) refuse('`privileged` to true');
  const admins = (context.capabilities?.add ?? []).filter((capability) => capability === 'CAP_SYS_ADMIN');
  for (const _ of admins) refuse('`capabilities.Add` CAP_SYS_ADMIN');
}

const CHANGE_POLICIES = ['Always', 'OnRootMismatch'];
const GROUP_POLICIES = ['Merge', 'Strict'];
const SELINUX_POLICIES = ['MountOption', 'Recursive'];

export function validatePodSecurityContext(spec: PodSpecFields, path: string, problems: Problems): void {
  const context = spec.securityContext;
  if (context === undefined) return;
  validateRange(context.fsGroup, `${path}.fsGroup`, problems, IDS);
  validateRange(context.runAsUser, `${path}.runAsUser`, problems, IDS);
  validateRange(context.runAsGroup, `${path}.runAsGroup`, problems, IDS);
  for (const [index, group] of (context.supplementalGroups ?? []).entries()) {
    validateRange(group, `${path}.supplementalGroups[${index}]`, problems, IDS);
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    problems.invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled');
  }
  validateSysctls(spec, context, `${path}.sysctls`, problems);
  const choice = (key: 'fsGroupChangePolicy' | 'supplementalGroupsPolicy' | 'seLinuxChangePolicy', known: readonly string[]): void => {
    const value = context[key];
    if (value !== undefined && !known.includes(value)) problems.unsupported(`${path}.${key}`, value, known);
  };
  choice('fsGroupChangePolicy', CHANGE_POLICIES);
  validateSeccomp(context.seccompProfile, `${path}.seccompProfile`, problems);
  validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`, problems);
  validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, problems);
  choice('supplementalGroupsPolicy', GROUP_POLICIES);
  choice('seLinuxChangePolicy', SELINUX_POLICIES);
}

const SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL = `^(${SEGMENT}[\\./])*${SEGMENT}$`;
const SYSCTL_REG_EXP = new RegExp(SYSCTL);
const LONGEST_SYSCTL = 253;

/** `net/ipv4/conf.d` and `net.ipv4.conf/d` are one: the first separator tells how it is written. */
function withDots(name: string): string {
  if (/[./]/.exec(name)?.[0] !== '/') return name;
  return name.replaceAll(/[./]/g, (separator) => (separator === '/' ? '.' : '/'));
}

function validateSysctls(spec: PodSpecFields, { sysctls = [] }: PodSecurityFields, path: string, problems: Problems): void {
  const names = new Set<string>();
  for (const [index, { name = '' }] of sysctls.entries()) {
    const at = `${path}[${index}].name`;
    if (name === '') problems.required(at);
    else if (name.length > LONGEST_SYSCTL || !SYSCTL_REG_EXP.test(name)) {
      problems.invalid(at, name, `must have at most ${LONGEST_SYSCTL} characters and match regex ${SYSCTL}`);
    } else if (names.has(name)) problems.duplicate(at, name);
    names.add(name);
    const dotted = withDots(name);
    const isIpc = dotted === 'kernel.sem' || ['kernel.shm', 'kernel.msg', 'fs.mqueue.'].some((prefix) => dotted.startsWith(prefix));
    if (spec.hostNetwork === true && dotted.startsWith('net.'))
      problems.invalid(at, name, "may not be specified when 'hostNetwork' is true");
    else if (spec.hostIPC === true && isIpc) problems.invalid(at, name, "may not be specified when 'hostIPC' is true");
  }
}
