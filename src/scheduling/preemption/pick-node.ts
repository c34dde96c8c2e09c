import type { PodRecord } from '../pod-record.ts';
import { startOf, type Candidate } from './select-victims.ts';

/** Victims count from here, so that more victims of negative priority are not better than fewer. */
const PRIORITY_OFFSET = 2 ** 31;

/**
 * The nodes where preemption hurts least; several are equally good.
 *
 * In order: fewest broken budgets, least important highest victim, lowest sum of priorities, fewest victims, and the highest victims
 * that started last. Source: kube-scheduler preemption.pickOneNodeForPreemption, 1.36.
 */
export function pickNodes(candidates: ReadonlyMap<string, Candidate>): string[] {
  // Each prefers the lowest.
  const criteria: readonly ((candidate: Candidate) => number | string)[] = [
    ({ violations }) => violations,
    ({ victims }) => victims[0]?.priority ?? -Infinity,
    ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + PRIORITY_OFFSET, 0),
    ({ victims }) => victims.length,
  ];
  let left = [...candidates];
  for (const criterion of criteria) left = lowest(left, criterion);
  const latest = left
    .map(([, { victims }]) => earliestStart(victims))
    .sort()
    .at(-1);
  return left.flatMap(([node, { victims }]) => (earliestStart(victims) === latest ? [node] : [])).sort();
}

function lowest(candidates: [string, Candidate][], criterion: (candidate: Candidate) => number | string): [string, Candidate][] {
  const values = candidates.map(([, candidate]) => criterion(candidate));
  const least = values.reduce((a, b) => (b < a ? b : a), values[0] ?? 0);
  return candidates.filter((_, index) => values[index] === least);
}

/** The start of the longest running among the most important victims. */
function earliestStart(victims: readonly PodRecord[]): string {
  const highest = victims.filter(({ priority }) => priority === victims[0]?.priority);
  return highest.map(startOf).sort()[0] ?? '';
}
