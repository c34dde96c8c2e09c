import type { Fix } from '../types.ts';
import { reasonForOne } from '../workload-facts.ts';
import { isScalable, specChange } from './_shared.ts';

/** Runs every workload at least as often as the goal asks. */
export const replicas: Fix = {
  name: 'replicas',
  summary: 'at least two replicas, so that one can be lost',
  byDefault: true,
  propose: (model, id, goal) => {
    const workload = model.workload(id);
    if (workload === undefined || !isScalable(workload) || workload.replicas >= goal.minReplicas || workload.replicas === 0) return [];
    if (!goal.include.includes(id) && reasonForOne(model, workload) !== undefined) return [];
    const why = 'with fewer, the failure of one node can take all of them';
    const summary = `replicas ${workload.replicas} -> ${goal.minReplicas}`;
    return [specChange('replicas', workload, { summary, why }, { replicas: goal.minReplicas })];
  },
};
