import type { Fix } from '../types.ts';
import { eligibleNodes, keepsApartByHost, rollingLimits } from '../workload-facts.ts';
import { specChange } from './_shared.ts';

/** With one pod a node and as many replicas as nodes, a rollout that only adds pods first can never begin. */
export const rolloutStrategy: Fix = {
  name: 'rollout-strategy',
  summary: 'rollouts that cannot deadlock against required anti-affinity',
  byDefault: true,
  propose: (model, id) => {
    const workload = model.workload(id);
    if (workload?.kind !== 'Deployment' || !keepsApartByHost(workload)) return [];
    const { surge, unavailable } = rollingLimits(workload);
    const nodes = eligibleNodes(model, workload);
    if (unavailable > 0 || workload.replicas + surge <= nodes) return [];
    const text = {
      summary: 'rolling update: maxSurge 0, maxUnavailable 1',
      why: `${workload.replicas} replicas and ${surge} more need ${workload.replicas + surge} nodes, and only ${nodes} take them: the rollout would wait for ever`,
    };
    return [
      specChange('rollout-strategy', workload, text, {
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      }),
    ];
  },
};
