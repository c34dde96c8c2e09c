import { matchesTerm, type AffinityTerm, type AffinityTerms } from '../affinity-terms.ts';
import type { ClusterTable } from '../cluster-table.ts';
import type { PodRecord } from '../pod-record.ts';
import { TopologyCounts } from '../topology-counts.ts';
import { unresolvable, unschedulable, type FilterPlugin } from './_shared.ts';

const NAME = 'InterPodAffinity';
const AFFINITY = unresolvable(NAME, "node(s) didn't match pod affinity rules");
const ANTI = unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
const EXISTING = unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");

type Labels = Readonly<Record<string, string>>;
/** A pod, or a class of pods, as terms see it. */
interface Subject {
  readonly namespace: string;
  readonly labels: Labels;
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
        const { labels } = table.node(node);
        if (requiredAffinity.length > 0 && !counts.allowsAffinity(labels)) return AFFINITY;
        if (requiredAntiAffinity.some(({ topologyKey }) => holds(counts.anti, topologyKey, labels))) return ANTI;
        return counts.existing.touches(labels) ? EXISTING : undefined;
      },
      trial: (other, node, sign) => counts.add(other, table.node(node).labels, sign),
    };
  },
};

function holds(counts: TopologyCounts, key: string, labels: Labels): boolean {
  const value = labels[key];
  return value !== undefined && counts.get(key, value) > 0;
}

class Counts {
  readonly existing = new TopologyCounts();
  readonly affinity = new TopologyCounts();
  readonly anti = new TopologyCounts();
  readonly #table: ClusterTable;
  readonly #pod: PodRecord;
  readonly #selfMatches: boolean;

  constructor(table: ClusterTable, pod: PodRecord) {
    this.#table = table;
    this.#pod = pod;
    this.#selfMatches = this.#matchesAll(pod.terms.requiredAffinity, pod);
    const wanted = pod.terms.requiredAffinity.length + pod.terms.requiredAntiAffinity.length > 0;
    for (const each of table.classes.values()) {
      if (!wanted && each.terms.requiredAntiAffinity.length === 0) continue;
      const changes = this.#changesFor(each);
      if (changes.length === 0) continue;
      for (const [node, count] of each.perNode) apply(changes, table.node(node).labels, count);
    }
  }

  add(other: Subject, labels: Labels, amount: number): void {
    apply(this.#changesFor(other), labels, amount);
  }

  allowsAffinity(labels: Labels): boolean {
    let present = true;
    for (const { topologyKey } of this.#pod.terms.requiredAffinity) {
      const value = labels[topologyKey];
      if (value === undefined) return false;
      if (this.affinity.get(topologyKey, value) <= 0) present = false;
    }
    // The first of a group that wants to be together may go anywhere.
    return present || (this.affinity.isEmpty && this.#selfMatches);
  }

  #matchesAll(terms: readonly AffinityTerm[], other: Subject | PodRecord): boolean {
    return terms.length > 0 && terms.every((term) => matchesTerm(term, other, this.#table.namespaceLabels));
  }

  #changesFor(other: Subject): [TopologyCounts, string][] {
    const { requiredAffinity, requiredAntiAffinity } = this.#pod.terms;
    const labelsOf = this.#table.namespaceLabels;
    const changes: [TopologyCounts, string][] = [];
    for (const term of other.terms.requiredAntiAffinity) {
      if (matchesTerm(term, this.#pod, labelsOf)) changes.push([this.existing, term.topologyKey]);
    }
    if (this.#matchesAll(requiredAffinity, other)) {
      for (const term of requiredAffinity) changes.push([this.affinity, term.topologyKey]);
    }
    for (const term of requiredAntiAffinity) {
      if (matchesTerm(term, other, labelsOf)) changes.push([this.anti, term.topologyKey]);
    }
    return changes;
  }
}

function apply(changes: readonly [TopologyCounts, string][], labels: Labels, amount: number): void {
  for (const [counts, key] of changes) {
    const value = labels[key];
    if (value !== undefined) counts.add(key, value, amount);
  }
}
