/** What the server checks on every object's metadata. Source: apimachinery api/validation/objectmeta.go, 1.36. */
import type { Resource } from '../../kubernetes/index.ts';
import { sameJson } from './json.ts';
import type { Problems } from './problems.ts';
import type { Stored } from './store.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;
const SERVICE_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

/** Why a text is no RFC 1123 subdomain (most names). Empty when it is one. */
export function subdomainProblems(value: string): string[] {
  const found: string[] = [];
  if (value.length > 253) found.push('must be no more than 253 bytes');
  if (!whole(SUBDOMAIN).test(value)) {
    found.push(
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`,
    );
  }
  return found;
}

/** Why a text is no RFC 1123 label (container and namespace names). */
export function labelProblems(value: string): string[] {
  const found: string[] = [];
  if (value.length > 63) found.push('must be no more than 63 bytes');
  if (!whole(LABEL).test(value)) {
    found.push(
      `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`,
    );
  }
  return found;
}

/** Why a text is no name of a Service (RFC 1035 label). */
export function serviceNameProblems(value: string): string[] {
  const found: string[] = [];
  if (value.length > 63) found.push('must be no more than 63 bytes');
  if (!whole(SERVICE_LABEL).test(value)) {
    found.push(
      `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${SERVICE_LABEL}')`,
    );
  }
  return found;
}

/** Why a text is no qualified name (keys of labels, annotations, taints). */
export function qualifiedNameProblems(value: string): string[] {
  const parts = value.split('/');
  const found: string[] = [];
  const name = parts.at(-1) ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') found.push('prefix part must be non-empty');
    else found.push(...subdomainProblems(prefix).map((text) => `prefix part ${text}`));
  } else if (parts.length > 2) {
    return [
      `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (name === '') found.push('name part must be non-empty');
  else if (name.length > 63) found.push('name part must be no more than 63 bytes');
  if (!whole(QUALIFIED).test(name)) {
    found.push(
      `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`,
    );
  }
  return found;
}

/** Why a text is no value of a label. */
export function labelValueProblems(value: string): string[] {
  const found: string[] = [];
  if (value.length > 63) found.push('must be no more than 63 bytes');
  if (!whole(LABEL_VALUE).test(value)) {
    found.push(
      `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${LABEL_VALUE}')`,
    );
  }
  return found;
}

/** Checks a map of labels at `field`. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: string, problems: Problems): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const text of qualifiedNameProblems(key)) problems.invalid(field, key, text);
    for (const text of labelValueProblems(value)) problems.invalid(field, value, text);
  }
}

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
  for (const key of Object.keys(metadata.annotations ?? {})) {
    for (const text of qualifiedNameProblems(key.toLowerCase())) problems.invalid('metadata.annotations', key, text);
  }
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
