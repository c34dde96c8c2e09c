import type { ClusterTable } from '../cluster-table.ts';
import type { PodRecord } from '../pod-record.ts';

export const MAX_SCORE = 100;

/** A plugin's raw scores for one pod. */
export interface PreparedScore {
  /** Raw scores of the nodes with these numbers, in their order; `scores` holds zeros before. One call for all, as it runs for every pod. */
  rate(scores: Float64Array, nodes: readonly number[]): void;
  /** Brings raw scores, in the order of the feasible nodes, to 0 to 100, in place. */
  normalise?(scores: Float64Array): void;
}

/** One rule of where a pod should rather go. */
export interface ScorePlugin {
  /** As kube-scheduler names it. */
  readonly name: string;
  readonly summary: string;
  readonly weight: number;
  /** `undefined`: the rule has nothing to say about this pod. */
  prepare(table: ClusterTable, pod: PodRecord, feasible: readonly number[]): PreparedScore | undefined;
}

/** Scales so that the highest becomes 100; `reverse` turns the order round. Source: kube-scheduler helper.DefaultNormalizeScore. */
export function normaliseToHighest(scores: Float64Array, reverse: boolean): void {
  let highest = 0;
  for (let index = 0; index < scores.length; index++) highest = Math.max(highest, scores[index] ?? 0);
  for (let index = 0; index < scores.length; index++) {
    const scaled = highest === 0 ? 0 : Math.floor((MAX_SCORE * (scores[index] ?? 0)) / highest);
    scores[index] = reverse ? MAX_SCORE - scaled : scaled;
  }
}
