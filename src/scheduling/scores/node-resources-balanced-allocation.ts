import { MAX_SCORE, type ScorePlugin } from './_shared.ts';

/** Prefers nodes whose processor and memory would be used to a like degree. */
export const nodeResourcesBalancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  summary: 'prefers nodes whose resources would be used evenly',
  weight: 1,
  prepare: (table, { demand }) => {
    if (demand.milliCpu === 0 && demand.memory === 0) return undefined;
    return {
      score: (index) => {
        const node = table.node(index);
        const { milliCpu, memory } = table.requested;
        if (node.milliCpu === 0 || node.memory === 0) return MAX_SCORE;
        const cpuShare = Math.min(1, ((milliCpu[index] ?? 0) + demand.milliCpu) / node.milliCpu);
        const memoryShare = Math.min(1, ((memory[index] ?? 0) + demand.memory) / node.memory);
        return Math.floor((1 - Math.abs((cpuShare - memoryShare) / 2)) * MAX_SCORE);
      },
    };
  },
};
