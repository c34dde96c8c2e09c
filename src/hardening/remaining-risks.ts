import type { ClusterModel, ServiceId, WorkloadModel } from '../cluster/index.ts';
import { isDataStore } from '../whatif/index.ts';
import { boundPods, failureOfAll, outagesByNode, outagesOf } from './failures.ts';
import type { HardeningGoal, HardeningPlan } from './types.ts';

type Risk = HardeningPlan['remaining'][number];

/**
 * Services that one failure still takes down: those whose every pod it takes, and those that need a data store which it takes.
 *
 * Callers of other services only lose a part of what they offer, and are not listed.
 * Daemon sets are left out: their pods belong to their node.
 */
export function remainingRisks(model: ClusterModel, { survive, namespace }: HardeningGoal): Risk[] {
  const outages = outagesOf(model, survive);
  const byNode = outagesByNode(outages);
  const risks = new Map<ServiceId, Risk>();
  for (const service of model.services) {
    if (namespace !== undefined && service.namespace !== namespace) continue;
    const workloads = service.workloads.flatMap((id) => model.workload(id) ?? []);
    const [first] = workloads;
    const outage = workloads.length === 0 ? undefined : failureOfAll(workloads.flatMap(boundPods), outages, byNode);
    if (first === undefined || outage === undefined || workloads.some(({ kind }) => kind === 'DaemonSet')) continue;
    risks.set(service.id, { service: service.id, workload: first.id, why: whyDown(first, outage.name) });
  }
  return [...risks.values(), ...callersOf(model, risks)];
}

function whyDown(workload: WorkloadModel, outage: string): string {
  const pods = boundPods(workload);
  if (pods.length === 0) return 'none of its pods has a node';
  return pods.length === 1 ? `its only pod goes down with ${outage}` : `all ${pods.length} pods go down with ${outage}`;
}

/** Services of the workloads that call an endangered data store: without it they can answer nothing. */
function callersOf(model: ClusterModel, direct: ReadonlyMap<ServiceId, Risk>): Risk[] {
  const found = new Map<ServiceId, Risk>();
  for (const { service: store, workload } of direct.values()) {
    if (!isDataStore(model, store)) continue;
    for (const call of model.calls.filter(({ to }) => to === store)) {
      for (const service of model.workload(call.from)?.services ?? []) {
        if (!direct.has(service) && !found.has(service)) found.set(service, { service, workload, why: `needs ${store} (${call.detail})` });
      }
    }
  }
  return [...found.values()];
}
