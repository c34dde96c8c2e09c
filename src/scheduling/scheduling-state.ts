import type { Pod } from '../kubernetes/index.ts';
import { ClusterTable } from './cluster-table.ts';
import { filterNodes, scoreNodes, totalScores, type Filtered } from './cycle.ts';
import { fitErrorMessage } from './message.ts';
import { podRecordOf, type PodRecord } from './pod-record.ts';
import { preemptionMessage, tryPreemption } from './preemption/try-preemption.ts';
import type {
  NodeExplanation,
  Placement,
  PreemptionExplanation,
  SchedulingKind,
  SchedulingObject,
  SchedulingObjects,
  SchedulingState,
} from './types.ts';

const KINDS: readonly (readonly [keyof SchedulingObjects, SchedulingKind])[] = [
  ['namespaces', 'Namespace'],
  ['nodes', 'Node'],
  ['pods', 'Pod'],
  ['services', 'Service'],
  ['replicaSets', 'ReplicaSet'],
  ['statefulSets', 'StatefulSet'],
  ['replicationControllers', 'ReplicationController'],
  ['persistentVolumes', 'PersistentVolume'],
  ['persistentVolumeClaims', 'PersistentVolumeClaim'],
  ['storageClasses', 'StorageClass'],
  ['csiNodes', 'CSINode'],
  ['podDisruptionBudgets', 'PodDisruptionBudget'],
];

/**
 * The scheduler's view of a cluster, built from plain manifests.
 *
 * Decisions are those of kube-scheduler 1.36's default profile with percentageOfNodesToScore 100.
 */
export function createSchedulingState(objects: SchedulingObjects): SchedulingState {
  const table = new ClusterTable();
  for (const [list, kind] of KINDS) for (const object of (objects[list] ?? []) as readonly SchedulingObject[]) table.upsert(kind, object);
  return stateOver(table);
}

function stateOver(table: ClusterTable): SchedulingState {
  return {
    upsert: (kind, object) => table.upsert(kind, object),
    remove: (kind, namespace, name) => table.remove(kind, namespace, name),
    fork: () => stateOver(table.fork()),
    schedule: (pod, random) => schedule(table, pod, random),
    explain: (pod) => explain(table, pod),
    explainPreemption: (pod) => explainPreemption(table, pod),
  };
}

function schedule(table: ClusterTable, pod: Pod, random: { integer(below: number): number }): Placement {
  const record = podRecordOf(pod);
  const filtered = filterNodes(table, record);
  const { feasible } = filtered;
  if (feasible.length === 0) return unschedulable(table, record, filtered, random);
  const best = bestNodes(table, record, feasible);
  return { kind: 'placed', node: best[random.integer(best.length)] ?? '', best, feasible: feasible.length };
}

function unschedulable(table: ClusterTable, record: PodRecord, filtered: Filtered, random: { integer(below: number): number }): Placement {
  const { refusals, everywhere } = filtered;
  const named = new Map([...refusals].map(([index, refusal]) => [table.node(index).name, refusal]));
  const message = fitErrorMessage(table.nodeCount, refusals.values(), everywhere);
  if (table.nodeCount === 0) return { kind: 'unschedulable', message, refusals: named, preemption: undefined };
  const attempt = tryPreemption(table, record, filtered);
  const node = attempt.nominated[random.integer(Math.max(1, attempt.nominated.length))];
  if (node === undefined) {
    const whole = `${message} ${preemptionMessage(table.nodeCount, attempt)}`;
    return { kind: 'unschedulable', message: whole, refusals: named, preemption: undefined };
  }
  const victims = (attempt.candidates.get(node)?.victims ?? []).map(({ pod }) => pod);
  return { kind: 'unschedulable', message, refusals: named, preemption: { node, victims } };
}

function explainPreemption(table: ClusterTable, pod: Pod): PreemptionExplanation {
  const record = podRecordOf(pod);
  const { ineligible, candidates, tried, nominated } = tryPreemption(table, record, filterNodes(table, record));
  return {
    ineligible,
    candidates: new Map(
      [...candidates].map(([node, { victims, violations }]) => [
        node,
        { victims: victims.map(({ pod }) => pod), budgetViolations: violations },
      ]),
    ),
    notHelpful: new Map([...tried].map(([node, { reasons }]) => [node, reasons])),
    nominated,
  };
}

function bestNodes(table: ClusterTable, record: PodRecord, feasible: readonly number[]): string[] {
  const nameOf = (index: number): string => table.node(index).name;
  if (feasible.length === 1) return feasible.map(nameOf);
  const totals = totalScores(scoreNodes(table, record, feasible), feasible.length);
  let highest = -Infinity;
  for (let position = 0; position < totals.length; position++) highest = Math.max(highest, totals[position] ?? 0);
  const best: string[] = [];
  for (let position = 0; position < totals.length; position++) if (totals[position] === highest) best.push(nameOf(feasible[position] ?? 0));
  return best.sort();
}

function explain(table: ClusterTable, pod: Pod): ReadonlyMap<string, NodeExplanation> {
  const record = podRecordOf(pod);
  const { feasible, refusals } = filterNodes(table, record);
  const scores = scoreNodes(table, record, feasible);
  const totals = totalScores(scores, feasible.length);
  const answers = new Map<string, NodeExplanation>();
  for (const [position, index] of feasible.entries()) {
    const own = Object.fromEntries([...scores].map(([plugin, column]) => [plugin, column[position] ?? 0]));
    answers.set(table.node(index).name, { fits: true, total: totals[position] ?? 0, scores: own });
  }
  for (const [index, refusal] of refusals) answers.set(table.node(index).name, { fits: false, ...refusal });
  return answers;
}
