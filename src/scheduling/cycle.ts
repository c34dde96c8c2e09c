/** One pod against the whole cluster: what refuses each node, and how the others score. */
import type { ClusterTable } from './cluster-table.ts';
import { FILTERS, isRefusal, type PreparedFilter } from './filters/index.ts';
import type { PodRecord } from './pod-record.ts';
import { SCORES } from './scores/index.ts';
import type { NodeRefusal } from './types.ts';

export interface Filtered {
  /** Numbers of the nodes that take the pod. */
  readonly feasible: readonly number[];
  readonly refusals: ReadonlyMap<number, NodeRefusal>;
  /** The text of a plugin that refused the pod for all nodes at once. */
  readonly everywhere: string | undefined;
  readonly prepared: readonly PreparedFilter[];
}

export function filterNodes(table: ClusterTable, pod: PodRecord): Filtered {
  const prepared: PreparedFilter[] = [];
  let only: ReadonlySet<string> | undefined;
  const onlyBy: string[] = [];
  for (const plugin of FILTERS) {
    const answer = plugin.prepare(table, pod);
    if (answer === undefined) continue;
    if (isRefusal(answer)) return refusedEverywhere(table, answer);
    prepared.push(answer);
    if (answer.only === undefined) continue;
    onlyBy.push(plugin.name);
    const [before, allowed]: [typeof only, ReadonlySet<string>] = [only, answer.only];
    only = new Set([...allowed].filter((name) => before?.has(name) ?? true));
  }
  const leftOut: NodeRefusal = {
    plugin: onlyBy[0] ?? '',
    code: 'UnschedulableAndUnresolvable',
    reasons: [`node(s) didn't satisfy plugin(s) [${onlyBy.join(' ')}]`],
  };
  const feasible: number[] = [];
  const refusals = new Map<number, NodeRefusal>();
  // Counted loops here and below: this runs for every node and pod, and iterators would fill the heap.
  for (let index = 0; index < table.nodes.length; index++) {
    const node = table.nodes[index];
    if (node === undefined) continue;
    const refusal = only?.has(node.name) === false ? leftOut : checkWithNominated(table, pod, prepared, index);
    if (refusal === undefined) feasible.push(index);
    else refusals.set(index, refusal);
  }
  return { feasible, refusals, everywhere: undefined, prepared };
}

function refusedEverywhere(table: ClusterTable, refusal: NodeRefusal): Filtered {
  const refusals = new Map([...table.nodes.entries()].flatMap(([index, node]) => (node ? [[index, refusal] as const] : [])));
  return { feasible: [], refusals, everywhere: refusal.reasons.join(', '), prepared: [] };
}

/** The first refusal in the profile's order. */
export function checkNode(prepared: readonly PreparedFilter[], index: number): NodeRefusal | undefined {
  for (const filter of prepared) {
    const refusal = filter.check(index);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/**
 * As `checkNode`, but pods of the same or higher priority that wait for preemption on the node count as if they were there.
 *
 * The node must do without them as well: they may never arrive. A pod is told from others by its uid alone.
 * Source: framework RunFilterPluginsWithNominatedPods.
 */
export function checkWithNominated(
  table: ClusterTable,
  pod: PodRecord,
  prepared: readonly PreparedFilter[],
  index: number,
): NodeRefusal | undefined {
  const waiting = table.nominated.size === 0 ? undefined : table.nominated.get(table.node(index).name);
  const added = waiting?.filter((other) => other.priority >= pod.priority && other.pod.metadata.uid !== pod.pod.metadata.uid) ?? [];
  if (added.length > 0) {
    for (const other of added) trial(table, prepared, other, index, 1);
    const refusal = checkNode(prepared, index);
    for (const other of added) trial(table, prepared, other, index, -1);
    if (refusal !== undefined) return refusal;
  }
  return checkNode(prepared, index);
}

/** Puts a pod on a node for a while, or takes it off; the caller undoes it. */
export function trial(table: ClusterTable, prepared: readonly PreparedFilter[], pod: PodRecord, index: number, sign: 1 | -1): void {
  if (sign === 1) table.attach(pod, index);
  else table.detach(pod, index);
  for (const filter of prepared) filter.trial?.(pod, index, sign);
}

/** Weighted scores of the feasible nodes, by plugin, in their order. A plugin with nothing to say is absent. */
export function scoreNodes(table: ClusterTable, pod: PodRecord, feasible: readonly number[]): Map<string, Float64Array> {
  const all = new Map<string, Float64Array>();
  for (const plugin of SCORES) {
    const { name, weight } = plugin;
    const prepared = plugin.prepare(table, pod, feasible);
    if (prepared === undefined) continue;
    const scores = new Float64Array(feasible.length);
    for (let position = 0; position < feasible.length; position++) scores[position] = prepared.score(feasible[position] ?? 0);
    prepared.normalise?.(scores);
    for (let position = 0; position < scores.length; position++) scores[position] = (scores[position] ?? 0) * weight;
    all.set(name, scores);
  }
  return all;
}

/** Totals of the feasible nodes, in their order. */
export function totalScores(scores: ReadonlyMap<string, Float64Array>, length: number): Float64Array {
  const totals = new Float64Array(length);
  for (const column of scores.values()) for (let at = 0; at < length; at++) totals[at] = (totals[at] ?? 0) + (column[at] ?? 0);
  return totals;
}
