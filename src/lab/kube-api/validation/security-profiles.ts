/** Seccomp, AppArmor and Windows options, as fields and as the annotations of old. Source: pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { goValue } from './_go-value.ts';
import { isLongerThan, subdomainProblems } from './_names.ts';
import { validateDescendingPath } from './_paths.ts';
import type { ProfileFields, WindowsFields } from './_pod-fields.ts';

const TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const LONGEST_APPARMOR_NAME = 4095;

export function validateSeccomp(profile: ProfileFields | undefined, path: string, problems: Problems): void {
  if (profile === undefined) return;
  const { type = '', localhostProfile } = profile;
  if (type === '') problems.required(`${path}.type`, 'type is required when seccompProfile is set');
  else if (!TYPES.includes(type)) problems.unsupported(`${path}.type`, type, TYPES);
  const at = `${path}.localhostProfile`;
  if (type !== 'Localhost') {
    if (localhostProfile !== undefined) {
      problems.invalid(at, goValue('SeccompProfile', profile), 'can only be set when seccomp type is Localhost');
    }
  } else if (localhostProfile === undefined) problems.required(at, 'must be set when seccomp type is Localhost');
  else validateDescendingPath(localhostProfile, at, problems);
}

export function validateAppArmor(profile: ProfileFields | undefined, path: string, problems: Problems): void {
  if (profile === undefined) return;
  const { type = '', localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  if (type === '') problems.required(`${path}.type`, 'type is required when appArmorProfile is set');
  else if (!TYPES.includes(type)) problems.unsupported(`${path}.type`, type, TYPES);
  else if (type !== 'Localhost') {
    if (localhostProfile !== undefined) problems.invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost');
  } else validateAppArmorName(localhostProfile, at, problems);
}

function validateAppArmorName(name: string | undefined, path: string, problems: Problems): void {
  const missing = 'must be set when AppArmor type is Localhost';
  if (name === undefined) return problems.required(path, missing);
  if (name.trim() !== name) problems.invalid(path, name, 'must not be padded with whitespace');
  else if (name === '') problems.required(path, missing);
  if (isLongerThan(name, LONGEST_APPARMOR_NAME)) problems.tooLongBytes(path, LONGEST_APPARMOR_NAME);
  return undefined;
}

const LARGEST_SPEC_KIB = 64;

export function validateWindowsOptions(options: WindowsFields | undefined, path: string, problems: Problems): void {
  if (options === undefined) return;
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName } = options;
  if (name !== undefined) problems.eachInvalid(`${path}.gmsaCredentialSpecName`, name, subdomainProblems(name));
  if (spec === '') problems.invalid(`${path}.gmsaCredentialSpec`, spec, 'gmsaCredentialSpec cannot be an empty string');
  else if (spec !== undefined && isLongerThan(spec, LARGEST_SPEC_KIB * 1024)) {
    problems.invalid(`${path}.gmsaCredentialSpec`, spec, `gmsaCredentialSpec size must be under ${LARGEST_SPEC_KIB} KiB`);
  }
  if (runAsUserName !== undefined) problems.eachInvalid(`${path}.runAsUserName`, runAsUserName, windowsUserProblems(runAsUserName));
}

const LONGEST_DOMAIN = 256;
const LONGEST_USER = 104;
const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const WINDOWS_DNS = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** `DOMAIN\user` or `user`. */
function windowsUserProblems(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (/\p{Cc}/u.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const domain = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const user = parts.at(-1) ?? '';
  const found: string[] = [];
  if (domain !== undefined && domain.length >= LONGEST_DOMAIN) {
    found.push(`runAsUserName's Domain length must be under ${LONGEST_DOMAIN} characters`);
  }
  if (domain !== undefined && !NETBIOS.test(domain) && !WINDOWS_DNS.test(domain)) {
    found.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === '') found.push("runAsUserName's User cannot be empty");
  else if (user.length > LONGEST_USER) found.push(`runAsUserName's User length must not be longer than ${LONGEST_USER} characters`);
  if (/^[. ]+$/.test(user)) found.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    found.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  }
  return found;
}
