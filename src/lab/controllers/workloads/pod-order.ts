/** Which pods go first when there are too many. Source: pkg/controller/controller_utils.go, ActivePodsWithRanks (1.36). */
import type { Random } from '../../../base/index.ts';
import type { Pod } from '../../../kubernetes/index.ts';
import { conditionOf, isActive, isReady } from '../runtime/pods.ts';

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

const readySince = (pod: Pod): number => Date.parse(conditionOf(pod, 'Ready')?.lastTransitionTime ?? '') || 0;
const restarts = (pod: Pod): number => Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
/** Ages are compared by their order of magnitude (LogarithmicScaleDown). */
const ageRank = (sinceMs: number, nowMs: number): number =>
  sinceMs === 0 ? -1 : Math.floor(Math.log2(Math.max(1, (nowMs - sinceMs) * 1e6)));

export interface PodOrderOptions {
  readonly nowMs: number;
  /** Decides between equals, by pod: the real one takes the uid, which is as good as chance. */
  readonly random: Random;
  /** Pods of the same workload; more of them on one node make that node's pods go first. */
  readonly related: readonly Pod[];
}

/** The pods in the order in which they would be deleted. */
export function podsByDeletionOrder(pods: readonly Pod[], { nowMs, random, related }: PodOrderOptions): Pod[] {
  const onNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec?.nodeName;
    if (node !== undefined && isActive(pod)) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const rank = (pod: Pod): readonly number[] => [
    pod.spec?.nodeName === undefined ? 0 : 1,
    PHASES[pod.status?.phase ?? 'Pending'] ?? 2,
    isReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.[DELETION_COST] ?? 0),
    -(onNode.get(pod.spec?.nodeName ?? '') ?? 0),
    isReady(pod) ? ageRank(readySince(pod), nowMs) : 0,
    -restarts(pod),
    ageRank(Date.parse(pod.metadata.creationTimestamp ?? '') || 0, nowMs),
    random.fork(`victim/${pod.metadata.namespace}/${pod.metadata.name}`).next(),
  ];
  const ranks = new Map(pods.map((pod) => [pod, rank(pod)]));
  return [...pods].sort((a, b) => compare(ranks.get(a) ?? [], ranks.get(b) ?? []));
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    if (value !== other) return value - other;
  }
  return 0;
}
