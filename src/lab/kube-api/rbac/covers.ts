/** Whether one set of rules gives all that another does. Source: component-helpers auth/rbac/validation/policy_comparator.go and pkg/registry/rbac/validation/policy_compact.go, 1.36. */
import { coversPath, type Rule } from './rules.ts';

/** Rules of one verb, one group, one resource and one name, or of one verb and one path. */
function broken({ verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: Rule): Rule[] {
  const named: readonly Pick<Rule, 'resourceNames'>[] =
    resourceNames.length === 0 ? [{}] : resourceNames.map((name) => ({ resourceNames: [name] }));
  return verbs.flatMap((verb) => [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) => named.map((names): Rule => ({ verbs: [verb], apiGroups: [group], resources: [resource], ...names }))),
    ),
    ...nonResourceURLs.map((url): Rule => ({ verbs: [verb], nonResourceURLs: [url] })),
  ]);
}

const has = (list: readonly string[] | undefined, value: string | undefined): boolean =>
  list?.some((item) => item === '*' || item === value) === true;

function covers(owner: Rule, wanted: Rule): boolean {
  const [verb = ''] = wanted.verbs ?? [];
  const [url] = wanted.nonResourceURLs ?? [];
  if (url !== undefined) return coversPath(owner, verb, url) || (has(owner.verbs, verb) && has(owner.nonResourceURLs, url));
  const [resource = ''] = wanted.resources ?? [];
  const [, subresource] = resource.split('/');
  const [name] = wanted.resourceNames ?? [];
  return (
    has(owner.verbs, verb) &&
    has(owner.apiGroups, wanted.apiGroups?.[0]) &&
    (has(owner.resources, resource) || (subresource !== undefined && owner.resources?.includes(`*/${subresource}`) === true)) &&
    ((owner.resourceNames ?? []).length === 0 || (name !== undefined && owner.resourceNames?.includes(name) === true))
  );
}

/** The rules among `wanted` that `held` do not give, each as small as can be. */
export const missingRules = (held: readonly Rule[], wanted: readonly Rule[]): readonly Rule[] =>
  wanted.flatMap(broken).filter((rule) => !held.some((owner) => covers(owner, rule)));

/** Rules that differ in their verbs alone are told as one. */
export function compactRules(rules: readonly Rule[]): readonly Rule[] {
  const merged = new Map<string, Rule>();
  for (const { verbs = [], ...rest } of rules) {
    // Paths are never put together.
    const key = rest.nonResourceURLs === undefined ? JSON.stringify(rest) : JSON.stringify([rest, verbs]);
    const before = merged.get(key);
    merged.set(key, { ...rest, verbs: [...new Set([...(before?.verbs ?? []), ...verbs])] });
  }
  return [...merged.values()];
}

const quoted = (list: readonly string[]): string => `[${list.map((item) => JSON.stringify(item)).join(' ')}]`;
export const quotedList = quoted;

/** As messages tell a rule. Source: pkg/apis/rbac/v1/helpers.go, CompactString. */
export function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: Rule): string {
  const parts = {
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  };
  const told = Object.entries(parts).flatMap(([name, list]) => ((list ?? []).length === 0 ? [] : [`${name}:${quoted(list ?? [])}`]));
  return `{${told.join(', ')}}`;
}
