/** Labels of nodes that are no longer to be used. Source: pkg/api/node/util.go, 1.36. */
const DEPRECATED: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

/** What is said of a label; undefined when it is in order. */
export const nodeLabelWarning = (key: string): string | undefined => (Object.hasOwn(DEPRECATED, key) ? DEPRECATED[key] : undefined);

interface Term {
  readonly matchExpressions?: readonly { readonly key?: string | undefined }[] | undefined;
}

export function nodeTermWarnings({ matchExpressions = [] }: Term, path: string): string[] {
  return matchExpressions.flatMap(({ key = '' }, index) => {
    const told = nodeLabelWarning(key);
    return told === undefined ? [] : [`${path}.matchExpressions[${index}].key: ${key} is ${told}`];
  });
}
