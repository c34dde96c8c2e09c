import type { RunOutcome, UndoRecord } from '../journal.ts';

/** Where in a run something happens. */
export type RunPhase = 'before' | 'during' | 'after' | 'method' | 'rollbacks';

/** What asked the run to stop. */
export type InterruptionKind = 'SIGINT' | 'SIGTERM' | 'SIGUSR1' | 'SIGUSR2' | 'stop' | 'control';

/** What a live view, a log or a timeline is told, in order, as it happens. JSON. Times in milliseconds of the run's clock. */
export type RunEvent = { readonly atMs: number } & RunEventBody;

export type RunEventBody =
  | {
      readonly type: 'run-started';
      readonly runId: string;
      readonly title: string;
      readonly hypothesisStrategy: string;
      readonly rollbackStrategy: string;
      readonly dry: string | null;
    }
  /** `title` null: the experiment has no hypothesis; `skipped`: the strategy says so. */
  | { readonly type: 'hypothesis-started'; readonly phase: RunPhase; readonly title: string | null; readonly skipped: boolean }
  /** `met` null: not known, for a probe was left out. */
  | { readonly type: 'hypothesis-ended'; readonly phase: RunPhase; readonly met: boolean | null; readonly missedProbe: string | null }
  | {
      readonly type: 'probe-judged';
      readonly phase: RunPhase;
      readonly name: string;
      readonly met: boolean;
      /** The probe itself failed, so there was nothing to judge. */
      readonly failed: boolean;
      readonly why: string | null;
    }
  | { readonly type: 'continuous-started'; readonly everySeconds: number }
  | { readonly type: 'continuous-crashed'; readonly message: string }
  /** `missedFraction` is set when fail-fast ends the method. */
  | { readonly type: 'continuous-ended'; readonly missedFraction: number | null }
  | { readonly type: 'method-started'; readonly activities: number }
  | { readonly type: 'rollbacks-decided'; readonly strategy: string; readonly play: boolean }
  | { readonly type: 'rollbacks-started'; readonly activities: number }
  | { readonly type: 'rollbacks-cut'; readonly by: InterruptionKind }
  | {
      readonly type: 'pause-started';
      readonly phase: RunPhase;
      readonly name: string;
      readonly when: 'before' | 'after';
      readonly seconds: number;
      /** As the format writes the number. */
      readonly text: string;
      readonly untilMs: number;
    }
  | { readonly type: 'pause-ended'; readonly phase: RunPhase; readonly name: string; readonly when: 'before' | 'after' }
  | {
      readonly type: 'activity-started';
      readonly phase: RunPhase;
      readonly kind: 'probe' | 'action';
      readonly name: string;
      readonly background: boolean;
    }
  | {
      readonly type: 'activity-ended';
      readonly phase: RunPhase;
      readonly kind: 'probe' | 'action';
      readonly name: string;
      readonly background: boolean;
      /** `aborted`: it could not be run at all; `cut`: the run was interrupted meanwhile; `left-out`: by its own `dry` or the dry mode. */
      readonly status: 'succeeded' | 'failed' | 'aborted' | 'cut' | 'left-out';
      readonly message: string | null;
      /** What to do about it. */
      readonly hint: string | null;
      readonly seconds: number;
    }
  | { readonly type: 'rollback-started'; /** Null when it only refers to another activity. */ readonly name: string | null }
  | { readonly type: 'aborted'; readonly phase: RunPhase; readonly message: string }
  | { readonly type: 'interrupted'; readonly by: InterruptionKind; readonly message: string | null }
  | { readonly type: 'notice'; readonly level: 'info' | 'warning' | 'error'; readonly message: string }
  | {
      readonly type: 'undo-planned';
      readonly id: string;
      readonly undo: string;
      readonly summary: string;
      readonly targets: readonly string[];
    }
  | { readonly type: 'undo-started'; readonly id: string; readonly summary: string; readonly left: number }
  | { readonly type: 'undo-ended'; readonly id: string; readonly record: UndoRecord }
  | {
      readonly type: 'run-ended';
      readonly status: string;
      readonly deviated: boolean;
      readonly outcome: RunOutcome;
      readonly seconds: number;
    };

/** The reason with which a caller aborts `RunOptions.signal`. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly kind: InterruptionKind;
  /** Words to show, when there is more to say than the kind. */
  readonly detail: string | null;

  constructor(kind: InterruptionKind, detail: string | null = null) {
    super(detail ?? `interrupted by ${kind}`);
    this.kind = kind;
    this.detail = detail;
  }
}

/** The interruption that a signal was aborted with; a plain abort counts as Ctrl-C. */
export function interruptionOf(signal: AbortSignal): Interruption {
  return signal.reason instanceof Interruption ? signal.reason : new Interruption('SIGINT');
}
