import { longLived, podsPerNode } from './_shared.ts';
import type { FindingRule } from './_shared.ts';

export const unevenSpread: FindingRule = {
  name: 'uneven-spread',
  summary: 'A workload has more than half of its replicas on one node although others have room for a share.',
  find: ({ model, workloads, nodeName }) => {
    const usable = model.nodes.filter(({ ready, schedulable }) => ready && schedulable).length;
    return longLived(workloads).flatMap((workload) => {
      const counts = [...podsPerNode(workload)].sort((a, b) => b[1] - a[1]);
      const total = counts.reduce((sum, [, count]) => sum + count, 0);
      const [most] = counts;
      const fairShare = Math.ceil(total / Math.max(1, usable));
      if (most === undefined || counts.length < 2 || most[1] <= fairShare || most[1] * 2 <= total) return [];
      const message = `${workload.name}: ${most[1]} of ${total} replicas on ${nodeName(most[0])}`;
      return [{ rule: 'uneven-spread', severity: 'low', subject: workload.id, message }];
    });
  },
};
