import type { TopologySpreadConstraint } from '../../kubernetes/index.ts';
import type { Fix } from '../types.ts';
import { ownSelector, ZONE } from '../workload-facts.ts';
import { isScalable, templateChange } from './_shared.ts';

/** Replicas evenly over zones; enforced when a zone is to be survived, else wished for. */
export const topologySpread: Fix = {
  name: 'topology-spread',
  summary: 'replicas evenly over zones',
  byDefault: false,
  propose: (model, id, { survive }) => {
    const workload = model.workload(id);
    if (workload === undefined || !isScalable(workload) || workload.replicas < 2 || model.zones.length < 2) return [];
    const present: readonly TopologySpreadConstraint[] = workload.template.spec?.topologySpreadConstraints ?? [];
    const whenUnsatisfiable = survive === 'zone' ? 'DoNotSchedule' : 'ScheduleAnyway';
    const already = present.some(
      (each) => each.topologyKey === ZONE && (survive === 'node' || each.whenUnsatisfiable === whenUnsatisfiable),
    );
    if (already) return [];
    const constraint = {
      maxSkew: 1,
      topologyKey: ZONE,
      whenUnsatisfiable,
      labelSelector: ownSelector(model, workload),
      // Without it the pods of the old version count, and a rollout can end lopsided.
      matchLabelKeys: ['pod-template-hash'],
      // A zone that is tainted because it is down must not hold the replacements back.
      nodeTaintsPolicy: 'Honor',
    };
    const text = {
      summary: `spread over zones (${whenUnsatisfiable})`,
      why: 'replicas in one zone are lost together when the zone is',
    };
    const others = present.filter((each) => each.topologyKey !== ZONE || each.whenUnsatisfiable !== whenUnsatisfiable);
    return [templateChange('topology-spread', workload, text, { topologySpreadConstraints: [...others, constraint] })];
  },
};
