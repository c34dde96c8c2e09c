import { inWords, longLived, podsPerNode } from './_shared.ts';
import type { FindingRule } from './_shared.ts';

export const allOnOneNode: FindingRule = {
  name: 'all-on-one-node',
  summary: 'All replicas of a workload sit on the same node: it goes down with that node although it has several.',
  find: ({ model, workloads, nodeName }) =>
    longLived(workloads).flatMap((workload) => {
      const [only, ...others] = podsPerNode(workload);
      if (only === undefined || others.length > 0 || only[1] < 2 || model.nodes.length < 2) return [];
      const [node, count] = only;
      const all = count === 2 ? 'both' : `all ${inWords(count)}`;
      const message = `${workload.name}: ${all} replicas on ${nodeName(node)}`;
      return [{ rule: 'all-on-one-node', severity: 'high', subject: workload.id, message }];
    }),
};
