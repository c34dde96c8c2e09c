import { matchesNodeSelectorTerm } from '../../kubernetes/index.ts';
import { normaliseToHighest, type ScorePlugin } from './_shared.ts';

/** Adds the weights of the preferred node affinity terms that a node meets. */
export const nodeAffinity: ScorePlugin = {
  name: 'NodeAffinity',
  summary: 'prefers nodes that meet preferred node affinity',
  weight: 2,
  prepare: (table, pod) => {
    const terms = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (terms.length === 0) return undefined;
    return {
      rate: (scores, nodes) => {
        table.kept.fill(JSON.stringify(['NodeAffinity', terms]), table.stamps, { nodes, into: scores }, (node) => {
          const { object } = table.node(node);
          return terms.reduce((sum, { weight, preference }) => sum + (matchesNodeSelectorTerm(preference, object) ? weight : 0), 0);
        });
      },
      normalise: (scores) => normaliseToHighest(scores, false),
    };
  },
};
