/** What all parts of one run share. */
import type { EvenkeelRecord, RunOutcome, UndoRecord } from '../journal.ts';
import type { Activity, Experiment } from '../spec.ts';
import type { Names } from '../substitution.ts';
import type { RunFolder } from '../undo/run-store.ts';
import type { ActivityRecorder, RecordedActivity } from '../undo/undo-keeper.ts';
import type { Interruption, RunEventBody } from './run-event.ts';
import type { RunOptions } from './run-options.ts';
import type { DryMode } from './strategies.ts';

/** An entry of the journal while it is made; keys appear in the order in which they are set. */
export interface RunEntry {
  activity: Activity;
  output: unknown;
  start?: string;
  status?: 'succeeded' | 'failed' | 'left-out';
  exception?: string[];
  end?: string;
  duration?: number;
  tolerance_met?: boolean;
}

export interface SteadyStateEntry {
  steady_state_met: boolean | null;
  probes: RunEntry[];
}

export interface JournalDraft {
  'chaoslib-version': string;
  platform: string;
  node: string;
  experiment: Experiment & { dry?: unknown };
  start: string;
  status: 'completed' | 'failed' | 'aborted' | 'interrupted' | null;
  deviated: boolean;
  steady_states: { before: SteadyStateEntry | null; after: SteadyStateEntry | null; during: SteadyStateEntry[] };
  run: RunEntry[];
  rollbacks: RunEntry[];
  end?: string;
  duration?: number;
  evenkeel?: EvenkeelRecord | { schema: 1; runId: string; seed: string; outcome: null; unfinished: true };
}

export interface RunWorld {
  readonly options: RunOptions;
  readonly manner: 'chaos' | 'evenkeel';
  /** Aborted by the miss that ends the method (fail-fast). */
  readonly missed: AbortController;
  readonly runId: string;
  readonly experiment: Experiment;
  readonly journal: JournalDraft;
  readonly configuration: Record<string, unknown>;
  readonly secrets: Record<string, Record<string, unknown>>;
  readonly names: Names;
  readonly dry: DryMode | undefined;
  readonly outputs: Map<string, unknown>;
  readonly flags: RunFlags;
  readonly emit: (event: RunEventBody) => void;
  /** Writes the journal as it is now, soon; several wishes may become one write. */
  touch(): void;
  undoFor(activity: RecordedActivity): ActivityRecorder;
}

/** What came to pass, beside what the journal says. */
export interface RunFlags {
  gateMissed: boolean;
  refused: boolean;
  somethingFailed: boolean;
  /** A tolerance in the method or in rollbacks (an extra) was not met. */
  toleranceMissed: boolean;
  /** An action of the method failed and the run is strict: what was to be watched did not happen, so the rest is left out. */
  actionFailed: boolean;
  /** A rollback made no sense as it is written, so it could not be played. */
  rollbackAborted: boolean;
  continuousMissed: boolean;
  continuousFailed: boolean;
  failFast: boolean;
  /** An activity was left out by its own `dry: true`. */
  leftOut: boolean;
  interruption: Interruption | undefined;
}

export interface UndoState {
  folder: RunFolder | undefined;
  records: UndoRecord[];
  outcome: RunOutcome | undefined;
}

/** Seconds as the journal writes them. */
export function seconds(ms: number): number {
  return Math.round(ms * 1000) / 1_000_000;
}
