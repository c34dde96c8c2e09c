import type { Fix } from '../types.ts';
import { budgetsOf, ownSelector } from '../workload-facts.ts';
import { isScalable } from './_shared.ts';

/** One pod at a time may be taken away by drains and upgrades, so that drains stay possible and the service stays up. */
export const disruptionBudget: Fix = {
  name: 'disruption-budget',
  summary: 'drains and upgrades take one pod at a time',
  byDefault: true,
  propose: (model, id) => {
    const workload = model.workload(id);
    if (workload === undefined || !isScalable(workload) || workload.replicas < 2 || budgetsOf(model, workload).length > 0) return [];
    const { namespace, name } = workload;
    return [
      {
        fix: 'disruption-budget',
        target: { kind: 'PodDisruptionBudget', namespace, name },
        workload: id,
        summary: 'new disruption budget: maxUnavailable 1',
        why: 'a drain or a node pool upgrade may otherwise evict all replicas at once',
        apply: {
          apiVersion: 'policy/v1',
          kind: 'PodDisruptionBudget',
          metadata: { name, namespace },
          spec: { maxUnavailable: 1, selector: ownSelector(model, workload) },
        },
        creates: true,
      },
    ];
  },
};
