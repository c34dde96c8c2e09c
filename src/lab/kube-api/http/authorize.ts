/** Role-based access control over the roles and bindings in the store. Source: plugin/pkg/auth/authorizer/rbac, 1.36. */
import { failure } from '../statuses.ts';
import type { Store } from '../store.ts';
import { ADMINISTRATORS } from './authenticate.ts';
import type { UserInfo } from './types.ts';

/** What somebody wants to do. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** `pods` or `pods/log`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface BindingObject {
  readonly metadata: { readonly namespace?: string };
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly { readonly kind?: string; readonly name?: string; readonly namespace?: string }[];
}

const PUBLIC = /^\/(healthz|livez|readyz|version)(\/|$)/;
const DISCOVERY = /^\/($|api(\/|$)|apis(\/|$)|openapi(\/|$)|healthz|livez|readyz|version)/;

/** May the user ask for this path that is no resource? */
export function mayVisit({ groups }: UserInfo, path: string): boolean {
  if (groups.includes(ADMINISTRATORS) || PUBLIC.test(path)) return true;
  return groups.includes('system:authenticated') && DISCOVERY.test(path);
}

/** The rules that hold for a user, cluster-wide and (with `namespace`) in a namespace. */
export function rulesOf(store: Store, user: UserInfo, namespace: string | undefined): readonly Rule[] {
  if (user.groups.includes(ADMINISTRATORS))
    return [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ];
  const wide = bindings(store, 'ClusterRoleBinding').filter((binding) => concerns(binding, user));
  const local = namespace === undefined ? [] : bindings(store, 'RoleBinding', namespace).filter((binding) => concerns(binding, user));
  return [...wide, ...local].flatMap(({ roleRef, metadata }) => {
    const place = roleRef?.kind === 'Role' ? (metadata.namespace ?? '') : '';
    const role = store.get(roleRef?.kind ?? '', place, roleRef?.name ?? '');
    return Array.isArray(role?.['rules']) ? (role['rules'] as readonly Rule[]) : []; // the shape of roles
  });
}

const bindings = (store: Store, kind: string, namespace?: string): readonly BindingObject[] => store.list(kind, namespace);

function concerns({ subjects = [], metadata }: BindingObject, { user, groups }: UserInfo): boolean {
  return subjects.some(({ kind, name = '', namespace }) => {
    if (kind === 'Group') return groups.includes(name);
    if (kind === 'ServiceAccount') return user === `system:serviceaccount:${namespace ?? metadata.namespace ?? ''}:${name}`;
    return user === name;
  });
}

const allows = (list: readonly string[] | undefined, value: string): boolean =>
  list?.some((item) => item === '*' || item === value) === true;

/** May the user do this? */
export function mayDo(store: Store, user: UserInfo, wanted: Attributes): boolean {
  const subresource = wanted.resource.split('/')[1];
  return rulesOf(store, user, wanted.namespace).some(
    ({ verbs, apiGroups, resources, resourceNames }) =>
      allows(verbs, wanted.verb) &&
      allows(apiGroups, wanted.group) &&
      (allows(resources, wanted.resource) || (subresource !== undefined && resources?.includes(`*/${subresource}`) === true)) &&
      (resourceNames === undefined || resourceNames.length === 0 || resourceNames.includes(wanted.name ?? '')),
  );
}

/** The refusal in the server's words. */
export function denied({ user }: UserInfo, { verb, group, resource, namespace, name }: Attributes): Error {
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const [plural = '', subresource] = resource.split('/');
  const what = group === '' ? plural : `${plural}.${group}`;
  const subject = name === undefined ? what : `${what} "${name}"`;
  const asked = subresource === undefined ? resource : `${plural}/${subresource}`;
  return failure({
    code: 403,
    reason: 'Forbidden',
    message: `${subject} is forbidden: User "${user}" cannot ${verb} resource "${asked}" in API group "${group}" ${where}`,
    details: { ...(name === undefined ? {} : { name }), ...(group === '' ? {} : { group }), kind: plural },
  });
}
