import { MAX_SCORE, type ScorePlugin } from './_shared.ts';

/** Prefers nodes with more processor and memory left over (LeastAllocated, the default strategy). */
export const nodeResourcesFit: ScorePlugin = {
  name: 'NodeResourcesFit',
  summary: 'prefers nodes with more room left',
  weight: 1,
  prepare: (table, { demand }) => ({
    score: (index) => {
      const node = table.node(index);
      const { scoringMilliCpu, scoringMemory } = table.requested;
      const cpu = leftOver((scoringMilliCpu[index] ?? 0) + demand.scoringMilliCpu, node.milliCpu);
      const memory = leftOver((scoringMemory[index] ?? 0) + demand.scoringMemory, node.memory);
      const resources = (node.milliCpu === 0 ? 0 : 1) + (node.memory === 0 ? 0 : 1);
      return resources === 0 ? 0 : Math.floor((cpu + memory) / resources);
    },
  }),
};

function leftOver(requested: number, allocatable: number): number {
  return allocatable === 0 || requested > allocatable ? 0 : Math.floor(((allocatable - requested) * MAX_SCORE) / allocatable);
}
