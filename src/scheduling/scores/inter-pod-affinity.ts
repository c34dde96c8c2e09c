import { matchesTerm, type AffinityTerm } from '../affinity-terms.ts';
import type { ClusterTable, PodClass } from '../cluster-table.ts';
import type { PodRecord } from '../pod-record.ts';
import { TopologyCounts } from '../topology-counts.ts';
import { MAX_SCORE, type ScorePlugin } from './_shared.ts';

/** How much an existing pod's required affinity counts as a preference. Source: default of hardPodAffinityWeight. */
const REQUIRED_WEIGHT = 1;

/** Preferred affinity and anti-affinity, of the pod and of the pods that are already there. */
export const interPodAffinity: ScorePlugin = {
  name: 'InterPodAffinity',
  summary: 'honours preferred affinity and anti-affinity between pods',
  weight: 2,
  prepare: (table, pod) => {
    const wishes = wishesOf(table, pod);
    if (wishes === undefined) return undefined;
    return {
      score: (node) => wishes.sum(table.node(node).labels),
      normalise: (scores) => {
        const highest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
        const lowest = scores.reduce((a, b) => Math.min(a, b), Infinity);
        const range = highest - lowest;
        for (let index = 0; index < scores.length; index++) {
          scores[index] = range > 0 ? Math.trunc(MAX_SCORE * (((scores[index] ?? 0) - lowest) / range)) : 0;
        }
      },
    };
  },
};

function wishesOf(table: ClusterTable, pod: PodRecord): TopologyCounts | undefined {
  const counts = new TopologyCounts();
  let any = false;
  for (const each of table.classes.values()) {
    for (const { topologyKey, weight } of termsBetween(table, pod, each)) {
      for (const [node, count] of each.perNode) {
        const value = table.node(node).labels[topologyKey];
        if (value === undefined) continue;
        any = true;
        counts.add(topologyKey, value, weight * count);
      }
    }
  }
  return any ? counts : undefined;
}

interface Wish {
  readonly topologyKey: string;
  readonly weight: number;
}

function termsBetween(table: ClusterTable, pod: PodRecord, other: PodClass): Wish[] {
  const labelsOf = table.namespaceLabels;
  const wishes: Wish[] = [];
  const collect = (terms: readonly AffinityTerm[], subject: PodRecord | PodClass, weightOf: (term: AffinityTerm) => number): void => {
    for (const term of terms) {
      if (matchesTerm(term, subject, labelsOf)) wishes.push({ topologyKey: term.topologyKey, weight: weightOf(term) });
    }
  };
  const plus = ({ weight }: AffinityTerm): number => weight;
  const minus = ({ weight }: AffinityTerm): number => -weight;
  collect(pod.terms.preferredAffinity, other, plus);
  collect(pod.terms.preferredAntiAffinity, other, minus);
  collect(other.terms.requiredAffinity, pod, () => REQUIRED_WEIGHT);
  collect(other.terms.preferredAffinity, pod, plus);
  collect(other.terms.preferredAntiAffinity, pod, minus);
  return wishes;
}
