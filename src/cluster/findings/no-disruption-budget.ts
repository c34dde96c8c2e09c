import { matchesSelector } from '../../kubernetes/index.ts';
import { groupSubject, longLived, namesOf, workloadsInWords } from './_shared.ts';
import type { FindingRule } from './_shared.ts';

export const noDisruptionBudget: FindingRule = {
  name: 'no-disruption-budget',
  summary: 'Without a disruption budget a drain (an upgrade of the nodes) may take all replicas at once.',
  find: (scope) => {
    const open = longLived(scope.workloads).filter(
      ({ replicas, namespace, template }) =>
        replicas > 1 &&
        !scope.model.snapshot.podDisruptionBudgets.some(
          ({ metadata, spec }) =>
            (metadata.namespace ?? 'default') === namespace && matchesSelector(spec?.selector, template.metadata?.labels),
        ),
    );
    if (open.length === 0) return [];
    const message = `${workloadsInWords(open)} with several replicas ${open.length === 1 ? 'has' : 'have'} no disruption budget: ${namesOf(open)}`;
    return [{ rule: 'no-disruption-budget', severity: 'low', subject: groupSubject(scope), message }];
  },
};
