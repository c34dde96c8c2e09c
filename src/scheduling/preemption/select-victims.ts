/** Which pods of one node would have to go. Source: kube-scheduler plugins/defaultpreemption SelectVictimsOnNode, 1.36. */
import { matchesSelector, type PodDisruptionBudget } from '../../kubernetes/index.ts';
import type { ClusterTable } from '../cluster-table.ts';
import { checkWithNominated, trial } from '../cycle.ts';
import type { PreparedFilter } from '../filters/index.ts';
import type { PodRecord } from '../pod-record.ts';
import type { NodeRefusal } from '../types.ts';

export interface Candidate {
  /** Most important first. */
  readonly victims: readonly PodRecord[];
  /** Victims whose disruption budget does not allow it. */
  readonly violations: number;
}

interface Cycle {
  readonly table: ClusterTable;
  readonly pod: PodRecord;
  readonly prepared: readonly PreparedFilter[];
}

const NO_VICTIMS: NodeRefusal = {
  plugin: 'DefaultPreemption',
  code: 'UnschedulableAndUnresolvable',
  reasons: ['No preemption victims found for incoming pod'],
};

/**
 * Takes all pods of lower priority off the node, then gives back as many as still leave room, the most important first.
 *
 * The table is left as it was. A refusal when even an empty enough node does not take the pod.
 */
export function selectVictims({ table, pod, prepared }: Cycle, index: number): Candidate | NodeRefusal {
  const lower = (table.podsOn[index] ?? []).filter((other) => other.priority < pod.priority);
  if (lower.length === 0) return NO_VICTIMS;
  for (const other of lower) trial(table, prepared, other, index, -1);
  const back: PodRecord[] = [];
  try {
    const refusal = checkWithNominated(table, pod, prepared, index);
    if (refusal !== undefined) return refusal;
    const { violating, others } = splitByBudget(table, lower.sort(byImportance));
    const victims: PodRecord[] = [];
    let violations = 0;
    const reprieve = (other: PodRecord): boolean => {
      trial(table, prepared, other, index, 1);
      if (checkWithNominated(table, pod, prepared, index) === undefined) {
        back.push(other);
        return true;
      }
      trial(table, prepared, other, index, -1);
      victims.push(other);
      return false;
    };
    for (const other of violating) if (!reprieve(other)) violations++;
    for (const other of others) reprieve(other);
    return { victims: victims.sort(byImportance), violations };
  } finally {
    for (const other of lower) if (!back.includes(other)) trial(table, prepared, other, index, 1);
  }
}

/** Higher priority first, then those that run longer. A pod that has not started counts as the youngest. */
function byImportance(a: PodRecord, b: PodRecord): number {
  return b.priority - a.priority || startOf(a).localeCompare(startOf(b));
}

/** When a pod started, as sortable text. */
export const startOf = ({ pod }: PodRecord): string => pod.status?.startTime ?? '9999';

/** Each budget allows so many evictions; the more important pods use them up first. */
function splitByBudget(table: ClusterTable, pods: readonly PodRecord[]): { violating: PodRecord[]; others: PodRecord[] } {
  const budgets = [...(table.all('PodDisruptionBudget') as Iterable<PodDisruptionBudget>)].map((budget) => ({
    budget,
    left: budget.status?.disruptionsAllowed ?? 0,
  }));
  const violating: PodRecord[] = [];
  const others: PodRecord[] = [];
  for (const pod of pods) {
    let violates = false;
    for (const each of budgets.filter(({ budget }) => covers(budget, pod))) {
      each.left--;
      if (each.left < 0) violates = true;
    }
    (violates ? violating : others).push(pod);
  }
  return { violating, others };
}

/** A budget with an empty selector covers nothing here, and pods that it saw disrupted are not counted again. */
function covers({ metadata, spec, status }: PodDisruptionBudget, pod: PodRecord): boolean {
  const selector = spec?.selector;
  const isEmpty = Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions ?? []).length === 0;
  if ((metadata.namespace ?? 'default') !== pod.namespace || isEmpty) return false;
  return matchesSelector(selector, pod.labels) && status?.disruptedPods?.[pod.name] === undefined;
}
