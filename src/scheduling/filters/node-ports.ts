import type { HostPort } from '../pod-record.ts';
import { unschedulable, type FilterPlugin } from './_shared.ts';

const NAME = 'NodePorts';
const REFUSAL = unschedulable(NAME, "node(s) didn't have free ports for the requested pod ports");
const ANY = '0.0.0.0';

const conflicts = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY);

/** Two pods of a node can not take the same port of the same address. */
export const nodePorts: FilterPlugin = {
  name: NAME,
  summary: 'keeps pods off nodes where one of their host ports is taken',
  prepare: (table, { ports }) => {
    if (ports.length === 0) return undefined;
    const taken = (node: number): boolean =>
      (table.podsOn[node] ?? []).some((other) => other.ports.some((used) => ports.some((port) => conflicts(port, used))));
    return { check: (node) => (taken(node) ? REFUSAL : undefined) };
  },
};
