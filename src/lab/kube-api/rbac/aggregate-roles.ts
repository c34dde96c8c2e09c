/** Cluster roles that are put together from others, by labels. Source: pkg/controller/clusterroleaggregation, 1.36. */
import type { Cancel } from '../../../base/index.ts';
import { matchesSelector, type KubeObject, type LabelSelector } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Draft, LabApi } from '../types.ts';
import type { Rule } from './rules.ts';

export interface ClusterRole extends KubeObject {
  readonly rules?: readonly Rule[];
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}

/** Gives such roles their rules, whenever one of the others changes. */
export function aggregateRoles(api: LabApi): Cancel {
  return api.watch<ClusterRole>('ClusterRole', ({ type, object, previous }) => {
    if (type === 'MODIFIED' && !isOther(object, previous)) return;
    for (const role of api.list<ClusterRole>('ClusterRole')) if (role.aggregationRule !== undefined) gather(api, role);
  });
}

/** Changed in what others are gathered by, or in what they give. */
const isOther = (role: ClusterRole, previous: ClusterRole | undefined): boolean =>
  role.aggregationRule !== undefined ||
  !sameJson(previous?.rules ?? [], role.rules ?? []) ||
  !sameJson(previous?.metadata.labels ?? {}, role.metadata.labels ?? {});

function gather(api: LabApi, role: ClusterRole): void {
  const rules: Rule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const others = api
      .list<ClusterRole>('ClusterRole')
      .filter(({ metadata }) => metadata.name !== role.metadata.name && matchesSelector(selector, metadata.labels));
    const sorted = others.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    for (const rule of sorted.flatMap((other) => other.rules ?? [])) if (!rules.some((one) => sameJson(one, rule))) rules.push(rule);
  }
  if (sameJson(rules, role.rules ?? [])) return;
  api.modify<ClusterRole>('ClusterRole', undefined, role.metadata.name, (draft) => {
    draft.rules = structuredClone(rules) as Draft<Rule[]>; // plain data
  });
}
