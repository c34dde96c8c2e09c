import { findUntolerated } from '../../kubernetes/index.ts';
import { unresolvable, type FilterPlugin } from './_shared.ts';

const NAME = 'TaintToleration';
const REFUSAL = unresolvable(NAME, 'node(s) had untolerated taint(s)');
const EFFECTS = ['NoSchedule', 'NoExecute'];

/** A node's NoSchedule and NoExecute taints must all be tolerated. */
export const taintToleration: FilterPlugin = {
  name: NAME,
  summary: 'keeps pods off nodes with taints that they do not tolerate',
  reads: ({ spec }) => spec.tolerations,
  prepare: (table, pod) => ({
    check: (node) => {
      const { taints } = table.node(node);
      return taints.length > 0 && findUntolerated(taints, pod.spec.tolerations, EFFECTS) ? REFUSAL : undefined;
    },
  }),
};
