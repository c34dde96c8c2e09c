/** Taints of the node controllers, and how they are put on and taken off. */
import { type Node, type Taint } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { timestamp } from '../runtime/time.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
export const SHUTDOWN = 'node.cloudprovider.kubernetes.io/shutdown';

export const isSameTaint = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;

export const hasTaint = (node: Node, taint: Pick<Taint, 'key' | 'effect'>): boolean =>
  (node.spec?.taints ?? []).some((found) => isSameTaint(found, taint));

/** Adds and removes in one write; NoExecute taints carry the time they were added. */
export function swapTaints(
  api: LabApi,
  node: string,
  { add = [], remove = [] }: { readonly add?: readonly Taint[]; readonly remove?: readonly Taint[] },
  nowMs: number,
): Node | undefined {
  return api.modify<Node>('Node', undefined, node, (draft) => {
    const before = draft.spec?.taints ?? [];
    const kept = before.filter((taint) => !remove.some((gone) => isSameTaint(gone, taint)));
    const missing = add.filter((taint) => !kept.some((found) => isSameTaint(found, taint)));
    const added = missing.map((taint) => ({ ...taint, timeAdded: timestamp(nowMs) }));
    const next = [...kept, ...added];
    if (next.length === before.length && missing.length === 0) return;
    draft.spec ??= {};
    if (next.length > 0) draft.spec.taints = next;
    else delete draft.spec.taints;
  });
}

/** The NoSchedule taints that a node's own conditions call for. Source: nodelifecycle nodeConditionToTaintKeyStatusMap. */
export function conditionTaints(node: Node): Taint[] {
  const table: readonly [string, string, string][] = [
    ['Ready', 'False', NOT_READY],
    ['Ready', 'Unknown', UNREACHABLE],
    ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
    ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
    ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
    ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
  ];
  const conditions = node.status?.conditions ?? [];
  const found = table
    .filter(([type, status]) => conditions.some((condition) => condition.type === type && condition.status === status))
    .map(([, , key]) => key);
  const keys = node.spec?.unschedulable === true ? [...found, 'node.kubernetes.io/unschedulable'] : found;
  return keys.map((key) => ({ key, effect: 'NoSchedule' }));
}

const MANAGED = [
  NOT_READY,
  UNREACHABLE,
  'node.kubernetes.io/memory-pressure',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/network-unavailable',
  'node.kubernetes.io/pid-pressure',
  'node.kubernetes.io/unschedulable',
];

/** The managed NoSchedule taints that a node carries without cause. */
export function staleTaints(node: Node): Taint[] {
  const wanted = conditionTaints(node);
  return (node.spec?.taints ?? []).filter(
    (taint) => taint.effect === 'NoSchedule' && MANAGED.includes(taint.key) && !wanted.some((keep) => isSameTaint(keep, taint)),
  );
}
