import { isObject } from '../format/python-values.ts';
import type { Activity, Experiment } from '../spec.ts';

/** The activity that a `ref` names: of the hypothesis' probes, the method or the rollbacks; the last one of that name. */
export function findActivity(experiment: Experiment, name: string): Activity | undefined {
  const hypothesis: unknown = experiment['steady-state-hypothesis'];
  const lists: unknown[] = [experiment.method, isObject(hypothesis) ? hypothesis['probes'] : undefined, experiment.rollbacks];
  for (const list of lists) {
    if (!Array.isArray(list)) continue;
    const found: unknown = list.findLast((activity) => isObject(activity) && activity['name'] === name && activity['ref'] === undefined);
    if (isObject(found)) return found;
  }
  return undefined;
}
