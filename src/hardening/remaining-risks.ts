import type { ClusterModel, ServiceId, WorkloadModel } from '../cluster/index.ts';
import { boundPods, outagesOf, survivorsOf } from './failures.ts';
import type { HardeningGoal, HardeningPlan } from './types.ts';

type Risk = HardeningPlan['remaining'][number];

/**
 * Services that one failure still takes down: those whose every pod it takes, and those that call them, directly or through others.
 *
 * Daemon sets are left out: their pods belong to their node.
 */
export function remainingRisks(model: ClusterModel, { survive, namespace }: HardeningGoal): Risk[] {
  const outages = outagesOf(model, survive);
  const risks = new Map<ServiceId, Risk>();
  for (const service of model.services) {
    if (namespace !== undefined && service.namespace !== namespace) continue;
    const workloads = service.workloads.flatMap((id) => model.workload(id) ?? []);
    const [first] = workloads;
    const outage = outages.find((each) => workloads.length > 0 && workloads.every((workload) => survivorsOf(workload, each) === 0));
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

/** The services that need one of the endangered ones: a breadth-first walk against the calls. */
function callersOf(model: ClusterModel, direct: ReadonlyMap<ServiceId, Risk>): Risk[] {
  const found = new Map<ServiceId, Risk>();
  const queue = [...direct.values()];
  for (let risk = queue.shift(); risk !== undefined; risk = queue.shift()) {
    for (const call of model.calls.filter(({ to }) => to === risk.service)) {
      for (const service of model.workload(call.from)?.services ?? []) {
        if (direct.has(service) || found.has(service)) continue;
        const next = { service, workload: risk.workload, why: `calls ${risk.service} (${call.detail})` };
        found.set(service, next);
        queue.push(next);
      }
    }
  }
  return [...found.values()];
}
