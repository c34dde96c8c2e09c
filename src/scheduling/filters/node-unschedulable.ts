import { tolerates } from '../../kubernetes/index.ts';
import { unresolvable, type FilterPlugin } from './_shared.ts';

const NAME = 'NodeUnschedulable';
const REFUSAL = unresolvable(NAME, 'node(s) were unschedulable');
const CORDON = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Cordoned nodes take no new pods, but for those that tolerate the cordon's taint. */
export const nodeUnschedulable: FilterPlugin = {
  name: NAME,
  summary: 'keeps pods off cordoned nodes',
  reads: ({ spec }) => spec.tolerations,
  prepare: (table, pod) =>
    tolerates(CORDON, pod.spec.tolerations) ? undefined : { check: (node) => (table.node(node).unschedulable ? REFUSAL : undefined) },
};
