import { tolerates } from '../../kubernetes/index.ts';
import { normaliseToHighest, type ScorePlugin } from './_shared.ts';

/** Prefers nodes with fewer PreferNoSchedule taints that the pod does not tolerate. */
export const taintToleration: ScorePlugin = {
  name: 'TaintToleration',
  summary: 'prefers nodes with fewer PreferNoSchedule taints that the pod does not tolerate',
  weight: 3,
  prepare: (table, pod) => {
    const relevant = (pod.spec.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    return {
      rate: (scores, nodes) => {
        table.kept.fill(JSON.stringify(['TaintToleration', relevant]), table.stamps, { nodes, into: scores }, (node) => {
          const { taints } = table.node(node);
          return taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerates(taint, relevant)).length;
        });
      },
      normalise: (scores) => normaliseToHighest(scores, true),
    };
  },
};
