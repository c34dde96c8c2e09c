import type { Node, NodeSelector, NodeSelectorTerm, Pod } from './objects.ts';
import { matchesRequirement, type Requirement } from './selector.ts';

/** Tells whether a node meets one term: all label expressions and all field expressions. An empty term matches nothing. */
export function matchesNodeSelectorTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const labels = node.metadata.labels;
  return (
    matchExpressions.every((expression) => matchesRequirement(asRequirement(expression), labels)) &&
    matchFields.every((field) => matchesRequirement(asRequirement(field), { 'metadata.name': node.metadata.name }))
  );
}

const asRequirement = (expression: { key: string; operator: string; values?: string[] }): Requirement => ({
  key: expression.key,
  // An operator outside the set meets nothing, see matchesRequirement.
  operator: expression.operator as Requirement['operator'],
  values: expression.values ?? [],
});

/** Tells whether a node meets any of the terms. Source: component-helpers nodeaffinity.NodeSelector. */
export function matchesNodeSelector(selector: NodeSelector, node: Node): boolean {
  return selector.nodeSelectorTerms.some((term) => matchesNodeSelectorTerm(term, node));
}

/** Tells whether a node meets a pod's `nodeSelector` and required node affinity. */
export function matchesRequiredNodeAffinity(pod: Pod, node: Node): boolean {
  const wanted = pod.spec?.nodeSelector;
  if (wanted !== undefined) {
    for (const key in wanted) if (node.metadata.labels?.[key] !== wanted[key]) return false;
  }
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesNodeSelector(required, node);
}
