/** Nobody gives what they do not have. Source: pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased and pkg/registry/rbac/escalation_check.go, 1.36. */
import type { Resource } from '../../../kubernetes/index.ts';
import { decideResource, rulesOf } from '../http/authorize.ts';
import type { UserInfo } from '../http/types.ts';
import { isObject, sameJson, type Json } from '../json.ts';
import { forbidden, notFound } from '../statuses.ts';
import type { Store, Stored } from '../store.ts';
import { compactRules, missingRules, quotedList, ruleText } from './covers.ts';
import type { Rule } from './rules.ts';

const GROUP = 'rbac.authorization.k8s.io';
const GUARDED = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'];
const ADMINISTRATORS = 'system:masters';
const EVERYTHING: readonly Rule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

/** Kinds whose writes give rights to somebody. */
export const grantsRights = ({ group, kind }: Pick<Resource, 'group' | 'kind'>): boolean => group === GROUP && GUARDED.includes(kind);

const rules = (role: Stored): readonly Rule[] => (Array.isArray(role['rules']) ? (role['rules'] as Rule[]) : []); // the shape of roles

/** Errors: `ApiError` 403 when the user would give more than they have, 404 when the role that is bound is not there. */
export function checkEscalation(store: Store, user: UserInfo, { resource, object, previous }: Write): void {
  if (user.groups.includes(ADMINISTRATORS)) return;
  const namespace = resource.namespaced ? object.metadata.namespace : undefined;
  const given = resource.kind.endsWith('Binding')
    ? boundRules(store, user, { object, previous, namespace })
    : ownRules(store, user, { resource, object, previous, namespace });
  const missing = compactRules(missingRules(rulesOf(store, user, namespace), given));
  if (missing.length === 0) return;
  const told = [...new Set(missing.map(ruleText))].sort().join('\n');
  const who = `user ${JSON.stringify(user.user)} (groups=${quotedList(user.groups)})`;
  throw forbidden(resource, object.metadata.name, `${who} is attempting to grant RBAC permissions not currently held:\n${told}`);
}

export interface Write {
  readonly resource: Resource;
  readonly object: Stored;
  readonly previous: Stored | undefined;
}

interface Placed {
  readonly object: Stored;
  readonly previous: Stored | undefined;
  readonly namespace: string | undefined;
}

function ownRules(
  store: Store,
  user: UserInfo,
  { resource, object, previous, namespace }: Placed & { readonly resource: Resource },
): readonly Rule[] {
  const isSame = (key: string): boolean => previous !== undefined && sameJson(previous[key] ?? null, object[key] ?? null);
  if (isSame('rules') && isSame('aggregationRule')) return [];
  const name = previous === undefined ? undefined : object.metadata.name;
  if (decideResource(store, user, { verb: 'escalate', group: GROUP, resource: resource.plural, namespace, name }).allowed) return [];
  if (isObject(object['aggregationRule']) && missingRules(rulesOf(store, user, namespace), EVERYTHING).length > 0) {
    throw forbidden(resource, object.metadata.name, 'must have cluster-admin privileges to use the aggregationRule');
  }
  return rules(object);
}

function boundRules(store: Store, user: UserInfo, { object, previous, namespace }: Placed): readonly Rule[] {
  const isSame = (key: string): boolean => previous !== undefined && sameJson(previous[key] ?? null, object[key] ?? null);
  if (isSame('roleRef') && isSame('subjects')) return [];
  const { kind, name } = (isObject(object['roleRef']) ? object['roleRef'] : {}) as Json & { kind?: string; name?: string }; // the shape of bindings
  const plural = kind === 'Role' ? 'roles' : 'clusterroles';
  if (decideResource(store, user, { verb: 'bind', group: GROUP, resource: plural, namespace, name }).allowed) return [];
  const role = store.get(kind ?? '', kind === 'Role' ? (namespace ?? '') : '', name ?? '');
  if (role === undefined) throw notFound({ kind: kind ?? '', group: GROUP, plural }, name ?? '');
  return rules(role);
}
