import type { ClusterTable } from '../cluster-table.ts';
import type { PodRecord } from '../pod-record.ts';
import type { NodeRefusal } from '../types.ts';

/** A plugin's answer for one pod, ready to be asked about nodes. */
export interface PreparedFilter {
  /** Names of the only nodes worth asking about; others are left out with this plugin's name. */
  readonly only?: ReadonlySet<string>;
  /** The refusal of the node with this number, or undefined when the pod may go there. */
  check(node: number): NodeRefusal | undefined;
  /** Keeps counts right while a pod is put on a node for a trial, or taken off it. */
  trial?(pod: PodRecord, node: number, sign: 1 | -1): void;
}

/** One rule of where a pod may go. */
export interface FilterPlugin {
  /** As kube-scheduler names it. */
  readonly name: string;
  readonly summary: string;
  /** What of the pod the checks read, if they read nothing else but the node and the sums of its pods: answers are kept for the next pod. */
  readonly reads?: (pod: PodRecord) => unknown;
  /** `undefined`: the rule has nothing to say about this pod. A refusal: no node will do. */
  prepare(table: ClusterTable, pod: PodRecord): PreparedFilter | NodeRefusal | undefined;
}

export const isRefusal = (answer: PreparedFilter | NodeRefusal): answer is NodeRefusal => 'reasons' in answer;

/** A refusal that removing pods may lift. */
export const unschedulable = (plugin: string, ...reasons: readonly string[]): NodeRefusal => ({ plugin, code: 'Unschedulable', reasons });

/** A refusal that no preemption lifts. */
export const unresolvable = (plugin: string, ...reasons: readonly string[]): NodeRefusal => ({
  plugin,
  code: 'UnschedulableAndUnresolvable',
  reasons,
});
