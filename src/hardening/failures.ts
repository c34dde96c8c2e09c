import type { ClusterModel, WorkloadModel } from '../cluster/index.ts';
import type { Node, Pod } from '../kubernetes/index.ts';
import type { SchedulingState } from '../scheduling/index.ts';
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

/** The one failure that takes all of the pods, or undefined when each leaves some. Without pods any failure finds nothing left. */
export function failureOfAll(pods: readonly Pod[], outages: readonly Outage[], byNode: ReadonlyMap<string, Outage>): Outage | undefined {
  const hit = new Set(pods.map(({ spec }) => byNode.get(spec?.nodeName ?? '')));
  if (hit.size === 0) return outages[0];
  return hit.size === 1 ? [...hit][0] : undefined;
}

/** Which failure a node goes down with. */
export function outagesByNode(outages: readonly Outage[]): ReadonlyMap<string, Outage> {
  return new Map(outages.flatMap((outage) => outage.nodes.map((node): [string, Outage] => [node, outage])));
}

/** A failure and those of some workloads' pods that it takes. */
export interface Loss {
  readonly outage: Outage;
  readonly pods: readonly Pod[];
}

/** What each failure takes of the workloads, in their order; failures that take nothing are left out. */
export function lossesOf(outages: readonly Outage[], workloads: readonly WorkloadModel[]): Loss[] {
  const byNode = outagesByNode(outages);
  const lost = new Map<Outage, Pod[]>();
  for (const pod of workloads.flatMap(boundPods)) {
    const outage = byNode.get(pod.spec?.nodeName ?? '');
    if (outage !== undefined) lost.set(outage, [...(lost.get(outage) ?? []), pod]);
  }
  return outages.flatMap((outage) => ({ outage, pods: lost.get(outage) ?? [] })).filter(({ pods }) => pods.length > 0);
}

/** A pod that finds no node after a failure, in the scheduler's words. */
export interface Unplaced {
  readonly pod: Pod;
  readonly message: string;
}

/**
 * What finds no place when the nodes are lost (`before`: the state of the model, left as it is): their pods are being deleted, they are
 * tainted, and their replacements are scheduled one by one.
 *
 * Lost pods still count where the scheduler counts terminating pods, as they do until the node is back or removed.
 */
export function replaceAfter(
  model: ClusterModel,
  before: SchedulingState,
  { outage, pods: lost }: Loss,
  chance: { integer(below: number): number },
): Unplaced[] {
  if (lost.length === 0) return [];
  const state = before.fork();
  for (const name of outage.nodes) {
    const node = model.nodes.find((candidate) => candidate.name === name);
    if (node !== undefined) state.upsert('Node', unreachable(node.object));
  }
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
