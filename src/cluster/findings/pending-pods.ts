import { plural } from '../../base/index.ts';
import type { FindingRule } from './_shared.ts';

export const pendingPods: FindingRule = {
  name: 'pending-pods',
  summary: 'Pods that no node takes: replicas that are paid for in the manifest only.',
  find: ({ workloads }) =>
    workloads.flatMap((workload) => {
      const pending = workload.pods.filter(({ spec }) => !spec?.nodeName);
      if (pending.length === 0) return [];
      const said = pending
        .flatMap(({ status }) => status?.conditions ?? [])
        .find(({ type, status }) => type === 'PodScheduled' && status === 'False');
      const why = said?.message === undefined ? '' : ` (${said.message})`;
      const message = `${workload.name}: ${plural(pending.length, 'pod')} without a node${why}`;
      return [{ rule: 'pending-pods', severity: 'high', subject: workload.id, message }];
    }),
};
