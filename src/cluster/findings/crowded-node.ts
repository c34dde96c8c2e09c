import { longLived, podsPerNode } from './_shared.ts';
import type { FindingRule } from './_shared.ts';

const FEWEST_PODS = 5;
const TIMES_FAIR_SHARE = 1.5;

export const crowdedNode: FindingRule = {
  name: 'crowded-node',
  summary: 'One node carries half of the application or more.',
  find: ({ model, workloads, nodeName }) => {
    const counts = new Map<string, number>();
    for (const workload of longLived(workloads)) {
      for (const [node, count] of podsPerNode(workload)) counts.set(node, (counts.get(node) ?? 0) + count);
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (total < FEWEST_PODS || model.nodes.length < 2) return [];
    return [...counts]
      .filter(([, count]) => count * 2 >= total && count * model.nodes.length >= TIMES_FAIR_SHARE * total)
      .map(([node, count]) => {
        const message = `${nodeName(node)} carries ${count} of the ${total} pods`;
        return { rule: 'crowded-node', severity: 'medium', subject: node, message };
      });
  },
};
