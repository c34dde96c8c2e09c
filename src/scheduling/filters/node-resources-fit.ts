import type { ClusterTable } from '../cluster-table.ts';
import type { Demand } from '../pod-record.ts';
import type { NodeRefusal } from '../types.ts';
import { unresolvable, unschedulable, type FilterPlugin } from './_shared.ts';

const NAME = 'NodeResourcesFit';

/** The node's room, less what its pods ask for, must hold what the pod asks for. */
export const nodeResourcesFit: FilterPlugin = {
  name: NAME,
  summary: 'keeps pods off nodes with too little room',
  prepare: (table, { demand }) => {
    const scalars = [...demand.scalars.keys()].sort();
    return { check: (node) => (fits(table, demand, node) ? undefined : explain(table, demand, scalars, node)) };
  },
};

const within = (amount: number, allocatable: number, used: number | undefined): boolean =>
  amount === 0 || amount <= allocatable - (used ?? 0);

/** The common case, without making anything. */
function fits(table: ClusterTable, demand: Demand, index: number): boolean {
  const node = table.node(index);
  const { requested } = table;
  if ((table.podsOn[index]?.length ?? 0) + 1 > node.pods) return false;
  if (!within(demand.milliCpu, node.milliCpu, requested.milliCpu[index])) return false;
  if (!within(demand.memory, node.memory, requested.memory[index])) return false;
  if (!within(demand.ephemeralStorage, node.ephemeralStorage, requested.ephemeralStorage[index])) return false;
  if (demand.scalars.size === 0) return true;
  for (const [name, amount] of demand.scalars) {
    if (!within(amount, node.scalars.get(name) ?? 0, table.scalarsOn[index]?.get(name))) return false;
  }
  return true;
}

function explain(table: ClusterTable, demand: Demand, scalars: readonly string[], index: number): NodeRefusal {
  const node = table.node(index);
  const { requested } = table;
  const reasons: string[] = [];
  let hopeless = false;
  const look = (name: string, amount: number, allocatable: number, used: number | undefined): void => {
    if (amount === 0 || amount <= allocatable - (used ?? 0)) return;
    reasons.push(`Insufficient ${name}`);
    // More than the whole node has: no pod that leaves can help.
    hopeless ||= amount > allocatable;
  };
  if ((table.podsOn[index]?.length ?? 0) + 1 > node.pods) reasons.push('Too many pods');
  look('cpu', demand.milliCpu, node.milliCpu, requested.milliCpu[index]);
  look('memory', demand.memory, node.memory, requested.memory[index]);
  look('ephemeral-storage', demand.ephemeralStorage, node.ephemeralStorage, requested.ephemeralStorage[index]);
  for (const name of scalars) look(name, demand.scalars.get(name) ?? 0, node.scalars.get(name) ?? 0, table.scalarsOn[index]?.get(name));
  return hopeless ? unresolvable(NAME, ...reasons) : unschedulable(NAME, ...reasons);
}
