/** What the server checks on every object's metadata. Source: apimachinery api/validation/objectmeta.go, 1.36. */
import type { Resource } from '../../kubernetes/index.ts';
import { sameJson } from './json.ts';
import type { Problems } from './problems.ts';
import type { Stored } from './store.ts';
import { validateAnnotations, validateLabels } from './validation/_labels.ts';
import { labelProblems, qualifiedNameProblems, serviceNameProblems, subdomainProblems } from './validation/_names.ts';

export { qualifiedNameProblems, validateLabels };

/** RBAC names may hold almost anything. */
const FREE_NAMES = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];

function nameProblems(kind: string, name: string): string[] {
  if (FREE_NAMES.includes(kind)) return /^\.{1,2}$|[/%]/.test(name) ? ["may not contain '/' or '%'"] : [];
  if (kind === 'Namespace') return labelProblems(name);
  // Since 1.34 a Service may start with a digit only behind a gate; the older rule still holds by default.
  if (kind === 'Service') return serviceNameProblems(name);
  return subdomainProblems(name);
}

/** Checks the metadata of a new or changed object. */
export function validateMetadata(resource: Resource, object: Stored, problems: Problems, previous?: Stored): void {
  const { metadata } = object;
  if (previous === undefined) {
    if (metadata.name === '') problems.required('metadata.name', 'name or generateName is required');
    else for (const text of nameProblems(resource.kind, metadata.name)) problems.invalid('metadata.name', metadata.name, text);
  }
  validateLabels(metadata.labels, 'metadata.labels', problems);
  validateAnnotations(metadata.annotations, 'metadata.annotations', problems);
  validateOwners(object, problems);
  for (const finalizer of metadata.finalizers ?? []) {
    for (const text of qualifiedNameProblems(finalizer)) problems.invalid('metadata.finalizers', finalizer, text);
  }
  if (previous?.metadata.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((name) => !(previous.metadata.finalizers ?? []).includes(name));
    if (added.length > 0) {
      problems.forbidden(
        'metadata.finalizers',
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => `"${name}"`).join(', ')}}`,
      );
    }
  }
}

function validateOwners(object: Stored, problems: Problems): void {
  const owners = object.metadata.ownerReferences ?? [];
  for (const owner of owners) {
    const empty = ['apiVersion', 'kind', 'name', 'uid'] as const;
    for (const key of empty) {
      if ((owner[key] as string | undefined) === undefined || owner[key] === '') {
        const text = key === 'apiVersion' ? 'version must not be empty' : 'must not be empty';
        problems.invalid(`metadata.ownerReferences.${key}`, owner[key], text);
      }
    }
  }
  const controllers = owners.filter(({ controller }) => controller === true);
  const [first, second] = controllers;
  if (first && second && !sameJson(first, second)) {
    const text = `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`;
    problems.invalid('metadata.ownerReferences', owners, text);
  }
}
