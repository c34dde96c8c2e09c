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
      rate: (scores, nodes) => {
        const { columns } = table;
        const question = `NodeResourcesBalancedAllocation ${demand.milliCpu} ${demand.memory}`;
        table.kept.fill(question, table.stamps, { nodes, into: scores }, (node) => {
          const change = balance(columns, node, demand.milliCpu, demand.memory) - balance(columns, node, 0, 0);
          return Math.trunc((1.5 * MAX_SCORE + change) / 2);
        });
      },
    };
  },
};

/** 100 when both resources are used to the same degree, 50 when one is full and the other empty. */
function balance(columns: ClusterTable['columns'], index: number, addedMilliCpu: number, addedMemory: number): number {
  const [cpuRoom, memoryRoom] = [columns.allocatableMilliCpu[index] ?? 0, columns.allocatableMemory[index] ?? 0];
  if (cpuRoom === 0 || memoryRoom === 0) return MAX_SCORE;
  const cpuShare = Math.min(1, ((columns.milliCpu[index] ?? 0) + addedMilliCpu) / cpuRoom);
  const memoryShare = Math.min(1, ((columns.memory[index] ?? 0) + addedMemory) / memoryRoom);
  return Math.trunc((1 - Math.abs((cpuShare - memoryShare) / 2)) * MAX_SCORE);
}
