import { groupSubject, longLived, namesOf, workloadsInWords } from './_shared.ts';
import type { FindingRule } from './_shared.ts';

export const singleReplica: FindingRule = {
  name: 'single-replica',
  summary: 'Workloads with one replica are down from the moment their node is, until a replacement is ready.',
  find: (scope) => {
    const single = longLived(scope.workloads).filter(({ replicas }) => replicas === 1);
    if (single.length === 0) return [];
    const message = `${workloadsInWords(single)} ${single.length === 1 ? 'has' : 'have'} one replica: ${namesOf(single)}`;
    return [{ rule: 'single-replica', severity: 'high', subject: groupSubject(scope), message }];
  },
};
