import type { RunOutcome } from '../journal.ts';

const EXIT_CODES: Readonly<Record<RunOutcome, number>> = {
  'as-hoped': 0,
  deviated: 1,
  'gate-not-met': 3,
  failed: 3,
  incomplete: 3,
  refused: 4,
  'undo-incomplete': 5,
  interrupted: 130,
};

/** The exit code of `evenkeel run` for an outcome (DESIGN section 4). */
export function exitCodeOf(outcome: RunOutcome): number {
  return EXIT_CODES[outcome];
}

export interface OutcomeFacts {
  readonly status: string;
  readonly deviated: boolean;
  readonly gateMissed: boolean;
  readonly refused: boolean;
  readonly undoIncomplete: boolean;
  /** An activity, a rollback or a hook failed and the run is strict. */
  readonly failedStrictly: boolean;
  /** An activity was left out by its own `dry: true`. */
  readonly leftOut: boolean;
}

/** The one word for a run: what is still broken weighs most, then why the experiment says nothing, then what it says. */
export function outcomeOf(facts: OutcomeFacts): RunOutcome {
  if (facts.undoIncomplete) return 'undo-incomplete';
  if (facts.status === 'interrupted') return 'interrupted';
  if (facts.refused) return 'refused';
  if (facts.gateMissed) return 'gate-not-met';
  if (facts.status === 'failed' || facts.status === 'aborted' || facts.failedStrictly) return 'failed';
  if (facts.deviated) return 'deviated';
  return facts.leftOut ? 'incomplete' : 'as-hoped';
}
