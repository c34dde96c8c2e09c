import { matchesTerm, type AffinityTerm } from '../affinity-terms.ts';
import type { ClusterTable } from '../cluster-table.ts';
import type { PodClass } from '../pod-classes.ts';
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
      rate: (scores, nodes) => wishes.addTo(scores, nodes),
      normalise: (scores) => {
        let highest = -Infinity;
        let lowest = Infinity;
        for (let index = 0; index < scores.length; index++) {
          highest = Math.max(highest, scores[index] ?? 0);
          lowest = Math.min(lowest, scores[index] ?? 0);
        }
        const range = highest - lowest;
        for (let index = 0; index < scores.length; index++) {
          scores[index] = range > 0 ? Math.trunc(MAX_SCORE * (((scores[index] ?? 0) - lowest) / range)) : 0;
        }
      },
    };
  },
};

function wishesOf(table: ClusterTable, pod: PodRecord): TopologyCounts | undefined {
  const counts = new TopologyCounts((key) => table.domains(key));
  let any = false;
  const add = (each: PodClass, wishes: readonly Wish[]): void => {
    for (const { topologyKey, weight } of wishes) {
      const { of } = table.domains(topologyKey);
      for (const [node, count] of each.perNode) {
        if ((of[node] ?? -1) < 0) continue;
        any = true;
        counts.add(topologyKey, node, weight * count);
      }
    }
  };
  const { preferredAffinity, preferredAntiAffinity } = pod.terms;
  const meaning = (terms: readonly AffinityTerm[], subject: PodRecord | PodClass) =>
    terms.filter((term) => matchesTerm(term, subject, table.namespaceLabels));
  for (const each of table.classes.meantBy(preferredAffinity)) add(each, meaning(preferredAffinity, each));
  for (const each of table.classes.meantBy(preferredAntiAffinity)) add(each, meaning(preferredAntiAffinity, each).map(against));
  for (const each of table.classes.heeding(pod)) {
    add(
      each,
      meaning(each.terms.requiredAffinity, pod).map(({ topologyKey }) => ({ topologyKey, weight: REQUIRED_WEIGHT })),
    );
    add(each, meaning(each.terms.preferredAffinity, pod));
    add(each, meaning(each.terms.preferredAntiAffinity, pod).map(against));
  }
  return any ? counts : undefined;
}

interface Wish {
  readonly topologyKey: string;
  readonly weight: number;
}

const against = ({ topologyKey, weight }: Wish): Wish => ({ topologyKey, weight: -weight });
