/** What may change of a pod that stands. Source: ValidatePodUpdate, pkg/apis/core/validation, 1.36. */
import { copyJson, sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { rangeProblem } from './_numbers.ts';
import type { ContainerFields, PodFields, PodSpecFields, TolerationFields } from './_pod-fields.ts';
import { validateImagePadding } from './containers.ts';
import { APPARMOR, MIRROR, validatePodAnnotations } from './pod-metadata.ts';
import { validateGatedPod } from './pod-update-gated.ts';
import { validateTolerations } from './pod-scheduling.ts';
import { specDifference } from './spec-difference.ts';
import { validatePod } from './pod-template.ts';

const MUTABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

const INT32_MAX = 2 ** 31 - 1;

export function validatePodUpdate(pod: PodFields, previous: PodFields, problems: Problems): void {
  validatePod(pod, problems);
  validateAnnotationUpdate(pod, previous, problems);
  const { spec = {} } = pod;
  const { spec: old = {} } = previous;
  for (const list of ['containers', 'initContainers'] as const) {
    if (!validateContainerUpdates(spec[list], old[list], `spec.${list}`, problems)) return;
  }
  if (!validateDeadline(spec.activeDeadlineSeconds, old.activeDeadlineSeconds, problems)) return;
  validateOnlyAdded(spec.tolerations ?? [], old.tolerations ?? [], problems);
  validateOnlyRemovedGates(spec, old, problems);
  if (sameJson(spec, old)) return;
  const rest = withMutableMembers(spec, old);
  if ((old.schedulingGates ?? []).length > 0) validateGatedPod(rest, old, problems);
  if (!sameJson(rest, old))
    problems.forbidden('spec', `pod updates may not change fields other than ${MUTABLE}\n${specDifference(old, rest)}`);
}

/** Annotations that other things rest on stay. What they say is checked once more. */
export function validateAnnotationUpdate(pod: PodFields, previous: PodFields, problems: Problems): void {
  const { annotations: now = {} } = pod.metadata;
  const { annotations: before = {} } = previous.metadata;
  const at = (key: string): string => `metadata.annotations[${key}]`;
  for (const key of Object.keys(before)) {
    if (now[key] === before[key]) continue;
    if (key.startsWith(APPARMOR)) problems.forbidden(at(key), 'may not remove or update AppArmor annotations');
    if (key === MIRROR) problems.forbidden(at(key), 'may not remove or update mirror pod annotation');
  }
  for (const key of Object.keys(now)) {
    if (before[key] !== undefined) continue;
    if (key.startsWith(APPARMOR)) problems.forbidden(at(key), 'may not add AppArmor annotations');
    if (key === MIRROR) problems.forbidden(at(key), 'may not add mirror pod annotation');
  }
  validatePodAnnotations(pod.metadata, pod.spec ?? {}, 'metadata.annotations', problems);
}

/** False when there are more or fewer of them: nothing else can be compared then. */
function validateContainerUpdates(
  now: readonly ContainerFields[] = [],
  before: readonly ContainerFields[] = [],
  path: string,
  problems: Problems,
): boolean {
  if (now.length !== before.length) {
    problems.forbidden(path, 'pod updates may not add or remove containers');
    return false;
  }
  for (const [index, container] of now.entries()) {
    if ((container.image ?? '') === '') problems.required(`${path}[${index}].image`);
    validateImagePadding(container, `${path}[${index}]`, problems);
  }
  return true;
}

/** It may be set, and made shorter. False when nothing further is looked at. */
function validateDeadline(now: number | undefined, before: number | undefined, problems: Problems): boolean {
  const path = 'spec.activeDeadlineSeconds';
  if (now === undefined) {
    if (before !== undefined) problems.invalid(path, undefined, 'must not update from a positive integer to nil value');
    return true;
  }
  const why =
    now < 0 || now > INT32_MAX
      ? rangeProblem(0, INT32_MAX)
      : before !== undefined && before < now
        ? 'must be less than or equal to previous value'
        : undefined;
  if (why !== undefined) problems.invalid(path, now, why);
  return why === undefined;
}

/** Tolerations stay as they are, but for how long they hold; new ones may come. */
function validateOnlyAdded(now: readonly TolerationFields[], before: readonly TolerationFields[], problems: Problems): void {
  const withoutSeconds = (toleration: TolerationFields): TolerationFields => ({ ...toleration, tolerationSeconds: undefined });
  const isKept = (toleration: TolerationFields): boolean =>
    now.some((other) => sameJson(withoutSeconds(other), withoutSeconds(toleration)));
  if (!before.every(isKept)) {
    problems.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds');
  } else validateTolerations(now, 'spec.tolerations', problems);
}

function validateOnlyRemovedGates(spec: PodSpecFields, old: PodSpecFields, problems: Problems): void {
  const before = new Set((old.schedulingGates ?? []).map(({ name = '' }) => name));
  for (const [index, { name = '' }] of (spec.schedulingGates ?? []).entries()) {
    if (before.has(name)) continue;
    problems.forbidden(`spec.schedulingGates[${index}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`);
  }
}

type Writable = { -readonly [Key in keyof PodSpecFields]: PodSpecFields[Key] };

/** The new spec with the old one's members wherever a change is allowed: whatever still differs is not. */
function withMutableMembers(spec: PodSpecFields, old: PodSpecFields): Writable {
  const rest: Writable = copyJson(spec);
  for (const list of ['containers', 'initContainers'] as const) {
    const images = (old[list] ?? []).map(({ image }) => image);
    if (rest[list]) rest[list] = rest[list].map((container, index) => ({ ...container, image: images[index] }));
  }
  for (const key of ['activeDeadlineSeconds', 'schedulingGates', 'tolerations'] as const) {
    delete rest[key];
    if (old[key] !== undefined) Object.assign(rest, { [key]: old[key] });
  }
  const grace = old.terminationGracePeriodSeconds ?? 0;
  if (grace < 0 && rest.terminationGracePeriodSeconds === 1) rest.terminationGracePeriodSeconds = grace;
  return rest;
}
