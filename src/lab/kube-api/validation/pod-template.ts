/** Templates of pods, and pods that are new. Source: ValidatePodTemplateSpec, ValidatePodCreate, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { validateAnnotations, validateLabels } from './_labels.ts';
import type { MetaFields, PodFields, PodSpecFields } from './_pod-fields.ts';
import { validateImagePadding } from './containers.ts';
import { validatePodAnnotations, validateProfilesTwice } from './pod-metadata.ts';
import { validatePodSpec } from './pod-spec.ts';

export interface PodTemplateFields {
  readonly metadata?: MetaFields | undefined;
  readonly spec?: PodSpecFields | undefined;
}

/** What any kind that makes pods checks first; its own rules for restart policies come after it. `path`: `spec.template`. */
export function validatePodTemplate(template: PodTemplateFields, path: string, problems: Problems): void {
  const { metadata = {}, spec = {} } = template;
  validateLabels(metadata.labels, `${path}.labels`, problems);
  validateAnnotations(metadata.annotations, `${path}.annotations`, problems);
  validatePodAnnotations(metadata, spec, `${path}.annotations`, problems);
  validatePodSpec(spec, `${path}.spec`, problems, { isPod: false });
  validateProfilesTwice(metadata, spec, `${path}.spec`, problems);
  if ((spec.ephemeralContainers ?? []).length > 0) {
    problems.forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template');
  }
}

/** A pod as it stands, but for its metadata, which is checked before. */
export function validatePod({ metadata, spec = {} }: PodFields, problems: Problems): void {
  validatePodAnnotations(metadata, spec, 'metadata.annotations', problems);
  validatePodSpec(spec, 'spec', problems, { isPod: true, metadata });
  if ((spec.serviceAccountName ?? '') === '') validateNoTokens(spec, problems);
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) validateImagePadding(container, `spec.${list}[${index}]`, problems);
  }
}

function validateNoTokens({ volumes = [] }: PodSpecFields, problems: Problems): void {
  for (const [index, { projected }] of volumes.entries()) {
    for (const [position, { serviceAccountToken }] of (projected?.sources ?? []).entries()) {
      if (!serviceAccountToken) continue;
      const at = `spec.volumes[${index}].projected.sources[${position}].serviceAccountToken`;
      problems.forbidden(at, 'must not be specified when serviceAccountName is not set');
    }
  }
}

/** What only a new pod is asked. */
export function validateNewPod(pod: PodFields, problems: Problems): void {
  validatePod(pod, problems);
  const { metadata, spec = {} } = pod;
  if ((spec.ephemeralContainers ?? []).length > 0) problems.forbidden('spec.ephemeralContainers', 'cannot be set on create');
  if ((spec.nodeName ?? '') !== '' && (spec.schedulingGates ?? []).length > 0) {
    problems.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared');
  }
  validateProfilesTwice(metadata, spec, 'spec', problems);
}
