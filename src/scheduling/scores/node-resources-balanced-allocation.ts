import type { ClusterTable } from '../cluster-table.ts';
import { MAX_SCORE, type ScorePlugin } from './_shared.ts';

/**
 * Prefers nodes whose processor and memory the pod would bring closer together.
 *
 * Half of the change in balance counts, from 75 for no change. Source: answers recorded from kube-scheduler 1.36.
 */
export const nodeResourcesBalancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  summary: 'prefers nodes whose resources the pod would bring into balance',
  weight: 1,
  prepare: (table, { demand }) => {
    if (demand.milliCpu === 0 && demand.memory === 0) return undefined;
    return {
      score: (node) => {
        const change = balance(table, node, demand.milliCpu, demand.memory) - balance(table, node, 0, 0);
        return Math.trunc((1.5 * MAX_SCORE + change) / 2);
      },
    };
  },
};

/** 100 when both resources are used to the same degree, 50 when one is full and the other empty. */
function balance(table: ClusterTable, index: number, addedMilliCpu: number, addedMemory: number): number {
  const node = table.node(index);
  if (node.milliCpu === 0 || node.memory === 0) return MAX_SCORE;
  const { milliCpu, memory } = table.requested;
  const cpuShare = Math.min(1, ((milliCpu[index] ?? 0) + addedMilliCpu) / node.milliCpu);
  const memoryShare = Math.min(1, ((memory[index] ?? 0) + addedMemory) / node.memory);
  return Math.trunc((1 - Math.abs((cpuShare - memoryShare) / 2)) * MAX_SCORE);
}
