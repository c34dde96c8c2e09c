import type { TopologySpreadConstraint } from '../../kubernetes/index.ts';
import type { Fix } from '../types.ts';
import { HOSTNAME, keepsApartByHost, ownSelector } from '../workload-facts.ts';
import { isScalable, templateChange } from './_shared.ts';

/** Replicas evenly over nodes: for workloads with more replicas than nodes, where strict anti-affinity can not be. */
export const hostSpread: Fix = {
  name: 'host-spread',
  summary: 'replicas evenly over nodes',
  byDefault: false,
  propose: (model, id) => {
    const workload = model.workload(id);
    if (workload === undefined || !isScalable(workload) || workload.replicas < 2 || keepsApartByHost(workload)) return [];
    const present: readonly TopologySpreadConstraint[] = workload.template.spec?.topologySpreadConstraints ?? [];
    if (present.some(({ topologyKey }) => topologyKey === HOSTNAME)) return [];
    const constraint = {
      maxSkew: 1,
      topologyKey: HOSTNAME,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: ownSelector(model, workload),
      matchLabelKeys: ['pod-template-hash'],
    };
    const text = { summary: 'spread over nodes (ScheduleAnyway)', why: 'the fewer replicas a node holds, the fewer it takes down' };
    return [templateChange('host-spread', workload, text, { topologySpreadConstraints: [...present, constraint] })];
  },
};
