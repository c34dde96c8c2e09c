/** What the Chaos Toolkit says when something happens in a run: its own words. Source: golden/chaostoolkit (field `logs`). */
import { floatText } from '../../experiment/index.ts';
import type { RunEvent } from '../../experiment/index.ts';
import type { Level } from './console.ts';

export type Line = readonly [Level, string];

/** The lines for one event; none for those that the original does not speak of. */
export function linesFor(event: RunEvent): readonly Line[] {
  switch (event.type) {
    case 'run-started':
      return runLines(event);
    case 'hypothesis-started':
      return hypothesisLines(event);
    case 'hypothesis-ended':
      return event.met ? [['INFO', 'Steady state hypothesis is met!']] : [];
    case 'probe-judged':
      return event.met ? [] : missedLines(event);
    case 'continuous-started':
      return [['INFO', `Executing the steady-state hypothesis continuously every ${pythonFloat(event.everySeconds)} seconds`]];
    case 'continuous-crashed':
      return crashLines(event.message);
    case 'continuous-ended': {
      const fraction = event.missedFraction;
      const percent: readonly Line[] =
        fraction === null
          ? []
          : [['INFO', `Terminating immediately the experiment after ${pythonFloat(fraction * 100)}% hypothesis deviated`]];
      return [...percent, ['INFO', 'Continuous steady state hypothesis terminated']];
    }
    case 'method-started':
      return withNone("Playing your experiment's method now...", event.activities, "No declared activities, let's move on.");
    case 'rollbacks-decided':
      return rollbackDecision(event.strategy, event.play);
    case 'rollbacks-started':
      return withNone("Let's rollback...", event.activities, "No declared rollbacks, let's move on.");
    case 'rollback-started':
      return [['INFO', `Rollback: ${event.name ?? 'None'}`]];
    case 'rollbacks-cut':
      return [['WARNING', 'Received an exit signal.Terminating now without running the remaining rollbacks.']];
    case 'pause-started':
      return [['INFO', `Pausing ${event.when === 'before' ? 'before next activity' : 'after activity'} for ${event.text}s...`]];
    case 'activity-started':
      return [['INFO', `${event.kind === 'action' ? 'Action' : 'Probe'}: ${event.name}${event.background ? ' [in background]' : ''}`]];
    case 'activity-ended':
      return event.status === 'failed' ? [['ERROR', `  => failed: ${event.message ?? ''}`]] : [];
    case 'aborted':
      return [
        ['CRITICAL', 'Experiment ran into an un expected fatal error, aborting now.'],
        ['DEBUG', event.message],
      ];
    case 'interrupted':
      return interruptedLines(event);
    case 'notice':
      return [[event.level === 'info' ? 'INFO' : event.level === 'warning' ? 'WARNING' : 'ERROR', event.message]];
    case 'undo-started':
      return [['INFO', `Undoing: ${event.summary}`]];
    case 'undo-ended':
      return undoLines(event);
    case 'run-ended':
      return endLines(event);
    case 'pause-ended':
    case 'undo-planned':
      return [];
  }
}

/** Where the original shows Python's own words, ours follow them. */
function crashLines(message: string): readonly Line[] {
  if (!/^the program '.*' can not be found$/.test(message)) return [['CRITICAL', message]];
  return [
    ['CRITICAL', 'expected str, bytes or os.PathLike object, not NoneType'],
    ['DEBUG', message],
  ];
}

function pythonFloat(value: number): string {
  return floatText(value);
}

function withNone(line: string, count: number, none: string): readonly Line[] {
  return count === 0
    ? [
        ['INFO', line],
        ['INFO', none],
      ]
    : [['INFO', line]];
}

function runLines(event: Extract<RunEvent, { type: 'run-started' }>): readonly Line[] {
  const strategy = event.hypothesisStrategy === 'continuously' ? 'continuous' : event.hypothesisStrategy;
  const dry: readonly Line[] = event.dry === null ? [] : [['WARNING', `Running experiment with dry ${event.dry}`]];
  return [
    ['INFO', `Running experiment: ${event.title}`],
    ...dry,
    ['INFO', `Steady-state strategy: ${strategy}`],
    ['INFO', `Rollbacks strategy: ${event.rollbackStrategy}`],
  ];
}

function hypothesisLines(event: Extract<RunEvent, { type: 'hypothesis-started' }>): readonly Line[] {
  if (event.skipped) return [['INFO', 'Skipping Steady-State Hypothesis as requested']];
  if (event.title !== null) return [['INFO', `Steady state hypothesis: ${event.title}`]];
  return event.phase === 'before' ? [['INFO', "No steady state hypothesis defined. That's ok, just exploring."]] : [];
}

function missedLines(event: Extract<RunEvent, { type: 'probe-judged' }>): readonly Line[] {
  const lines: Line[] = [];
  if (event.failed) lines.push(['WARNING', 'Probe terminated unexpectedly, so its tolerance could not be validated']);
  if (event.why !== null) lines.push(['DEBUG', event.why]);
  if (event.phase === 'during') lines.push(['WARNING', `Continuous steady state probe '${event.name}' is not in the given tolerance`]);
  else lines.push(['CRITICAL', `Steady state probe '${event.name}' is not in the given tolerance so failing this experiment`]);
  return lines;
}

function rollbackDecision(strategy: string, play: boolean): readonly Line[] {
  if (strategy === 'always') return [['WARNING', 'Rollbacks were explicitly requested to be played']];
  if (strategy === 'never') return [['WARNING', 'Rollbacks were explicitly requested to not be played']];
  if (strategy !== 'deviated') return [];
  if (play) return [['WARNING', 'Rollbacks will be played only because the experiment deviated']];
  const text =
    'Rollbacks were explicitely requested to be played only if the experiment deviated. Since this is not the case, we will not play them.';
  return [['WARNING', text]];
}

function interruptedLines(event: Extract<RunEvent, { type: 'interrupted' }>): readonly Line[] {
  switch (event.by) {
    case 'SIGINT':
    case 'stop':
      return [['WARNING', 'Received a termination signal (Ctrl-C)...']];
    case 'SIGTERM':
      return [['CRITICAL', 'SIGTERM signal received']];
    case 'SIGUSR1':
      return [['WARNING', 'Received the exit signal: 20']];
    case 'SIGUSR2':
      return [
        ['WARNING', 'Received the exit signal: 30'],
        ['WARNING', 'Ignoring rollbacks as per signal'],
      ];
    case 'control':
      return [['CRITICAL', event.message ?? '']];
  }
}

function undoLines({ record }: Extract<RunEvent, { type: 'undo-ended' }>): readonly Line[] {
  const detail = record.detail.join('; ');
  if (record.status === 'still-broken') return [['CRITICAL', `Still broken: ${record.summary}: ${detail}`]];
  return [
    ['INFO', `${record.status === 'mended' ? 'Undone' : 'Was undone already'}: ${record.summary}${detail === '' ? '' : `: ${detail}`}`],
  ];
}

function endLines(event: Extract<RunEvent, { type: 'run-ended' }>): readonly Line[] {
  const ended: Line = ['INFO', `Experiment ended with status: ${event.deviated ? 'deviated' : event.status}`];
  return event.deviated ? [ended, ['INFO', 'The steady-state has deviated, a weakness may have been discovered']] : [ended];
}
