import type { RunWorld } from './run-world.ts';

/** Where the original would have ended with exit code 0 although nothing was shown. Asked before our own view of it is written. */
export function tellOfFalseGreen({ manner, flags, emit, journal }: RunWorld): void {
  if (manner !== 'chaos' || journal.status === 'interrupted' || journal.status === 'aborted') return;
  const notice = (message: string): void => emit({ type: 'notice', level: 'warning', message });
  const gateFailed = journal.steady_states.before?.probes.at(-1)?.status === 'failed';
  if (flags.gateMissed && !gateFailed)
    notice('The steady state was not met before the method, which was not played: this counts as failed.');
  const missedAfter = journal.steady_states.after?.steady_state_met === false;
  if (flags.continuousMissed && !flags.failFast && !missedAfter)
    notice('The steady state was missed while the method was played: this is no success.');
}
