import type { ClusterTable } from '../cluster-table.ts';
import { defaultSelectors } from '../default-selector.ts';
import type { PodRecord } from '../pod-record.ts';
import {
  constraintsOf,
  countedClasses,
  HOSTNAME,
  includedNodes,
  nodesWithAllKeys,
  type NodeTest,
  type SpreadConstraint,
} from '../spread-constraints.ts';
import { MAX_SCORE, type ScorePlugin } from './_shared.ts';

const ZONE = 'topology.kubernetes.io/zone';
const IGNORED = -1;

/** Constraints with ScheduleAnyway, or the system's defaults (host and zone) for pods without any constraint. */
export const podTopologySpread: ScorePlugin = {
  name: 'PodTopologySpread',
  summary: 'spreads like pods over zones and hosts',
  weight: 2,
  prepare: (table, pod, feasible) => {
    const own = (pod.spec.topologySpreadConstraints ?? []).length > 0;
    const constraints = own ? constraintsOf(pod, 'ScheduleAnyway') : systemDefaults(table, pod);
    if (constraints.length === 0) return undefined;
    // With the system's defaults a cluster without zone labels still spreads over hosts.
    const considers = own ? nodesWithAllKeys(table, constraints) : undefined;
    const considered = considers === undefined ? feasible : feasible.filter(considers);
    return {
      rate: (scores, nodes) => {
        for (const constraint of constraints) addCounts(table, pod, constraint, { considers, considered }, scores, nodes);
        for (let position = 0; position < nodes.length; position++) {
          const isIgnored = considers?.(nodes[position] ?? 0) === false;
          scores[position] = isIgnored ? IGNORED : Math.round(scores[position] ?? 0);
        }
      },
      normalise: invert,
    };
  },
};

function systemDefaults(table: ClusterTable, pod: PodRecord): SpreadConstraint[] {
  const selectors = defaultSelectors(table, pod);
  if (selectors === undefined) return [];
  const common = { minDomains: 1, honourAffinity: true, honourTaints: false, selectors, countsNothing: false };
  return [
    { ...common, topologyKey: HOSTNAME, maxSkew: 3 },
    { ...common, topologyKey: ZONE, maxSkew: 5 },
  ];
}

interface Considered {
  readonly considers: NodeTest | undefined;
  /** The feasible nodes that carry all keys. */
  readonly considered: readonly number[];
}

/** The score of one constraint: matching pods in the node's domain, weighted by how many domains there are. */
function addCounts(
  table: ClusterTable,
  pod: PodRecord,
  constraint: SpreadConstraint,
  { considers, considered }: Considered,
  scores: Float64Array,
  nodes: readonly number[],
): void {
  const { topologyKey, maxSkew } = constraint;
  const { of, count } = table.domains(topologyKey);
  const isHost = topologyKey === HOSTNAME;
  // Hosts are counted node by node; of the others only domains with a node that is considered count.
  const counts = table.scratch.zeros(isHost ? 'hosts' : 'domains', isHost ? table.nodes.length : count + 1);
  let size = considered.length;
  if (isHost) countHosts(table, constraint, pod, counts);
  else size = countDomains(table, constraint, pod, { considers, considered }, counts);
  const weight = Math.log(size + 2);
  for (let position = 0; position < nodes.length; position++) {
    const node = nodes[position] ?? 0;
    const domain = of[node] ?? -1;
    if (domain < 0) continue;
    const pods = counts[isHost ? node : domain + 1] ?? 0;
    scores[position] = (scores[position] ?? 0) + (pods * weight + (maxSkew - 1));
  }
}

function countHosts(table: ClusterTable, constraint: SpreadConstraint, pod: PodRecord, counts: Float64Array): void {
  for (const { perNode } of countedClasses(table, constraint, pod.namespace)) {
    for (const [node, pods] of perNode) counts[node] = (counts[node] ?? 0) + pods;
  }
}

/** Counts by domain number and one; 0 stands for nodes without the key, which make a domain of their own. Result: how many domains. */
function countDomains(
  table: ClusterTable,
  constraint: SpreadConstraint,
  pod: PodRecord,
  { considers, considered }: Considered,
  counts: Float64Array,
): number {
  const { of } = table.domains(constraint.topologyKey);
  const present = new Uint8Array(counts.length);
  let size = 0;
  for (let position = 0; position < considered.length; position++) {
    const domain = (of[considered[position] ?? 0] ?? -1) + 1;
    if (present[domain] === 1) continue;
    present[domain] = 1;
    size++;
  }
  const included = includedNodes(table, constraint, pod);
  for (const { perNode } of countedClasses(table, constraint, pod.namespace)) {
    for (const [node, pods] of perNode) {
      const domain = (of[node] ?? -1) + 1;
      if (present[domain] !== 1 || considers?.(node) === false || included?.(node) === false) continue;
      counts[domain] = (counts[domain] ?? 0) + pods;
    }
  }
  return size;
}

/** Fewer pods is better. Ignored nodes get nothing. */
function invert(scores: Float64Array): void {
  let highest = 0;
  let lowest = Infinity;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] ?? 0;
    if (score === IGNORED) continue;
    highest = Math.max(highest, score);
    lowest = Math.min(lowest, score);
  }
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] ?? 0;
    scores[index] = score === IGNORED ? 0 : highest === 0 ? MAX_SCORE : Math.floor((MAX_SCORE * (highest + lowest - score)) / highest);
  }
}
