import type { ClusterTable } from '../cluster-table.ts';
import type { PodRecord } from '../pod-record.ts';
import {
  constraintsOf,
  countedClasses,
  includedNodes,
  matches,
  nodesWithAllKeys,
  type NodeTest,
  type SpreadConstraint,
} from '../spread-constraints.ts';
import { unresolvable, unschedulable, type FilterPlugin } from './_shared.ts';

const NAME = 'PodTopologySpread';
const SKEWED = unschedulable(NAME, "node(s) didn't match pod topology spread constraints");
const NO_KEY = unresolvable(NAME, "node(s) didn't match pod topology spread constraints (missing required label)");
/** What the least of no domains is. Source: math.MaxInt32 in criticalPaths. */
const NO_LEAST = 2 ** 31 - 1;

/** Constraints with DoNotSchedule: the pods of a domain may outnumber the least of all domains by maxSkew. */
export const podTopologySpread: FilterPlugin = {
  name: NAME,
  summary: 'honours topology spread constraints with DoNotSchedule',
  prepare: (table, pod) => {
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    if (constraints.length === 0) return undefined;
    const hasAllKeys = nodesWithAllKeys(table, constraints);
    const counted = constraints.map((constraint) => new Domains(table, pod, constraint, hasAllKeys));
    return {
      check: (node) => {
        for (const domains of counted) {
          const skew = domains.skewWith(node);
          if (skew === undefined) return NO_KEY;
          if (skew > domains.constraint.maxSkew) return SKEWED;
        }
        return undefined;
      },
      trial: (other, node, sign) => {
        if (other.namespace !== pod.namespace || other.terminating || !hasAllKeys(node)) return;
        for (const domains of counted) domains.trial(other, node, sign);
      },
    };
  },
};

/** Pods per domain of one constraint; the least is kept until a count changes. */
class Domains {
  readonly constraint: SpreadConstraint;
  readonly #of: Int32Array;
  readonly #counts: Float64Array;
  /** Domains with a node that counts; others are no domains. */
  readonly #present: Uint8Array;
  readonly #included: NodeTest | undefined;
  /** 1 when the pod counts itself. */
  readonly #self: number;
  #size = 0;
  #least: number | undefined;

  constructor(table: ClusterTable, pod: PodRecord, constraint: SpreadConstraint, hasAllKeys: NodeTest) {
    const { of, count } = table.domains(constraint.topologyKey);
    this.constraint = constraint;
    this.#of = of;
    this.#counts = new Float64Array(count);
    this.#present = new Uint8Array(count);
    this.#included = includedNodes(table, constraint, pod);
    this.#self = matches(constraint, pod.labels) ? 1 : 0;
    const counts = (node: number): boolean => hasAllKeys(node) && (this.#included?.(node) ?? true);
    for (let node = 0; node < table.nodes.length; node++) {
      if (table.nodes[node] !== undefined && counts(node)) this.#open(of[node] ?? -1);
    }
    for (const { perNode } of countedClasses(table, constraint, pod.namespace)) {
      for (const [node, pods] of perNode) if (counts(node)) this.#add(of[node] ?? -1, pods);
    }
  }

  /** The skew if the pod went there; undefined for a node without the key. */
  skewWith(node: number): number | undefined {
    const domain = this.#of[node] ?? -1;
    return domain < 0 ? undefined : (this.#counts[domain] ?? 0) + this.#self - this.#leastOf();
  }

  trial(other: PodRecord, node: number, sign: 1 | -1): void {
    if (this.constraint.countsNothing || !matches(this.constraint, other.labels) || this.#included?.(node) === false) return;
    const domain = this.#of[node] ?? -1;
    this.#open(domain);
    this.#add(domain, sign);
    this.#least = undefined;
  }

  #open(domain: number): void {
    if (domain < 0 || this.#present[domain] === 1) return;
    this.#present[domain] = 1;
    this.#size++;
  }

  #add(domain: number, pods: number): void {
    if (domain >= 0) this.#counts[domain] = (this.#counts[domain] ?? 0) + pods;
  }

  #leastOf(): number {
    if (this.#size < this.constraint.minDomains) return 0;
    return (this.#least ??= this.#smallest());
  }

  #smallest(): number {
    let least = Infinity;
    for (let domain = 0; domain < this.#counts.length; domain++) {
      if (this.#present[domain] === 1) least = Math.min(least, this.#counts[domain] ?? 0);
    }
    return least === Infinity ? NO_LEAST : least;
  }
}
