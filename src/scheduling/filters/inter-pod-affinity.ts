import { matchesTerm, type AffinityTerm, type AffinityTerms } from '../affinity-terms.ts';
import type { ClusterTable } from '../cluster-table.ts';
import type { PodClass } from '../pod-classes.ts';
import type { PodRecord } from '../pod-record.ts';
import { TopologyCounts } from '../topology-counts.ts';
import { unresolvable, unschedulable, type FilterPlugin } from './_shared.ts';

const NAME = 'InterPodAffinity';
const AFFINITY = unresolvable(NAME, "node(s) didn't match pod affinity rules");
const ANTI = unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
const EXISTING = unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");

/** A pod, or a class of pods, as terms see it. */
interface Subject {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly terms: AffinityTerms;
}

/** Required affinity and anti-affinity, both of the pod and of the pods that are already there. */
export const interPodAffinity: FilterPlugin = {
  name: NAME,
  summary: 'honours required affinity and anti-affinity between pods',
  prepare: (table, pod) => {
    const counts = new Counts(table, pod);
    const { requiredAffinity, requiredAntiAffinity } = pod.terms;
    if (requiredAffinity.length === 0 && requiredAntiAffinity.length === 0 && counts.existing.isEmpty) return undefined;
    return {
      check: (node) => {
        if (requiredAffinity.length > 0 && !counts.allowsAffinity(node)) return AFFINITY;
        if (counts.anti.touches(node)) return ANTI;
        return counts.existing.touches(node) ? EXISTING : undefined;
      },
      trial: (other, node, sign) => counts.add(other, node, sign),
    };
  },
};

class Counts {
  readonly existing: TopologyCounts;
  readonly affinity: TopologyCounts;
  readonly anti: TopologyCounts;
  readonly #table: ClusterTable;
  readonly #pod: PodRecord;
  readonly #selfMatches: boolean;

  constructor(table: ClusterTable, pod: PodRecord) {
    const domains = (key: string) => table.domains(key);
    this.existing = new TopologyCounts(domains);
    this.affinity = new TopologyCounts(domains);
    this.anti = new TopologyCounts(domains);
    this.#table = table;
    this.#pod = pod;
    const { requiredAffinity, requiredAntiAffinity } = pod.terms;
    this.#selfMatches = this.#isWanted(pod);
    for (const each of table.classes.heeding(pod)) addAll(this.existing, this.#keysAgainst(each), each);
    for (const each of table.classes.meantBy(requiredAffinity)) {
      if (this.#isWanted(each)) addAll(this.affinity, keysOf(requiredAffinity), each);
    }
    for (const each of table.classes.meantBy(requiredAntiAffinity)) addAll(this.anti, this.#keysAvoiding(each), each);
  }

  add(other: Subject, node: number, amount: number): void {
    for (const key of this.#keysAgainst(other)) this.existing.add(key, node, amount);
    if (this.#isWanted(other)) for (const key of keysOf(this.#pod.terms.requiredAffinity)) this.affinity.add(key, node, amount);
    for (const key of this.#keysAvoiding(other)) this.anti.add(key, node, amount);
  }

  allowsAffinity(node: number): boolean {
    let present = true;
    for (const { topologyKey } of this.#pod.terms.requiredAffinity) {
      const amount = this.affinity.get(topologyKey, node);
      if (amount === undefined) return false;
      if (amount <= 0) present = false;
    }
    // The first of a group that wants to be together may go anywhere.
    return present || (this.affinity.isEmpty && this.#selfMatches);
  }

  /** Topology keys of the other's terms that keep this pod away. */
  #keysAgainst(other: Subject): string[] {
    return keysOf(other.terms.requiredAntiAffinity.filter((term) => matchesTerm(term, this.#pod, this.#table.namespaceLabels)));
  }

  #keysAvoiding(other: Subject): string[] {
    return keysOf(this.#pod.terms.requiredAntiAffinity.filter((term) => matchesTerm(term, other, this.#table.namespaceLabels)));
  }

  #isWanted(other: Subject): boolean {
    const { requiredAffinity } = this.#pod.terms;
    return requiredAffinity.length > 0 && requiredAffinity.every((term) => matchesTerm(term, other, this.#table.namespaceLabels));
  }
}

const keysOf = (terms: readonly AffinityTerm[]): string[] => terms.map(({ topologyKey }) => topologyKey);

function addAll(counts: TopologyCounts, keys: readonly string[], { perNode }: PodClass): void {
  for (const key of keys) counts.addAll(key, perNode);
}
