import { matchesSelector } from '../../kubernetes/index.ts';
import type { PodDisruptionBudget } from '../../kubernetes/index.ts';
import type { WorkloadModel } from '../types.ts';
import { longLived } from './_shared.ts';
import type { FindingRule } from './_shared.ts';

export const blockedDrain: FindingRule = {
  name: 'blocked-drain',
  summary: 'A disruption budget without room: a drain of the node waits for ever.',
  find: ({ model, workloads }) =>
    longLived(workloads).flatMap((workload) =>
      model.snapshot.podDisruptionBudgets
        .filter(
          ({ metadata, spec }) =>
            (metadata.namespace ?? 'default') === workload.namespace && matchesSelector(spec?.selector, workload.template.metadata?.labels),
        )
        .filter((budget) => roomOf(budget, workload) <= 0)
        .map(({ metadata }) => ({
          rule: 'blocked-drain',
          severity: 'medium' as const,
          subject: workload.id,
          message: `${workload.name}: the disruption budget ${metadata.name} has no room, a drain of its nodes will not end`,
        })),
    ),
};

/** Evictions that the budget allows when every replica is ready. Percentages round up. Source: API reference, PodDisruptionBudgetSpec. */
function roomOf({ spec }: PodDisruptionBudget, { replicas }: WorkloadModel): number {
  const count = (value: string | number): number =>
    typeof value === 'number' ? value : Math.ceil((Number.parseFloat(value) / 100) * replicas);
  if (spec?.maxUnavailable !== undefined) return count(spec.maxUnavailable);
  return replicas - count(spec?.minAvailable ?? 1);
}
