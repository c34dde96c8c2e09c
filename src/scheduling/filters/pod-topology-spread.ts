import type { ClusterTable } from '../cluster-table.ts';
import type { PodRecord } from '../pod-record.ts';
import { constraintsOf, countMatching, hasAllKeys, includesNode, type SpreadConstraint } from '../spread-constraints.ts';
import { unresolvable, unschedulable, type FilterPlugin } from './_shared.ts';

const NAME = 'PodTopologySpread';
const SKEWED = unschedulable(NAME, "node(s) didn't match pod topology spread constraints");
const NO_KEY = unresolvable(NAME, "node(s) didn't match pod topology spread constraints (missing required label)");

/** Constraints with DoNotSchedule: the pods of a domain may outnumber the least of all domains by maxSkew. */
export const podTopologySpread: FilterPlugin = {
  name: NAME,
  summary: 'honours topology spread constraints with DoNotSchedule',
  prepare: (table, pod) => {
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    if (constraints.length === 0) return undefined;
    const counted = constraints.map((constraint) => ({
      constraint,
      self: constraint.matches(pod.labels) ? 1 : 0,
      domains: domainsOf(table, pod, constraint, constraints),
    }));
    return {
      check: (node) => {
        const { labels } = table.node(node);
        for (const { constraint, self, domains } of counted) {
          const value = labels[constraint.topologyKey];
          if (value === undefined) return NO_KEY;
          if ((domains.get(value) ?? 0) + self - leastOf(domains, constraint.minDomains) > constraint.maxSkew) return SKEWED;
        }
        return undefined;
      },
      trial: (other, node, sign) => {
        const { labels } = table.node(node);
        if (other.namespace !== pod.namespace || other.terminating || !hasAllKeys(labels, constraints)) return;
        for (const { constraint, domains } of counted) {
          if (constraint.countsNothing || !constraint.matches(other.labels) || !includesNode(table, constraint, pod, node)) continue;
          const value = labels[constraint.topologyKey] ?? '';
          domains.set(value, (domains.get(value) ?? 0) + sign);
          domains.least = undefined;
        }
      },
    };
  },
};

/** Pods per domain; the least is kept until a count changes. */
class Domains extends Map<string, number> {
  least: number | undefined;
}

function leastOf(domains: Domains, minDomains: number): number {
  if (domains.size < minDomains) return 0;
  domains.least ??= domains.size === 0 ? 2 ** 31 - 1 : Math.min(...domains.values());
  return domains.least;
}

function domainsOf(table: ClusterTable, pod: PodRecord, constraint: SpreadConstraint, all: readonly SpreadConstraint[]): Domains {
  const counts = countMatching(table, constraint, pod.namespace);
  const domains = new Domains();
  for (let index = 0; index < table.nodes.length; index++) {
    const node = table.nodes[index];
    if (node === undefined || !hasAllKeys(node.labels, all) || !includesNode(table, constraint, pod, index)) continue;
    const value = node.labels[constraint.topologyKey] ?? '';
    domains.set(value, (domains.get(value) ?? 0) + (counts[index] ?? 0));
  }
  return domains;
}
