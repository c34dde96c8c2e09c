/** Role-based access control over the roles and bindings in the store. Source: plugin/pkg/auth/authorizer/rbac, 1.36. */
import { coversPath, coversResource, type Attributes, type Rule } from '../rbac/rules.ts';
import { failure } from '../statuses.ts';
import type { Store } from '../store.ts';
import type { UserInfo } from './types.ts';

interface Subject {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

interface BindingObject {
  readonly kind?: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly Subject[];
}

const ADMINISTRATORS = 'system:masters';

/** A rule that holds for somebody, and by what. */
interface Grant {
  readonly rule: Rule;
  readonly binding: BindingObject;
  readonly subject: Subject;
}

/** An answer; `reason` as the authorizer gives it. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason?: string;
}

/** The rules that hold for a user, cluster-wide and (with `namespace`) in a namespace. */
export const rulesOf = (store: Store, user: UserInfo, namespace: string | undefined): readonly Rule[] =>
  grantsOf(store, user, namespace).map(({ rule }) => rule);

/** `missing` collects what is said of roles that are bound and not there. */
function grantsOf(store: Store, user: UserInfo, namespace: string | undefined, missing?: Set<string>): readonly Grant[] {
  const wide: readonly BindingObject[] = store.list('ClusterRoleBinding');
  const local: readonly BindingObject[] = namespace === undefined ? [] : store.list('RoleBinding', namespace);
  return [...wide, ...local].flatMap((binding) => {
    const subject = binding.subjects?.find((item) => isUser(item, user, binding));
    if (subject === undefined) return [];
    const { roleRef, metadata } = binding;
    const place = roleRef?.kind === 'Role' ? (metadata.namespace ?? '') : '';
    const role = store.get(roleRef?.kind ?? '', place, roleRef?.name ?? '');
    if (role === undefined)
      missing?.add(`${(roleRef?.kind ?? '').toLowerCase()}.rbac.authorization.k8s.io "${roleRef?.name ?? ''}" not found`);
    const rules = Array.isArray(role?.['rules']) ? (role['rules'] as readonly Rule[]) : []; // the shape of roles
    return rules.map((rule) => ({ rule, binding, subject }));
  });
}

function isUser({ kind, name = '', namespace }: Subject, { user, groups }: UserInfo, { metadata }: BindingObject): boolean {
  if (kind === 'Group') return groups.includes(name);
  if (kind === 'ServiceAccount') return user === `system:serviceaccount:${namespace ?? metadata.namespace ?? ''}:${name}`;
  return user === name;
}

function reasonOf({ binding, subject }: Grant): string {
  const { namespace, name } = binding.metadata;
  const by = namespace === undefined ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`;
  const whom = subject.kind === 'ServiceAccount' ? `${subject.name ?? ''}/${subject.namespace ?? namespace ?? ''}` : (subject.name ?? '');
  return `RBAC: allowed by ${by} of ${binding.roleRef?.kind ?? ''} "${binding.roleRef?.name ?? ''}" to ${subject.kind ?? ''} "${whom}"`;
}

function decided(store: Store, user: UserInfo, namespace: string | undefined, covers: (rule: Rule) => boolean): Decision {
  // Another authorizer lets the administrators' group through before roles are looked at.
  if (user.groups.includes(ADMINISTRATORS)) return { allowed: true };
  const missing = new Set<string>();
  const grant = grantsOf(store, user, namespace, missing).find(({ rule }) => covers(rule));
  if (grant !== undefined) return { allowed: true, reason: reasonOf(grant) };
  const [first, ...others] = missing;
  if (first === undefined) return { allowed: false };
  return { allowed: false, reason: `RBAC: ${others.length === 0 ? first : `[${[first, ...others].join(', ')}]`}` };
}

/** May the user do this to a resource? */
export const decideResource = (store: Store, user: UserInfo, wanted: Attributes): Decision =>
  decided(store, user, wanted.namespace, (rule) => coversResource(rule, wanted));

/** May the user ask for this path that is no resource? */
export const decidePath = (store: Store, user: UserInfo, verb: string, path: string): Decision =>
  decided(store, user, undefined, (rule) => coversPath(rule, verb, path));

/** The refusal in the server's words. */
export function denied({ user }: UserInfo, { verb, group, resource, namespace, name }: Attributes, reason = ''): Error {
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const [plural = '', subresource] = resource.split('/');
  const what = group === '' ? plural : `${plural}.${group}`;
  const subject = name === undefined ? what : `${what} "${name}"`;
  const asked = subresource === undefined ? resource : `${plural}/${subresource}`;
  return failure({
    code: 403,
    reason: 'Forbidden',
    message: `${subject} is forbidden: User "${user}" cannot ${verb} resource "${asked}" in API group "${group}" ${where}${reason === '' ? '' : `: ${reason}`}`,
    details: { ...(name === undefined ? {} : { name }), ...(group === '' ? {} : { group }), kind: plural },
  });
}
