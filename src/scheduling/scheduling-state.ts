import type { Pod } from '../kubernetes/index.ts';
import { ClusterTable } from './cluster-table.ts';
import { filterNodes, scoreNodes, totalScores, type Filtered, type Refusals } from './cycle.ts';
import { fitErrorMessage } from './message.ts';
import { podRecordOf, type PodRecord } from './pod-record.ts';
import { preemptionMessage, tryPreemption } from './preemption/try-preemption.ts';
import type {
  NodeExplanation,
  NodeRefusal,
  Placement,
  Preemption,
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
  return new Best(table, record, feasible, random);
}

function unschedulable(table: ClusterTable, record: PodRecord, filtered: Filtered, random: { integer(below: number): number }): Placement {
  const { refusals, everywhere } = filtered;
  const message = fitErrorMessage(table.nodeCount, refusals, everywhere);
  const answer = new Refused(table.snapshot, refusals, message);
  if (table.nodeCount === 0) return answer;
  const attempt = tryPreemption(table, record, filtered);
  const node = attempt.nominated[random.integer(Math.max(1, attempt.nominated.length))];
  if (node === undefined) answer.message += ` ${preemptionMessage(table.nodeCount, attempt)}`;
  else answer.preemption = { node, victims: (attempt.candidates.get(node)?.victims ?? []).map(({ pod }) => pod) };
  return answer;
}

/** Node by node only when somebody asks: with thousands of nodes a map of them costs more than the decision. */
class Refused {
  readonly kind = 'unschedulable';
  message: string;
  preemption: Preemption | undefined;
  readonly #nodes: ClusterTable['snapshot'];
  readonly #refusals: Refusals;

  constructor(nodes: ClusterTable['snapshot'], refusals: Refusals, message: string) {
    this.message = message;
    this.#nodes = nodes;
    this.#refusals = refusals;
  }

  get refusals(): ReadonlyMap<string, NodeRefusal> {
    const named = new Map<string, NodeRefusal>();
    for (const [index, refusal] of this.#refusals.entries()) if (refusal) named.set(this.#nodes[index]?.name ?? '', refusal);
    return named;
  }

  get refusedBy(): ReadonlySet<string> {
    return new Set([...new Set(this.#refusals)].flatMap((refusal) => refusal?.plugin ?? []));
  }
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

/** The nodes with the highest total. */
class Best {
  readonly kind = 'placed';
  readonly node: string;
  readonly feasible: number;
  readonly #marks: Uint8Array;
  readonly #byName: ClusterTable['byName'];

  constructor(table: ClusterTable, record: PodRecord, feasible: readonly number[], random: { integer(below: number): number }) {
    this.feasible = feasible.length;
    this.#byName = table.byName;
    this.#marks = new Uint8Array(table.nodes.length);
    const count = markBest(table, record, feasible, this.#marks);
    this.node = nthMarked(this.#byName, this.#marks, random.integer(count));
  }

  /** In the order of their names. Thousands may be equally good, so the list is made only when somebody asks. */
  get best(): readonly string[] {
    return this.#byName.flatMap(({ name, index }) => (this.#marks[index] === 1 ? [name] : []));
  }
}

function nthMarked(byName: ClusterTable['byName'], marks: Uint8Array, wanted: number): string {
  let left = wanted;
  for (let position = 0; position < byName.length; position++) {
    const node = byName[position];
    if (node !== undefined && marks[node.index] === 1 && left-- === 0) return node.name;
  }
  return '';
}

/** Sets the best nodes' marks, by their numbers, and tells how many there are. */
function markBest(table: ClusterTable, record: PodRecord, feasible: readonly number[], marks: Uint8Array): number {
  // A single node is not scored.
  const totals = feasible.length === 1 ? new Float64Array(1) : totalScores(table, record, feasible);
  let highest = -Infinity;
  for (let position = 0; position < totals.length; position++) highest = Math.max(highest, totals[position] ?? 0);
  let count = 0;
  for (let position = 0; position < totals.length; position++) {
    if (totals[position] !== highest) continue;
    marks[feasible[position] ?? 0] = 1;
    count++;
  }
  return count;
}

function explain(table: ClusterTable, pod: Pod): ReadonlyMap<string, NodeExplanation> {
  const record = podRecordOf(pod);
  const { feasible, refusals } = filterNodes(table, record);
  const scores = scoreNodes(table, record, feasible);
  const totals = totalScores(table, record, feasible);
  const answers = new Map<string, NodeExplanation>();
  for (const [position, index] of feasible.entries()) {
    const own = Object.fromEntries([...scores].map(([plugin, column]) => [plugin, column[position] ?? 0]));
    answers.set(table.node(index).name, { fits: true, total: totals[position] ?? 0, scores: own });
  }
  for (const [index, refusal] of refusals.entries()) if (refusal) answers.set(table.node(index).name, { fits: false, ...refusal });
  return answers;
}
