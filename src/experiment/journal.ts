/** The Chaos Toolkit's journal; key order as written by the original. Source: reference/chaostoolkit-compat.md, b.11. */
import type { Activity, Experiment } from './spec.ts';

export interface ActivityRun {
  readonly activity: Activity;
  readonly output: unknown;
  readonly start: string;
  /** `left-out` is ours: its `dry` is true, or the run's dry mode leaves it out. The original says `succeeded` of these. */
  readonly status?: 'succeeded' | 'failed' | 'left-out';
  readonly exception?: readonly string[];
  readonly end?: string;
  readonly duration?: number;
  readonly tolerance_met?: boolean;
}

export interface SteadyState {
  /** Null: not known, for it was cut, or (ours) a probe was left out. */
  readonly steady_state_met: boolean | null;
  readonly probes: readonly ActivityRun[];
}

export interface Journal {
  readonly 'chaoslib-version': string;
  readonly platform: string;
  readonly node: string;
  readonly experiment: Experiment & { readonly dry?: unknown };
  readonly start: string;
  readonly status: 'completed' | 'failed' | 'aborted' | 'interrupted';
  readonly deviated: boolean;
  readonly steady_states: {
    readonly before: SteadyState | null;
    readonly after: SteadyState | null;
    readonly during: readonly SteadyState[];
  };
  readonly run: readonly ActivityRun[];
  readonly rollbacks: readonly ActivityRun[];
  readonly end: string;
  readonly duration: number;
  /** Ours; absent in a journal of the original tool. What stands in it beyond this is written by `cli/`. */
  readonly evenkeel?: EvenkeelRecord;
}

/** The one extra key of our journals. Versioned by `schema`. Sections written by other rooms are typed there and opaque here. */
export interface EvenkeelRecord {
  readonly schema: 1;
  readonly runId: string;
  readonly seed: string;
  readonly outcome: RunOutcome;
  readonly undo: readonly UndoRecord[];
  /** Lab speed, 1 for the real world. */
  readonly speed: number;
  readonly sections: Readonly<Record<string, unknown>>;
}

/** What `evenkeel run` says in the end; each has its exit code (DESIGN section 4). */
export type RunOutcome =
  | 'as-hoped'
  | 'deviated'
  | 'gate-not-met'
  | 'failed'
  /** Nothing failed, but an activity was left out by its own `dry: true`: what it would have shown is not known. */
  | 'incomplete'
  | 'refused'
  | 'undo-incomplete'
  | 'interrupted';

export interface UndoRecord {
  readonly undo: string;
  readonly summary: string;
  readonly status: 'mended' | 'already-mended' | 'still-broken' | 'not-tried';
  readonly detail: readonly string[];
  readonly plannedAt: string;
  readonly finishedAt: string | null;
}
