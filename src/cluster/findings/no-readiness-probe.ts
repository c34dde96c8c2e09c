import { groupSubject, longLived, namesOf, workloadsInWords } from './_shared.ts';
import type { FindingRule } from './_shared.ts';

export const noReadinessProbe: FindingRule = {
  name: 'no-readiness-probe',
  summary: 'Without a readiness probe a replacement is sent traffic as soon as it starts, before it can answer.',
  find: (scope) => {
    const blind = longLived(scope.workloads).filter(
      ({ services, template }) =>
        services.length > 0 && !(template.spec?.containers ?? []).some(({ readinessProbe }) => readinessProbe !== undefined),
    );
    if (blind.length === 0) return [];
    const message = `${workloadsInWords(blind)} behind a service ${blind.length === 1 ? 'has' : 'have'} no readiness probe: ${namesOf(blind)}`;
    return [{ rule: 'no-readiness-probe', severity: 'medium', subject: groupSubject(scope), message }];
  },
};
