/** One pod against the whole cluster: what refuses each node, and how the others score. */
import type { ClusterTable } from './cluster-table.ts';
import { FILTERS, isRefusal, type PreparedFilter } from './filters/index.ts';
import type { AllAnswers } from './kept-answers.ts';
import type { PodRecord } from './pod-record.ts';
import { SCORES } from './scores/index.ts';
import type { NodeRefusal } from './types.ts';

/** What refuses the pod, by node number. Undefined for nodes that take it, and for numbers without a node; it ends with the last refusal. */
export type Refusals = readonly (NodeRefusal | undefined)[];

export interface Filtered {
  /** Numbers of the nodes that take the pod. */
  readonly feasible: readonly number[];
  readonly refusals: Refusals;
  /** The text of a plugin that refused the pod for all nodes at once. */
  readonly everywhere: string | undefined;
  readonly prepared: readonly PreparedFilter[];
}

export function filterNodes(table: ClusterTable, pod: PodRecord): Filtered {
  const prepared: Prepared[] = [];
  for (const plugin of FILTERS) {
    const answer = plugin.prepare(table, pod);
    if (answer === undefined) continue;
    if (isRefusal(answer)) return refusedEverywhere(table, answer);
    prepared.push({ name: plugin.name, filter: answer, reads: plugin.reads && { pod: plugin.reads(pod) } });
  }
  const only = onlyNodes(prepared);
  const filters = withKept(table, prepared);
  if (only === undefined && table.nominated.size === 0) return { ...askAll(table, filters), everywhere: undefined, prepared: filters };
  const nobodyWaits = table.nominated.size === 0;
  const answers = collect(table, (index) => {
    const refusal = only?.names.has(table.node(index).name) === false ? only.leftOut : undefined;
    return refusal ?? (nobodyWaits ? checkNode(filters, index) : checkWithNominated(table, pod, filters, index));
  });
  return { ...answers, everywhere: undefined, prepared: filters };
}

type Answers = Pick<Filtered, 'feasible' | 'refusals'>;

const NO_REFUSALS: Refusals = [];

/** All nodes at once: where the kept answers refuse none, and there is nothing else to ask, nothing is looked at node by node. */
function askAll(table: ClusterTable, filters: readonly KeptFilter[]): Answers {
  const asked = filters.map((filter) => ({ filter, kept: filter.all?.() })).filter(({ kept }) => kept?.given !== 0);
  const [first] = asked;
  if (first === undefined) return { feasible: table.living, refusals: NO_REFUSALS };
  if (asked.length === 1 && first.kept !== undefined) {
    const { answers } = first.kept;
    return collect(table, (index) => answers[index]);
  }
  return collect(table, (index) => {
    for (let position = 0; position < asked.length; position++) {
      const each = asked[position];
      const refusal = each?.kept === undefined ? each?.filter.check(index) : each.kept.answers[index];
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  });
}

// Counted loops here and below: this runs for every node and pod, and iterators would fill the heap.
function collect(table: ClusterTable, ask: (index: number) => NodeRefusal | undefined): Answers {
  const { living } = table;
  const feasible: number[] = [];
  const refusals: (NodeRefusal | undefined)[] = [];
  for (let position = 0; position < living.length; position++) {
    const index = living[position] ?? 0;
    const refusal = ask(index);
    if (refusal === undefined) feasible.push(index);
    else {
      while (refusals.length < index) refusals.push(undefined);
      refusals.push(refusal);
    }
  }
  return { feasible, refusals };
}

/** `all`: the answers for all nodes, of filters whose answers are kept. */
interface KeptFilter extends PreparedFilter {
  readonly all?: () => AllAnswers<NodeRefusal | undefined>;
}

interface Prepared {
  readonly name: string;
  readonly filter: PreparedFilter;
  /** Present when answers can be kept. */
  readonly reads: { readonly pod: unknown } | undefined;
}

/** The nodes that are worth asking about, when a plugin names them, and what is told of the others. */
function onlyNodes(prepared: readonly Prepared[]): { readonly names: ReadonlySet<string>; readonly leftOut: NodeRefusal } | undefined {
  const naming = prepared.filter(({ filter }) => filter.only !== undefined);
  const [first] = naming;
  if (first === undefined) return undefined;
  const names = new Set([...(first.filter.only ?? [])].filter((name) => naming.every(({ filter }) => filter.only?.has(name))));
  const reasons = [`node(s) didn't satisfy plugin(s) [${naming.map(({ name }) => name).join(' ')}]`];
  return { names, leftOut: { plugin: first.name, code: 'UnschedulableAndUnresolvable', reasons } };
}

/** Filters next to each other whose answers can be kept become one: it is asked only about nodes that have changed since. */
function withKept(table: ClusterTable, prepared: readonly Prepared[]): KeptFilter[] {
  const filters: KeptFilter[] = [];
  let run: Prepared[] = [];
  const close = (): void => {
    const parts = run.map(({ filter }) => filter);
    const question = JSON.stringify(run.map(({ name, reads }) => [name, reads?.pod]));
    const check = (index: number): NodeRefusal | undefined => checkNode(parts, index);
    if (parts.length > 0) {
      filters.push({
        check: table.kept.about(question, table.columns.stamp, check),
        all: () => table.kept.all(question, table.stamps, check),
      });
    }
    run = [];
  };
  for (const each of prepared) {
    if (each.reads !== undefined) run.push(each);
    else {
      close();
      filters.push(each.filter);
    }
  }
  close();
  return filters;
}

function refusedEverywhere(table: ClusterTable, refusal: NodeRefusal): Filtered {
  const refusals = table.nodes.map((node) => (node ? refusal : undefined));
  return { feasible: [], refusals, everywhere: refusal.reasons.join(', '), prepared: [] };
}

/** The first refusal in the profile's order. */
export function checkNode(prepared: readonly PreparedFilter[], index: number): NodeRefusal | undefined {
  for (let position = 0; position < prepared.length; position++) {
    const refusal = prepared[position]?.check(index);
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
    const prepared = plugin.prepare(table, pod, feasible);
    if (prepared === undefined) continue;
    const scores = new Float64Array(feasible.length);
    prepared.rate(scores, feasible);
    prepared.normalise?.(scores);
    for (let position = 0; position < scores.length; position++) scores[position] = (scores[position] ?? 0) * plugin.weight;
    all.set(plugin.name, scores);
  }
  return all;
}

/** Totals of the feasible nodes, in their order. They are the caller's until the next are asked for. */
export function totalScores(table: ClusterTable, pod: PodRecord, feasible: readonly number[]): Float64Array {
  const { length } = feasible;
  const totals = table.scratch.zeros('totals', length);
  for (const plugin of SCORES) {
    const { weight } = plugin;
    const prepared = plugin.prepare(table, pod, feasible);
    if (prepared === undefined) continue;
    const scores = table.scratch.zeros('scores', length);
    prepared.rate(scores, feasible);
    prepared.normalise?.(scores);
    for (let at = 0; at < length; at++) totals[at] = (totals[at] ?? 0) + (scores[at] ?? 0) * weight;
  }
  return totals;
}
