import type { ClusterModel } from '../types.ts';
import { longLived } from './_shared.ts';
import type { FindingRule } from './_shared.ts';

export const sharedSinglePoint: FindingRule = {
  name: 'shared-single-point',
  summary: 'A workload with one replica that others call: its node takes them all down.',
  find: ({ model, workloads }) =>
    longLived(workloads)
      .filter(({ replicas, services }) => replicas === 1 && services.length > 0)
      .flatMap((workload) => {
        const callers = callersOf(model, workload.services);
        callers.delete(workload.id);
        if (callers.size < 2) return [];
        const names = [...callers].map((id) => id.split('/').at(-1) ?? id).sort((a, b) => (a < b ? -1 : 1));
        const message = `${workload.name} has one replica, and ${names.length} workloads depend on it: ${names.join(', ')}`;
        return [{ rule: 'shared-single-point', severity: 'high', subject: workload.id, message }];
      }),
};

/** Workloads that call one of the services, directly or through others. */
function callersOf(model: ClusterModel, services: readonly string[]): Set<string> {
  const callers = new Set<string>();
  const open = [...services];
  for (let service = open.pop(); service !== undefined; service = open.pop()) {
    for (const { from, to } of model.calls) {
      const caller = to === service ? model.workload(from) : undefined;
      if (caller === undefined || callers.has(caller.id)) continue;
      callers.add(caller.id);
      open.push(...caller.services);
    }
  }
  return callers;
}
