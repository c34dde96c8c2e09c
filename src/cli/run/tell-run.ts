import { formatDuration } from '../../base/index.ts';
import type { RunEvent } from '../../experiment/index.ts';
import type { Style } from '../output/style.ts';

/** Tells a run in plain lines, one for each thing that happened, as it happens. */
export function tellRun(say: (line: string) => void, style: Style): (event: RunEvent) => void {
  const step = (sign: string, text: string): void => say(`  ${sign} ${text}`);
  return (event) => {
    switch (event.type) {
      case 'run-started':
        return say(`${style.bold(event.title)}  ${style.dim(`run ${event.runId}`)}`);
      case 'hypothesis-started':
        return say(hypothesisLine(event));
      case 'probe-judged':
        return step(
          event.met ? style.good('✓') : style.bad('✗'),
          `${event.name}${event.met ? '' : style.bad(` not met${event.why === null ? '' : `: ${event.why}`}`)}`,
        );
      case 'hypothesis-ended':
        return say(
          event.met === null
            ? style.warn('Whether the steady state holds is not known: a probe was left out.')
            : event.met
              ? style.good('The steady state holds.')
              : style.bad(`The steady state does not hold${event.missedProbe === null ? '' : ` (${event.missedProbe})`}.`),
        );
      case 'method-started':
        return say('Method');
      case 'activity-started':
        return event.phase === 'method' || event.phase === 'rollbacks'
          ? step('▸', `${event.name}${event.background ? style.dim(' in the background') : ''} …`)
          : undefined;
      case 'activity-ended':
        return tellActivity(event, step, style);
      case 'pause-started':
        return step('…', `pause of ${formatDuration(event.seconds * 1000)}`);
      case 'rollbacks-started':
        return event.activities > 0 ? say('Rollbacks') : undefined;
      case 'undo-planned':
        return step(style.dim('↺'), style.dim(`noted how to mend it: ${event.summary}`));
      case 'undo-started':
        return say(`Undo: ${event.summary} …`);
      case 'undo-ended':
        return tellUndo(event.record, step, style);
      case 'interrupted':
        return say(style.warn('Interrupted: stopping and undoing.'));
      case 'aborted':
        return say(style.bad(`Aborted: ${event.message}`));
      case 'notice':
        return say(event.level === 'info' ? event.message : style.warn(`${event.level}: ${event.message}`));
      default:
        return undefined;
    }
  };
}

function hypothesisLine(event: Extract<RunEvent, { type: 'hypothesis-started' }>): string {
  if (event.title === null) return 'No steady-state hypothesis.';
  if (event.skipped) return 'The steady-state hypothesis is skipped.';
  return event.phase === 'after' ? `Steady state again: ${event.title}` : `Steady state: ${event.title}`;
}

type Step = (sign: string, text: string) => void;

function tellActivity(event: Extract<RunEvent, { type: 'activity-ended' }>, step: Step, style: Style): void {
  if (event.phase !== 'method' && event.phase !== 'rollbacks') return;
  const took = style.dim(formatDuration(event.seconds * 1000));
  if (event.status === 'left-out') step(style.warn('○'), `${event.name} ${style.warn('left out')}`);
  else if (event.status === 'succeeded') step(style.good('✓'), `${event.name} ${took}`);
  else step(style.bad('✗'), `${event.name} ${style.bad(event.status)}${event.message === null ? '' : `: ${event.message}`} ${took}`);
  if (event.hint !== null) step(' ', style.dim(event.hint));
}

function tellUndo(record: Extract<RunEvent, { type: 'undo-ended' }>['record'], step: Step, style: Style): void {
  const words = { mended: 'mended', 'already-mended': 'was mended already', 'still-broken': 'STILL BROKEN', 'not-tried': 'not tried' }[
    record.status
  ];
  const good = record.status === 'mended' || record.status === 'already-mended';
  step(good ? style.good('✓') : style.bad('✗'), `${record.summary}: ${good ? words : style.bad(words)}`);
  for (const line of record.detail) step(' ', style.dim(line));
}
