import { matchesRequiredNodeAffinity, type NodeSelectorTerm } from '../../kubernetes/index.ts';
import { unresolvable, type FilterPlugin } from './_shared.ts';

const NAME = 'NodeAffinity';
const REFUSAL = unresolvable(NAME, "node(s) didn't match Pod's node affinity/selector");

/** Honours nodeSelector and required node affinity. */
export const nodeAffinity: FilterPlugin = {
  name: NAME,
  summary: 'honours nodeSelector and required node affinity',
  reads: ({ spec }) => [spec.nodeSelector, spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution],
  prepare: (table, { pod, spec }) => {
    const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    if (terms === undefined && spec.nodeSelector === undefined) return undefined;
    const only = namesIn(terms ?? []);
    if (only?.size === 0) return unresolvable(NAME, 'pod affinity terms conflict');
    const check = (node: number) => (matchesRequiredNodeAffinity(pod, table.node(node).object) ? undefined : REFUSAL);
    return only === undefined ? { check } : { only, check };
  },
};

/** The node names that all terms together allow, or undefined when a term leaves the name open. Source: NodeAffinity.PreFilter. */
function namesIn(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  if (terms.length === 0) return undefined;
  const all = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const lists = matchFields.flatMap(({ key, operator, values }) =>
      key === 'metadata.name' && operator === 'In' ? [new Set(values)] : [],
    );
    const [first, ...others] = lists;
    if (first === undefined) return undefined;
    for (const name of first) if (others.every((list) => list.has(name))) all.add(name);
  }
  return all;
}
