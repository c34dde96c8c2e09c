import type { ClusterModel, ServiceId, ServiceModel } from '../cluster/index.ts';
import { indexOf } from './model-index.ts';

/**
 * Services that nothing answers for as the cluster is now, although there ought to be pods behind them: no failure is to blame for that.
 * Sorted. Empty when pods could not be read: then nothing is known of any.
 */
export function downAlready(model: ClusterModel, namespace: string | undefined): ServiceId[] {
  const known = KNOWN.get(model) ?? allDown(model);
  KNOWN.set(model, known);
  return known.filter(({ namespace: own }) => namespace === undefined || own === namespace).map(({ id }) => id);
}

/** A sweep asks thousands of times, and a model never changes. */
const KNOWN = new WeakMap<ClusterModel, readonly ServiceModel[]>();

function allDown(model: ClusterModel): ServiceModel[] {
  if (model.snapshot.gaps.some(({ kind }) => kind === 'Pod')) return [];
  return model.services
    .filter(({ workloads }) => workloads.some((id) => (model.workload(id)?.replicas ?? 0) > 0))
    .filter(({ id }) => indexOf(model).endpointsOf(id).length === 0)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
