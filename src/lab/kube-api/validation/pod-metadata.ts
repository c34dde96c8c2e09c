/** Annotations that mean something for a pod. Source: ValidatePodSpecificAnnotations and kin, pkg/apis/core/validation, 1.36. */
import { quoted, type Problems } from '../problems.ts';
import { containersWithPaths, type MetaFields, type PodSpecFields, type ProfileFields } from './_pod-fields.ts';
import { validateDescendingPath } from './_paths.ts';

export const MIRROR = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
export const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
export const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
export const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const LOCALHOST = 'localhost/';

export function validatePodAnnotations({ annotations = {} }: MetaFields, spec: PodSpecFields, path: string, problems: Problems): void {
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && (spec.nodeName ?? '') === '') {
    problems.invalid(`${path}[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set');
  }
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isInt32(cost)) problems.invalid(`${path}[${DELETION_COST}]`, cost, 'must be a 32bit integer');
  for (const key in annotations) {
    const value = annotations[key] ?? '';
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) validateSeccompText(value, `${path}.${key}`, problems);
    else if (key.startsWith(APPARMOR)) validateAppArmorText(value, key.slice(APPARMOR.length), { spec, path: `${path}[${key}]` }, problems);
  }
}

/** As the deletion cost is read: no leading plus or zeros. */
const isInt32 = (text: string): boolean => /^(?:0|-?[1-9]\d*)$/.test(text) && Math.trunc(Number(text)) === (Number(text) | 0);

function validateSeccompText(profile: string, path: string, problems: Problems): void {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return;
  if (profile.startsWith(LOCALHOST)) validateDescendingPath(profile.slice(LOCALHOST.length), path, problems);
  else problems.invalid(path, profile, 'must be a valid seccomp profile');
}

function validateAppArmorText(
  profile: string,
  container: string,
  { spec, path }: { readonly spec: PodSpecFields; readonly path: string },
  problems: Problems,
): void {
  if (!containersWithPaths(spec, '').some((item) => item.container.name === container)) {
    problems.invalid(path, container, 'container not found');
  }
  if (!['', 'runtime/default', 'unconfined'].includes(profile) && !profile.startsWith(LOCALHOST)) {
    problems.invalid(path, profile, `invalid AppArmor profile name: ${quoted(profile)}`);
  }
}

interface Told {
  readonly annotation: string | undefined;
  readonly field: ProfileFields | undefined;
  /** `seccomp` or `apparmor`. */
  readonly what: string;
}

/** What stands in an annotation and in a field has to be the same. */
function validateSame({ annotation, field, what }: Told, path: string, problems: Problems): void {
  if (annotation === undefined || field === undefined) return;
  const differs = (): void => problems.forbidden(`${path}.type`, `${what} type in annotation and field must match`);
  if (field.type === 'Unconfined') {
    if (annotation !== 'unconfined') differs();
  } else if (field.type === 'RuntimeDefault') {
    if (annotation !== 'runtime/default' && !(what === 'seccomp' && annotation === 'docker/default')) differs();
  } else if (field.type === 'Localhost') {
    if (!annotation.startsWith(LOCALHOST)) differs();
    else if (annotation.slice(LOCALHOST.length) !== field.localhostProfile) {
      problems.forbidden(`${path}.localhostProfile`, `${what} profile in annotation and field must match`);
    }
  }
}

/** Seccomp and AppArmor profiles that are told twice. */
export function validateProfilesTwice({ annotations }: MetaFields, spec: PodSpecFields, path: string, problems: Problems): void {
  if (annotations === undefined) return;
  const ofPod = spec.securityContext;
  const seccomp = { annotation: annotations[SECCOMP_POD], field: ofPod?.seccompProfile, what: 'seccomp' };
  validateSame(seccomp, `${path}.securityContext.seccompProfile`, problems);
  const containers = containersWithPaths(spec, path);
  for (const { at, container } of containers) {
    const annotation = annotations[SECCOMP_CONTAINER + (container.name ?? '')];
    const field = container.securityContext?.seccompProfile;
    validateSame({ annotation, field, what: 'seccomp' }, `${at}.securityContext.seccompProfile`, problems);
  }
  if (spec.os?.name === 'windows') return;
  for (const { at, container } of containers) {
    const annotation = annotations[APPARMOR + (container.name ?? '')];
    const field = container.securityContext?.appArmorProfile ?? ofPod?.appArmorProfile;
    validateSame({ annotation, field, what: 'apparmor' }, `${at}.securityContext.appArmorProfile`, problems);
  }
}
