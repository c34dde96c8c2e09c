import type { ClusterModel, WorkloadModel } from '../cluster/index.ts';
import type { Node, Pod } from '../kubernetes/index.ts';
import { schedulingStateOf } from './simulate-rollout.ts';
import type { HardeningGoal } from './types.ts';

/** Nodes that go down together, and what to call it. */
export interface Outage {
  readonly name: string;
  readonly nodes: readonly string[];
}

/** Every single failure that the goal is about. */
export function outagesOf(model: ClusterModel, survive: HardeningGoal['survive']): Outage[] {
  if (survive === 'node') return model.nodes.map(({ name }) => ({ name: `node ${name}`, nodes: [name] }));
  return model.zones.map((zone) => ({
    name: `zone ${zone}`,
    nodes: model.nodes.filter((node) => node.zone === zone).map(({ name }) => name),
  }));
}

/** The workload's pods that sit on a node. */
export const boundPods = ({ pods }: WorkloadModel): Pod[] => pods.filter(({ spec }) => Boolean(spec?.nodeName));

/** How many of the workload's pods are left when the nodes are gone. */
export const survivorsOf = (workload: WorkloadModel, { nodes }: Outage): number =>
  boundPods(workload).filter(({ spec }) => !nodes.includes(spec?.nodeName ?? '')).length;

/** A pod that finds no node after a failure, in the scheduler's words. */
export interface Unplaced {
  readonly pod: Pod;
  readonly message: string;
}

/**
 * Where the pods of lost nodes would go: they are being deleted, the nodes are tainted, and their replacements are scheduled one by one.
 *
 * Lost pods still count where the scheduler counts terminating pods, as they do until the node is back or removed.
 */
export function replaceAfter(
  model: ClusterModel,
  outage: Outage,
  workloads: readonly WorkloadModel[],
  chance: { integer(below: number): number },
): Unplaced[] {
  const state = schedulingStateOf(model);
  for (const { name, object } of model.nodes) if (outage.nodes.includes(name)) state.upsert('Node', unreachable(object));
  const lost = workloads.flatMap((workload) => boundPods(workload).filter(({ spec }) => outage.nodes.includes(spec?.nodeName ?? '')));
  for (const pod of lost) {
    state.upsert('Pod', { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '1970-01-01T00:00:00Z' } });
  }
  const unplaced: Unplaced[] = [];
  for (const pod of lost) {
    const fresh = replacementOf(pod);
    const placement = state.schedule(fresh, chance);
    if (placement.kind === 'unschedulable') unplaced.push({ pod, message: placement.message });
    else state.upsert('Pod', { ...fresh, spec: { containers: [], ...fresh.spec, nodeName: placement.node } });
  }
  return unplaced;
}

function replacementOf(pod: Pod): Pod {
  const { nodeName: _gone, ...spec } = pod.spec ?? { containers: [] };
  const { name, namespace, labels, ownerReferences } = pod.metadata;
  const metadata = {
    ...(namespace !== undefined && { namespace }),
    ...(labels && { labels }),
    ...(ownerReferences && { ownerReferences }),
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: `${name}-again` }, spec };
}

function unreachable(node: Node): Node {
  const key = 'node.kubernetes.io/unreachable';
  const taints = [...(node.spec?.taints ?? []), { key, effect: 'NoSchedule' }, { key, effect: 'NoExecute' }];
  return { ...node, spec: { ...node.spec, taints } };
}
