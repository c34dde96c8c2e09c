/** What the name of each kind may be. Source: the Validate…Name functions of pkg/apis, 1.36. */
import { labelProblems, subdomainProblems } from './_names.ts';

const FORBIDDEN_PARTS = ['/', '%'];

/** A part of a URL's path: RBAC's names and all names that no other rule holds for. Source: apimachinery api/validation/path. */
export function pathSegmentProblems(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return pathPrefixProblems(value);
}

const pathPrefixProblems = (value: string): string[] =>
  FORBIDDEN_PARTS.filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);

const FREE = new Set(['ClusterRole', 'ClusterRoleBinding', 'Event', 'PodDisruptionBudget', 'Role', 'RoleBinding']);
// Since 1.36 a Service may start with a digit (RelaxedServiceNameValidation).
const LABELS = new Set(['Namespace', 'Service', 'StatefulSet']);

/** Why a name is none for its kind; an empty list when it is one. */
export function nameProblems(kind: string, name: string): string[] {
  if (FREE.has(kind)) return pathSegmentProblems(name);
  return LABELS.has(kind) ? labelProblems(name) : subdomainProblems(name);
}

/** The same for what a name will be generated from: a dash at its end is none of the name's. */
export function namePrefixProblems(kind: string, prefix: string): string[] {
  if (FREE.has(kind)) return pathPrefixProblems(prefix);
  return nameProblems(kind, prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix);
}
