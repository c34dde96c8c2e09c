/** Topology spread constraints, made ready. Source: kube-scheduler plugins/podtopologyspread, Kubernetes 1.36. */
import {
  findUntolerated,
  matchesRequiredNodeAffinity,
  matchesSelector,
  type LabelSelector,
  type TopologySpreadConstraint,
} from '../kubernetes/index.ts';
import type { ClusterTable } from './cluster-table.ts';
import type { PodRecord } from './pod-record.ts';

export const HOSTNAME = 'kubernetes.io/hostname';
const EFFECTS = ['NoSchedule', 'NoExecute'];

type Labels = Readonly<Record<string, string>>;

export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly honourAffinity: boolean;
  readonly honourTaints: boolean;
  matches(labels: Labels): boolean;
  /** An empty selector counts no pods, though it matches all. */
  readonly countsNothing: boolean;
}

export function constraintsOf(pod: PodRecord, action: 'DoNotSchedule' | 'ScheduleAnyway'): SpreadConstraint[] {
  return (pod.spec.topologySpreadConstraints ?? []).filter((each) => each.whenUnsatisfiable === action).map(constraintOf);
}

function constraintOf(from: TopologySpreadConstraint): SpreadConstraint {
  // The two policies are newer than some typings of the field.
  const { nodeAffinityPolicy, nodeTaintsPolicy } = from as { nodeAffinityPolicy?: string; nodeTaintsPolicy?: string };
  return {
    topologyKey: from.topologyKey,
    maxSkew: from.maxSkew,
    minDomains: from.minDomains ?? 1,
    honourAffinity: nodeAffinityPolicy !== 'Ignore',
    honourTaints: nodeTaintsPolicy === 'Honor',
    matches: (labels) => matchesSelector(from.labelSelector, labels),
    countsNothing: isEmpty(from.labelSelector),
  };
}

const isEmpty = (selector: LabelSelector | undefined): boolean =>
  selector !== undefined && Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;

/** How many of a node's pods the constraint counts, by node number. */
export function countMatching(table: ClusterTable, constraint: SpreadConstraint, namespace: string): Float64Array {
  const counts = new Float64Array(table.nodes.length);
  if (constraint.countsNothing) return counts;
  for (const each of table.classes.values()) {
    if (each.terminating || each.namespace !== namespace || !constraint.matches(each.labels)) continue;
    for (const [node, count] of each.perNode) counts[node] = (counts[node] ?? 0) + count;
  }
  return counts;
}

/** Tells whether the constraint counts the pods of this node at all. */
export function includesNode(table: ClusterTable, constraint: SpreadConstraint, pod: PodRecord, index: number): boolean {
  const node = table.node(index);
  if (constraint.honourAffinity && pod.choosesNodes && !matchesRequiredNodeAffinity(pod.pod, node.object)) return false;
  return !constraint.honourTaints || findUntolerated(node.taints, pod.spec.tolerations, EFFECTS) === undefined;
}

/** Tells whether a node carries every constraint's topology key. */
export const hasAllKeys = (labels: Labels, constraints: readonly SpreadConstraint[]): boolean =>
  constraints.every(({ topologyKey }) => labels[topologyKey] !== undefined);
