/** Acting as somebody else: who may, and as whom. Source: apiserver endpoints/filters/impersonation.go, 1.36. */
import type { IncomingHttpHeaders } from 'node:http';
import { internalError } from '../statuses.ts';
import type { Store } from '../store.ts';
import { ANONYMOUS } from './anonymous.ts';
import { decideResource, denied } from './authorize.ts';
import { accountUser } from './service-account-tokens.ts';
import type { UserInfo } from './types.ts';

const EXTRA = 'impersonate-extra-';

const listed = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : value.split(',').map((item) => item.trim());

/** The user of the headers, or the one who asks. Errors: `ApiError` 403 when they may not, 500 when no user is named. */
export function impersonated(store: Store, user: UserInfo, headers: IncomingHttpHeaders): UserInfo {
  const name = headers['impersonate-user'];
  const groups = listed(headers['impersonate-group']);
  const uid = headers['impersonate-uid'];
  const extra = Object.keys(headers).filter((key) => key.startsWith(EXTRA));
  if (typeof name !== 'string' || name === '') {
    if (groups.length + extra.length > 0 || uid !== undefined) throw internalError('requested impersonation without impersonating a user');
    return user;
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  const [, namespace, accountName] = account ?? [];
  const ask = (resource: string, wanted: string, more: { group?: string; namespace?: string | undefined } = {}): void => {
    const attributes = { verb: 'impersonate', group: more.group ?? '', resource, namespace: more.namespace, name: wanted };
    const { allowed, reason } = decideResource(store, user, attributes);
    if (!allowed) throw denied(user, attributes, reason);
  };
  if (namespace !== undefined && accountName !== undefined) ask('serviceaccounts', accountName, { namespace });
  else ask('users', name);
  for (const group of groups) ask('groups', group);
  for (const key of extra) {
    for (const value of listed(headers[key])) ask(`userextras/${key.slice(EXTRA.length)}`, value, { group: 'authentication.k8s.io' });
  }
  if (typeof uid === 'string') ask('uids', uid, { group: 'authentication.k8s.io' });
  const own =
    namespace !== undefined && accountName !== undefined && groups.length === 0 ? accountUser(namespace, accountName).groups : groups;
  const always = name === ANONYMOUS.user ? 'system:unauthenticated' : 'system:authenticated';
  return { user: name, groups: own.includes(always) ? own : [...own, always], ...(typeof uid === 'string' ? { uid } : {}) };
}
