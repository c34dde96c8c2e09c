import type { ClusterModel, ServiceId } from '../cluster/index.ts';
import { indexOf } from './model-index.ts';

/**
 * Services that nothing answers for as the cluster is now, although there ought to be pods behind them: no failure is to blame for that.
 * Sorted. Empty when pods could not be read: then nothing is known of any.
 */
export function downAlready(model: ClusterModel, namespace: string | undefined): ServiceId[] {
  if (model.snapshot.gaps.some(({ kind }) => kind === 'Pod')) return [];
  return model.services
    .filter((service) => namespace === undefined || service.namespace === namespace)
    .filter(({ workloads }) => workloads.some((id) => (model.workload(id)?.replicas ?? 0) > 0))
    .filter(({ id }) => indexOf(model).endpointsOf(id).length === 0)
    .map(({ id }) => id)
    .toSorted();
}
