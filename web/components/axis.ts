import type { RunReport } from '../../src/report/index.ts';
import { axisStepMs } from '../format.ts';

/** One scale for all runs, in milliseconds relative to each run's zero, so that before and after can be laid above one another. */
export interface Axis {
  readonly fromMs: number;
  readonly toMs: number;
  readonly ticks: readonly number[];
}

/** From the earliest beginning to the latest end of the runs. */
export function axisOf(runs: readonly RunReport[]): Axis {
  const fromMs = Math.min(0, ...runs.map((run) => run.fromMs - run.zeroMs));
  const toMs = Math.max(1000, ...runs.map((run) => run.toMs - run.zeroMs));
  const stepMs = axisStepMs(toMs - fromMs, 9);
  const ticks: number[] = [];
  for (let tick = Math.ceil(fromMs / stepMs) * stepMs; tick <= toMs; tick += stepMs) ticks.push(tick);
  return { fromMs, toMs, ticks };
}

/** Where a moment lies on the axis, in percent, kept inside. */
export function place(axis: Axis, relativeMs: number): number {
  const share = (relativeMs - axis.fromMs) / (axis.toMs - axis.fromMs);
  return Math.round(Math.min(1, Math.max(0, share)) * 100_000) / 1000;
}
