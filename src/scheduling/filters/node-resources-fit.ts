import type { ClusterTable } from '../cluster-table.ts';
import type { Demand } from '../pod-record.ts';
import type { NodeRefusal } from '../types.ts';
import { unresolvable, unschedulable, type FilterPlugin } from './_shared.ts';

const NAME = 'NodeResourcesFit';

/** The node's room, less what its pods ask for, must hold what the pod asks for. */
export const nodeResourcesFit: FilterPlugin = {
  name: NAME,
  summary: 'keeps pods off nodes with too little room',
  reads: ({ demand }) => demand.key,
  prepare: (table, { demand }) => {
    const scalars = [...demand.scalars.keys()].sort();
    return { check: (node) => (fits(table, demand, node) ? undefined : explain(table, demand, scalars, node)) };
  },
};

const within = (amount: number, allocatable: number, used: number | undefined): boolean =>
  amount === 0 || amount <= allocatable - (used ?? 0);

/** The common case, without making anything. */
function fits(table: ClusterTable, demand: Demand, index: number): boolean {
  const { columns } = table;
  if ((columns.pods[index] ?? 0) + 1 > (columns.allocatablePods[index] ?? 0)) return false;
  if (!within(demand.milliCpu, columns.allocatableMilliCpu[index] ?? 0, columns.milliCpu[index])) return false;
  if (!within(demand.memory, columns.allocatableMemory[index] ?? 0, columns.memory[index])) return false;
  if (demand.ephemeralStorage !== 0) {
    if (!within(demand.ephemeralStorage, table.node(index).ephemeralStorage, columns.ephemeralStorage[index])) return false;
  }
  if (demand.scalars.size === 0) return true;
  const { scalars } = table.node(index);
  for (const [name, amount] of demand.scalars) {
    if (!within(amount, scalars.get(name) ?? 0, table.scalarsOn[index]?.get(name))) return false;
  }
  return true;
}

function explain(table: ClusterTable, demand: Demand, scalars: readonly string[], index: number): NodeRefusal {
  const node = table.node(index);
  const { columns: requested } = table;
  const reasons: string[] = [];
  let hopeless = false;
  const look = (name: string, amount: number, allocatable: number, used: number | undefined): void => {
    if (amount === 0 || amount <= allocatable - (used ?? 0)) return;
    reasons.push(`Insufficient ${name}`);
    // More than the whole node has: no pod that leaves can help.
    hopeless ||= amount > allocatable;
  };
  if ((requested.pods[index] ?? 0) + 1 > node.pods) reasons.push('Too many pods');
  look('cpu', demand.milliCpu, node.milliCpu, requested.milliCpu[index]);
  look('memory', demand.memory, node.memory, requested.memory[index]);
  look('ephemeral-storage', demand.ephemeralStorage, node.ephemeralStorage, requested.ephemeralStorage[index]);
  for (const name of scalars) look(name, demand.scalars.get(name) ?? 0, node.scalars.get(name) ?? 0, table.scalarsOn[index]?.get(name));
  return shared(hopeless ? unresolvable(NAME, ...reasons) : unschedulable(NAME, ...reasons));
}

/** Nodes that lack the same share one refusal: it is counted faster, and kept for thousands of them. */
const refusals = new Map<string, NodeRefusal>();
const REFUSALS_MAX = 1024;

function shared(fresh: NodeRefusal): NodeRefusal {
  const key = `${fresh.code} ${fresh.reasons.join()}`;
  const known = refusals.get(key);
  if (known !== undefined) return known;
  if (refusals.size >= REFUSALS_MAX) refusals.clear();
  refusals.set(key, fresh);
  return fresh;
}
