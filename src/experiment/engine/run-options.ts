import type { Clock, Logger, Random } from '../../base/index.ts';
import type { Env } from '../configuration/load-configuration.ts';
import type { VaultReader } from '../configuration/load-secrets.ts';
import type { Journal, RunOutcome } from '../journal.ts';
import type { ActivityDescriptor, ActivityProvider, UndoDescriptor, UndoPlan } from '../ports.ts';
import type { RunCredentials } from '../undo/run-credentials.ts';
import type { RunStore } from '../undo/run-store.ts';
import type { ControlPort } from './controls.ts';
import type { RunEvent } from './run-event.ts';
import type { DryMode, HypothesisStrategy, RollbackStrategy } from './strategies.ts';

/** The moments at which a caller may start and stop what runs beside the experiment (journeys, observers). Awaited. */
export type RunMoment = 'start' | 'hypothesis-before' | 'method' | 'hypothesis-after' | 'rollbacks' | 'undo' | 'undone' | 'end';

/** What a client for a vault is made of. */
export interface VaultSettings {
  readonly env: Env;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly configuration: Readonly<Record<string, unknown>>;
}

/** A place that always holds the journal as it is now: each text replaces the one before as a whole. */
export interface JournalSink {
  write(text: string): Promise<void>;
}

export interface RunOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly env: Env;
  /** Abort it (with an `Interruption`) to stop the run: it stops waiting at once, plays the undo and is journalled as interrupted. */
  readonly signal: AbortSignal;
  /** A second wish to stop: cuts the rollbacks that the experiment declares. Never the undo. */
  readonly secondSignal?: AbortSignal;
  /** Native faults and probes, found by their Python aliases (`python` provider) and their names (`evenkeel` provider). */
  readonly activities: readonly ActivityDescriptor[];
  readonly providers: readonly ActivityProvider[];
  readonly undos: readonly UndoDescriptor[];
  /** Where runs and their undo logs live. Without one, an activity that needs an undo is refused. */
  readonly store?: RunStore;
  readonly journal?: JournalSink;
  /** As `chaos` does it, or as `evenkeel run`: background activities are cut too, secrets are taken out of the journal, extras are honoured. */
  readonly manner?: 'chaos' | 'evenkeel';
  /** A failed activity or rollback makes the outcome `failed`. Default: true for `evenkeel`. */
  readonly strict?: boolean;
  /** Override what the experiment's `runtime` block says. */
  readonly hypothesisStrategy?: HypothesisStrategy;
  readonly rollbackStrategy?: RollbackStrategy;
  /** What holds when neither the override nor the experiment says anything (settings). */
  readonly fallbackHypothesisStrategy?: HypothesisStrategy;
  readonly fallbackRollbackStrategy?: RollbackStrategy;
  /** Seconds between two checks of a continuous hypothesis. Default 1. */
  readonly hypothesisFrequency?: number;
  readonly failFast?: boolean;
  readonly dry?: DryMode;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly secretVariables?: Readonly<Record<string, unknown>>;
  /** Opens the vault that the configuration names; nothing is contacted before the first entry is read. Its time is the wall's. */
  readonly vault?: (settings: VaultSettings) => VaultReader;
  readonly controls?: ControlPort;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Asked before an undo is written down and hence before the act; throws `REFUSED` to prevent it. `credentials`: what the undo signs in with. */
  guard?(plan: UndoPlan, activityName: string, credentials: RunCredentials): Promise<void>;
  /** Called at each moment; what it throws ends the run as failed, after undo. */
  hook?(moment: RunMoment): Promise<void>;
  /**
   * What was measured beside the experiment, asked once everything is undone: `broken` makes the run deviate, `unknown` (nobody can tell)
   * makes it fail, unless it deviated anyway.
   */
  measured?(): 'held' | 'broken' | 'unknown';
  /** Called at once for each event; must not throw. */
  onEvent?(event: RunEvent): void;
  /** Adds the sections of the journal's `evenkeel` key that other rooms write, when the run has ended. */
  sections?(): Readonly<Record<string, unknown>>;
  /** For the journal's header. */
  readonly platform?: { readonly platform: string; readonly node: string; readonly version: string };
}

/** Whether a failed activity fails the run: unless said otherwise, in our own manner. */
export function isStrict({ strict, manner }: Pick<RunOptions, 'strict' | 'manner'>): boolean {
  return strict ?? manner === 'evenkeel';
}

export interface RunResult {
  readonly journal: Journal;
  readonly outcome: RunOutcome;
}
