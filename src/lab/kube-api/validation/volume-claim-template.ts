/** What claims ask for, alone or as a volume's own claim. Source: ValidatePersistentVolumeClaimSpec and kin, pkg/apis/core/validation, 1.36. */
import type { PersistentVolumeClaim } from '../../../kubernetes/index.ts';
import type { Problems } from '../problems.ts';
import { validateAnnotations, validateLabels, validateLabelSelector } from './_labels.ts';
import { labelProblems, subdomainProblems } from './_names.ts';
import type { Loose, VolumeFields } from './_pod-fields.ts';
import { validatePositiveQuantity } from './_quantities.ts';

export type ClaimSpecFields = Loose<NonNullable<PersistentVolumeClaim['spec']>> & {
  readonly volumeAttributesClassName?: string | undefined;
};
type SourceFields = NonNullable<ClaimSpecFields['dataSource']> & { readonly namespace?: string | undefined };

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_MODES = ['Block', 'Filesystem'];

/** Access modes of claims and volumes. */
export function validateAccessModes(modes: readonly string[], path: string, problems: Problems): void {
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) problems.unsupported(path, mode, ACCESS_MODES);
  const others = modes.filter((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode));
  if (others.length > 0 && modes.includes('ReadWriteOncePod')) {
    problems.forbidden(path, 'may not use ReadWriteOncePod with other access modes');
  }
}

export function validateClaimSpec(spec: ClaimSpecFields, path: string, problems: Problems): void {
  const { accessModes = [], selector, resources, storageClassName = '', volumeMode } = spec;
  if (accessModes.length === 0) problems.required(`${path}.accessModes`, 'at least 1 access mode is required');
  validateLabelSelector(selector, `${path}.selector`, problems);
  validateAccessModes(accessModes, `${path}.accessModes`, problems);
  const storage = resources?.requests?.['storage'];
  if (storage === undefined) problems.required(`${path}.resources[storage]`);
  else validatePositiveQuantity(storage, `${path}.resources[storage]`, problems);
  if (storageClassName !== '') problems.eachInvalid(`${path}.storageClassName`, storageClassName, subdomainProblems(storageClassName));
  if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode)) problems.unsupported(`${path}.volumeMode`, volumeMode, VOLUME_MODES);
  validateDataSources(spec, path, problems);
  const attributes = spec.volumeAttributesClassName ?? '';
  if (attributes !== '') problems.eachInvalid(`${path}.volumeAttributesClassName`, attributes, subdomainProblems(attributes));
}

function validateDataSources({ dataSource, dataSourceRef }: ClaimSpecFields, path: string, problems: Problems): void {
  const reference: SourceFields | undefined = dataSourceRef;
  if (dataSource) validateDataSource(dataSource, `${path}.dataSource`, problems);
  if (reference) validateDataSource(reference, `${path}.dataSourceRef`, problems);
  if (!dataSource || !reference) return;
  // The value that is told is a field's path, which prints as nothing.
  if ((reference.namespace ?? '') !== '') problems.invalid(path, {}, 'may not be specified when dataSourceRef.namespace is specified');
  else if ((['apiGroup', 'kind', 'name'] as const).some((key) => dataSource[key] !== reference[key])) {
    problems.invalid(path, {}, 'must match dataSourceRef');
  }
}

function validateDataSource({ apiGroup = '', kind = '', name = '', namespace = '' }: SourceFields, path: string, problems: Problems): void {
  if (name === '') problems.required(`${path}.name`);
  if (kind === '') problems.required(`${path}.kind`);
  if (apiGroup !== '') problems.eachInvalid(`${path}.apiGroup`, apiGroup, subdomainProblems(apiGroup));
  else if (kind !== 'PersistentVolumeClaim') {
    problems.invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  }
  if (namespace !== '') problems.eachInvalid(`${path}.namespace`, namespace, labelProblems(namespace));
}

const TEMPLATE_METADATA = ['annotations', 'labels'];

/** The claim that is made for one volume of one pod: of its metadata labels and annotations alone count. */
export function validateClaimTemplate(ephemeral: NonNullable<VolumeFields['ephemeral']>, path: string, problems: Problems): void {
  const template = ephemeral.volumeClaimTemplate;
  const at = `${path}.volumeClaimTemplate`;
  if (template === undefined) return problems.required(at);
  const metadata = template.metadata ?? {};
  const { annotations, labels } = metadata as { readonly [key in 'annotations' | 'labels']?: Record<string, string> }; // texts, the decoder saw to it
  validateAnnotations(annotations, `${at}.metadata.annotations`, problems);
  validateLabels(labels, `${at}.metadata.labels`, problems);
  for (const [key, value] of Object.entries(metadata)) {
    if (value !== undefined && !TEMPLATE_METADATA.includes(key)) problems.forbidden(`${at}.metadata.${key}`, 'cannot be set');
  }
  return validateClaimSpec(template.spec ?? {}, `${at}.spec`, problems);
}
