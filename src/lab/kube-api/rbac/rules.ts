/** What one rule of a role says, and whether it covers a wish. Source: plugin/pkg/auth/authorizer/rbac, 1.36. */

export interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** What somebody wants to do to a resource. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** `pods` or `pods/log`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

const allows = (list: readonly string[] | undefined, value: string): boolean =>
  list?.some((item) => item === '*' || item === value) === true;

export function coversResource({ verbs, apiGroups, resources, resourceNames }: Rule, wanted: Attributes): boolean {
  const subresource = wanted.resource.split('/')[1];
  return (
    allows(verbs, wanted.verb) &&
    allows(apiGroups, wanted.group) &&
    (allows(resources, wanted.resource) || (subresource !== undefined && resources?.includes(`*/${subresource}`) === true)) &&
    (resourceNames === undefined || resourceNames.length === 0 || resourceNames.includes(wanted.name ?? ''))
  );
}

/** A pattern that ends in `*` covers all that begins like it. */
export function coversPath({ verbs, nonResourceURLs = [] }: Rule, verb: string, path: string): boolean {
  const fits = (pattern: string): boolean => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path);
  return allows(verbs, verb) && nonResourceURLs.some(fits);
}
