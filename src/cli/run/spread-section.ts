import { type ClusterModel, spreadOf } from '../../cluster/index.ts';
import type { SpreadSection } from '../../report/index.ts';

/** Where the pods sat, with the Services in front of each workload: blame needs to know them. */
export function spreadSection(model: ClusterModel, namespace: string | undefined): SpreadSection {
  const spread = spreadOf(model, { namespace });
  return {
    ...spread,
    workloads: spread.workloads.map((workload) => ({ ...workload, services: model.workload(workload.id)?.services ?? [] })),
  };
}
