import type { ClusterTable } from '../cluster-table.ts';
import { defaultSelector } from '../default-selector.ts';
import type { PodRecord } from '../pod-record.ts';
import { constraintsOf, countMatching, hasAllKeys, HOSTNAME, includesNode, type SpreadConstraint } from '../spread-constraints.ts';
import { MAX_SCORE, type ScorePlugin } from './_shared.ts';

const ZONE = 'topology.kubernetes.io/zone';

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
    const ignored = (node: number): boolean => own && !hasAllKeys(table.node(node).labels, constraints);
    const considered = own ? feasible.filter((node) => !ignored(node)) : feasible;
    const counted = constraints.map((constraint) => countsFor(table, pod, constraint, considered, own ? constraints : []));
    return {
      score: (node) => {
        if (ignored(node)) return -1;
        let sum = 0;
        for (const scoreOf of counted) sum += scoreOf(node);
        return Math.round(sum);
      },
      normalise: invert,
    };
  },
};

function systemDefaults(table: ClusterTable, pod: PodRecord): SpreadConstraint[] {
  const matches = defaultSelector(table, pod);
  if (matches === undefined) return [];
  const common = { minDomains: 1, honourAffinity: true, honourTaints: false, matches, countsNothing: false };
  return [
    { ...common, topologyKey: HOSTNAME, maxSkew: 3 },
    { ...common, topologyKey: ZONE, maxSkew: 5 },
  ];
}

/** The score of one constraint: matching pods in the node's domain, weighted by how many domains there are. */
function countsFor(
  table: ClusterTable,
  pod: PodRecord,
  constraint: SpreadConstraint,
  considered: readonly number[],
  required: readonly SpreadConstraint[],
): (node: number) => number {
  const { topologyKey, maxSkew } = constraint;
  const counts = countMatching(table, constraint, pod.namespace);
  const isHost = topologyKey === HOSTNAME;
  const domains = isHost ? new Map<string, number>() : domainsOf(table, topologyKey, considered);
  if (!isHost) {
    for (let index = 0; index < table.nodes.length; index++) {
      const node = table.nodes[index];
      const value = node?.labels[topologyKey] ?? '';
      const sum = domains.get(value);
      if (node === undefined || sum === undefined || !hasAllKeys(node.labels, required)) continue;
      if (includesNode(table, constraint, pod, index)) domains.set(value, sum + (counts[index] ?? 0));
    }
  }
  const weight = Math.log((isHost ? considered.length : domains.size) + 2);
  return (node) => {
    const value = table.node(node).labels[topologyKey];
    if (value === undefined) return 0;
    return (isHost ? (counts[node] ?? 0) : (domains.get(value) ?? 0)) * weight + (maxSkew - 1);
  };
}

function domainsOf(table: ClusterTable, key: string, considered: readonly number[]): Map<string, number> {
  const domains = new Map<string, number>();
  for (const node of considered) domains.set(table.node(node).labels[key] ?? '', 0);
  return domains;
}

/** Fewer pods is better. Ignored nodes (-1) get nothing. */
function invert(scores: Float64Array): void {
  let highest = 0;
  let lowest = Infinity;
  for (const score of scores) {
    if (score === -1) continue;
    highest = Math.max(highest, score);
    lowest = Math.min(lowest, score);
  }
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] ?? 0;
    scores[index] = score === -1 ? 0 : highest === 0 ? MAX_SCORE : Math.floor((MAX_SCORE * (highest + lowest - score)) / highest);
  }
}
