import type { HostPort } from '../pod-record.ts';
import { unschedulable, type FilterPlugin } from './_shared.ts';

const NAME = 'NodePorts';
const REFUSAL = unschedulable(NAME, "node(s) didn't have free ports for the requested pod ports");
const ANY = '0.0.0.0';

const conflicts = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY);
const keyOf = ({ ip, protocol, port }: HostPort): string => `${protocol} ${ip} ${port}`;

/** Two pods of a node can not take the same port of the same address. */
export const nodePorts: FilterPlugin = {
  name: NAME,
  summary: 'keeps pods off nodes where one of their host ports is taken',
  prepare: (table, { ports }) => {
    if (ports.length === 0) return undefined;
    // A node's ports are a set in kube-scheduler: a pod that leaves frees its ports even if another claims them too.
    const trials = new Map<number, Map<string, HostPort>>();
    const portsOf = (node: number): Map<string, HostPort> =>
      new Map((table.podsOn[node] ?? []).flatMap((pod) => pod.ports).map((port) => [keyOf(port), port]));
    const taken = (node: number): boolean => {
      const tried = trials.get(node);
      if (tried !== undefined) return [...tried.values()].some((used) => ports.some((port) => conflicts(port, used)));
      return (table.podsOn[node] ?? []).some((other) => other.ports.some((used) => ports.some((port) => conflicts(port, used))));
    };
    return {
      check: (node) => (taken(node) ? REFUSAL : undefined),
      trial: (other, node, sign) => {
        const tried = trials.get(node) ?? portsOf(node);
        trials.set(node, tried);
        for (const port of other.ports) {
          if (sign === 1) tried.set(keyOf(port), port);
          else tried.delete(keyOf(port));
        }
      },
    };
  },
};
