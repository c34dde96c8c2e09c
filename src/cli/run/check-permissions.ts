import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { ArmClient, KubernetesClient } from '../../clients/index.ts';
import { isObject } from '../../experiment/index.ts';
import { RESOURCES } from '../../kubernetes/index.ts';
import type { NeededPermissions } from './needed-permissions.ts';

/** `unknown`: the other side does not tell. */
export interface PermissionAnswer {
  readonly permission: string;
  readonly scope: string;
  readonly granted: 'yes' | 'no' | 'unknown';
  readonly why?: string;
}

/** Asks the cluster whether this account may do it (SelfSubjectAccessReview). Nothing is changed. */
export async function checkKubernetesPermissions(
  client: KubernetesClient,
  needed: NeededPermissions['kubernetes'],
  { namespace, signal }: { readonly namespace?: string | undefined; readonly signal: AbortSignal },
): Promise<PermissionAnswer[]> {
  return Promise.all(
    needed.map(async ({ resource, verb }): Promise<PermissionAnswer> => {
      const [plural = '', subresource] = resource.split('/');
      const known = RESOURCES.find((row) => row.plural === plural);
      const permission = `${verb} ${resource}`;
      const scope = known?.namespaced === false ? 'cluster' : (namespace ?? 'all namespaces');
      const resourceAttributes = {
        verb,
        resource: plural,
        ...(subresource === undefined ? {} : { subresource }),
        ...(known === undefined ? {} : { group: known.group }),
        ...(known?.namespaced !== false && namespace !== undefined ? { namespace } : {}),
      };
      try {
        const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
        const answer = await client.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { body, signal });
        const status = isObject(answer) ? answer['status'] : undefined;
        const allowed = isObject(status) ? status['allowed'] : undefined;
        return { permission, scope, granted: allowed === true ? 'yes' : allowed === false ? 'no' : 'unknown' };
      } catch (error) {
        return { permission, scope, granted: 'unknown', why: messageOf(error) };
      }
    }),
  );
}

/** Asks Azure what this account may do at a scope (Microsoft.Authorization/permissions). Where it does not tell, every answer is `unknown`. */
export async function checkAzurePermissions(
  arm: Pick<ArmClient, 'listAll'>,
  needed: readonly string[],
  { scope, signal }: { readonly scope: string; readonly signal: AbortSignal },
): Promise<PermissionAnswer[]> {
  if (needed.length === 0) return [];
  let rows: readonly unknown[];
  try {
    rows = await arm.listAll(`${scope}/providers/Microsoft.Authorization/permissions`, { apiVersion: '2022-04-01', signal });
  } catch (error) {
    if (error instanceof EvenkeelError && error.code === 'CANCELLED') throw error;
    return needed.map((permission) => ({ permission, scope, granted: 'unknown' as const, why: messageOf(error) }));
  }
  return needed.map((permission) => ({ permission, scope, granted: rows.some((row) => grants(row, permission)) ? 'yes' : 'no' }));
}

/** A permission counts when an action pattern matches and no notAction of the same row does. Source: Azure RBAC, "Understand role definitions". */
function grants(row: unknown, permission: string): boolean {
  const patterns = (key: string): string[] => {
    const value: unknown = isObject(row) ? row[key] : undefined;
    return Array.isArray(value) ? value.map(String) : [];
  };
  const matches = (pattern: string): boolean =>
    new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 'i').test(permission);
  return patterns('actions').some(matches) && !patterns('notActions').some(matches);
}
