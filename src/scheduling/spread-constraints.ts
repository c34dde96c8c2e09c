/** Topology spread constraints, made ready. Source: kube-scheduler plugins/podtopologyspread, Kubernetes 1.36. */
import {
  findUntolerated,
  matchesRequiredNodeAffinity,
  matchesSelector,
  type LabelSelector,
  type TopologySpreadConstraint,
} from '../kubernetes/index.ts';
import type { ClusterTable } from './cluster-table.ts';
import type { PodClass } from './pod-classes.ts';
import type { PodRecord } from './pod-record.ts';

export const HOSTNAME = 'kubernetes.io/hostname';
const EFFECTS = ['NoSchedule', 'NoExecute'];

type Labels = Readonly<Record<string, string>>;
/** Tells of a node's number. */
export type NodeTest = (node: number) => boolean;

export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly honourAffinity: boolean;
  readonly honourTaints: boolean;
  /** Pods that all of them match are counted. */
  readonly selectors: readonly (LabelSelector | undefined)[];
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
    selectors: [from.labelSelector],
    countsNothing: isEmpty(from.labelSelector),
  };
}

const isEmpty = (selector: LabelSelector | undefined): boolean =>
  selector !== undefined && Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;

/** Tells whether the constraint counts a pod with these labels. */
export const matches = ({ selectors }: SpreadConstraint, labels: Labels): boolean =>
  selectors.every((selector) => matchesSelector(selector, labels));

/** The classes of pods that the constraint counts. Pods that are going away count no more. */
export function countedClasses(table: ClusterTable, constraint: SpreadConstraint, namespace: string): PodClass[] {
  if (constraint.countsNothing) return [];
  return table.classes.matching(namespace, constraint.selectors).filter(({ terminating }) => !terminating);
}

/** Tells of which nodes the constraint counts the pods at all; undefined means of all. */
export function includedNodes(table: ClusterTable, constraint: SpreadConstraint, pod: PodRecord): NodeTest | undefined {
  const { nodeSelector, affinity, tolerations } = pod.spec;
  const affinityMatters = constraint.honourAffinity && pod.choosesNodes;
  if (!affinityMatters && !constraint.honourTaints) return undefined;
  const question = JSON.stringify([
    'spread',
    affinityMatters ? [nodeSelector, affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution] : undefined,
    constraint.honourTaints ? [tolerations] : undefined,
  ]);
  return table.kept.about(question, table.columns.stamp, (index) => {
    const node = table.node(index);
    if (affinityMatters && !matchesRequiredNodeAffinity(pod.pod, node.object)) return false;
    return !constraint.honourTaints || findUntolerated(node.taints, tolerations, EFFECTS) === undefined;
  });
}

/** Tells which nodes carry every constraint's topology key. */
export function nodesWithAllKeys(table: ClusterTable, constraints: readonly SpreadConstraint[]): NodeTest {
  const columns = constraints.map(({ topologyKey }) => table.domains(topologyKey).of);
  const [first, second] = columns;
  // One or two is what there is nearly always.
  if (columns.length === 1) return (node) => (first?.[node] ?? -1) >= 0;
  if (columns.length === 2) return (node) => (first?.[node] ?? -1) >= 0 && (second?.[node] ?? -1) >= 0;
  return (node) => columns.every((column) => (column[node] ?? -1) >= 0);
}
