/** What the server checks on every object's metadata. Source: apimachinery api/validation/objectmeta.go and pkg/apis/core/validation, 1.36. */
import type { Resource } from '../../kubernetes/index.ts';
import type { Problems } from './problems.ts';
import type { Stored } from './store.ts';
import { validateAnnotations, validateLabels } from './validation/_labels.ts';
import { qualifiedNameProblems } from './validation/_names.ts';
import { nameProblems, namePrefixProblems } from './validation/_names-of-kinds.ts';
import { validateNonnegative } from './validation/_numbers.ts';

const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion'];
/** Kinds whose finalizers may have any name. */
const FREE_FINALIZERS = ['Event', 'Lease', 'PodDisruptionBudget', 'RuntimeClass'];

const isStrict = (resource: Resource): boolean => !FREE_FINALIZERS.includes(resource.kind) && !('custom' in resource);

/** Checks the metadata of a new or changed object. */
export function validateMetadata(resource: Resource, object: Stored, problems: Problems, previous?: Stored): void {
  const { metadata } = object;
  if (previous === undefined) validateName(resource.kind, object, problems);
  else validateNewFinalizers(object, previous, problems);
  validateNonnegative(metadata.generation, 'metadata.generation', problems);
  validateLabels(metadata.labels, 'metadata.labels', problems);
  validateAnnotations(metadata.annotations, 'metadata.annotations', problems);
  validateOwners(object, problems);
  validateFinalizers(object, problems, { isNew: previous === undefined, isStrict: isStrict(resource) });
}

function validateName(kind: string, { metadata }: Stored, problems: Problems): void {
  const prefix = metadata.generateName ?? '';
  if (prefix !== '') problems.eachInvalid('metadata.generateName', prefix, namePrefixProblems(kind, prefix));
  if (metadata.name === '') problems.required('metadata.name', 'name or generateName is required');
  else problems.eachInvalid('metadata.name', metadata.name, nameProblems(kind, metadata.name));
}

/** Nothing may hold back what is going already. */
function validateNewFinalizers({ metadata }: Stored, previous: Stored, problems: Problems): void {
  if (previous.metadata.deletionTimestamp === undefined) return;
  const added = (metadata.finalizers ?? []).filter((name) => !(previous.metadata.finalizers ?? []).includes(name));
  if (added.length === 0) return;
  problems.forbidden(
    'metadata.finalizers',
    `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => `"${name}"`).join(', ')}}`,
  );
}

interface FinalizerRules {
  readonly isNew: boolean;
  readonly isStrict: boolean;
}

function validateFinalizers({ metadata }: Stored, problems: Problems, { isNew, isStrict: strict }: FinalizerRules): void {
  const finalizers = metadata.finalizers ?? [];
  const path = 'metadata.finalizers';
  for (const name of isNew ? finalizers : []) problems.eachInvalid(path, name, qualifiedNameProblems(name));
  if (isNew && finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    problems.invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set');
  }
  for (const [index, name] of strict ? finalizers.entries() : []) {
    if (name.includes('/') || STANDARD_FINALIZERS.includes(name)) continue;
    problems.invalid(`${path}[${index}]`, name, 'name is neither a standard finalizer name nor is it fully qualified');
  }
}

const REQUIRED = ['apiVersion', 'kind', 'name', 'uid'] as const;

function validateOwners({ metadata }: Stored, problems: Problems): void {
  const owners = metadata.ownerReferences ?? [];
  let first: string | undefined;
  for (const owner of owners) {
    for (const key of REQUIRED) {
      if (((owner[key] as string | undefined) ?? '') !== '') continue;
      const text = key === 'apiVersion' ? 'version must not be empty' : 'must not be empty';
      problems.invalid(`metadata.ownerReferences.${key}`, owner[key], text);
    }
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
      problems.invalid('metadata.ownerReferences', owner, '/v1, Kind=Event is disallowed from being an owner');
    }
    if (owner.controller !== true) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (first === undefined) first = name;
    else {
      const text = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${name}`;
      problems.invalid('metadata.ownerReferences', owners, text);
    }
  }
}
