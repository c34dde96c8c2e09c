import { podRequestsForScoring } from '../../kubernetes/index.ts';
import type { PodRecord } from '../pod-record.ts';
import { MAX_SCORE, type ScorePlugin } from './_shared.ts';

/** Prefers nodes with more processor and memory left over (LeastAllocated, the default strategy). */
export const nodeResourcesFit: ScorePlugin = {
  name: 'NodeResourcesFit',
  summary: 'prefers nodes with more room left',
  weight: 1,
  prepare: (table, pod) => {
    const own = demandOfContainers(pod);
    return {
      rate: (scores, nodes) => {
        const { scoringMilliCpu, scoringMemory, allocatableMilliCpu, allocatableMemory } = table.columns;
        const question = `NodeResourcesFit ${own.milliCpu} ${own.memory}`;
        table.kept.fill(question, table.stamps, { nodes, into: scores }, (node) => {
          const [cpuRoom, memoryRoom] = [allocatableMilliCpu[node] ?? 0, allocatableMemory[node] ?? 0];
          const cpu = leftOver((scoringMilliCpu[node] ?? 0) + own.milliCpu, cpuRoom);
          const memory = leftOver((scoringMemory[node] ?? 0) + own.memory, memoryRoom);
          const resources = (cpuRoom === 0 ? 0 : 1) + (memoryRoom === 0 ? 0 : 1);
          return resources === 0 ? 0 : Math.floor((cpu + memory) / resources);
        });
      },
    };
  },
};

/** What the new pod's containers ask for: pod-level resources are left aside here, as in the answers recorded from kube-scheduler 1.36. */
function demandOfContainers({ spec, demand }: PodRecord): { readonly milliCpu: number; readonly memory: number } {
  if (!('resources' in spec)) return { milliCpu: demand.scoringMilliCpu, memory: demand.scoringMemory };
  const { resources: _podLevel, ...containersOnly } = spec;
  const { milliCpu, memoryMilli } = podRequestsForScoring(containersOnly);
  return { milliCpu, memory: Math.ceil(memoryMilli / 1000) };
}

function leftOver(requested: number, allocatable: number): number {
  return allocatable === 0 || requested > allocatable ? 0 : Math.floor(((allocatable - requested) * MAX_SCORE) / allocatable);
}
