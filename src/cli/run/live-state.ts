/** What the live part of a run's view shows, as data: the engine's events in, lines of text out. Knows no terminal and no time of its own. */
import { formatDuration } from '../../base/index.ts';
import type { Experiment, RunEvent } from '../../experiment/index.ts';
import type { Style } from '../output/style.ts';

/** A journey's last seconds, oldest first: `ok`, `failed`, or nothing measured. */
export interface JourneyPulse {
  readonly name: string;
  readonly marks: readonly ('ok' | 'failed' | 'none')[];
  /** How long the outage that goes on has lasted; absent when there is none. */
  readonly outageMs?: number;
}

export interface LiveFrame {
  readonly nowMs: number;
  readonly columns: number;
  readonly rows: number;
  readonly journeys: readonly JourneyPulse[];
  readonly style: Style;
}

export interface LiveState {
  onEvent(event: RunEvent): void;
  /** The lines of the moment; none is wider than the terminal, all of them are fewer than its rows. */
  lines(frame: LiveFrame): string[];
}

type StepState = 'waiting' | 'running' | 'good' | 'bad' | 'left';
interface Step {
  readonly key: string;
  readonly name: string;
  state: StepState;
}
interface Line {
  readonly text: string;
  readonly paint: ((text: string) => string) | undefined;
  /** What goes first when the terminal is low. */
  readonly weight: number;
}

const SIGNS: Readonly<Record<StepState, string>> = { waiting: '·', running: '▸', good: '✓', bad: '✗', left: '○' };

/** Creates the state of a run that has not begun. */
export function createLiveState(experiment: Experiment): LiveState {
  const steps = stepsOf(experiment);
  const probes = new Map<string, boolean>();
  const undos = new Map<string, { readonly summary: string; state: string; tone: StepState }>();
  let pause: { readonly name: string; readonly untilMs: number } | undefined;
  let startedMs: number | undefined;
  const set = (key: string, state: StepState): void => {
    const step =
      steps.find((one) => one.key === key && (one.state === 'waiting' || one.state === 'running')) ?? steps.find((one) => one.key === key);
    if (step !== undefined) step.state = state;
  };
  return {
    onEvent(event) {
      startedMs ??= event.atMs;
      switch (event.type) {
        case 'hypothesis-started':
          // What a probe said before says nothing of now.
          probes.clear();
          return event.skipped || event.title === null ? undefined : set(`hypothesis/${event.phase}`, 'running');
        case 'hypothesis-ended':
          return set(`hypothesis/${event.phase}`, event.met === null ? 'left' : event.met ? 'good' : 'bad');
        case 'activity-started':
          return set(`${event.phase}/${event.name}`, 'running');
        case 'activity-ended':
          return set(`${event.phase}/${event.name}`, event.status === 'left-out' ? 'left' : event.status === 'succeeded' ? 'good' : 'bad');
        case 'probe-judged':
          return void probes.set(event.name, event.met);
        case 'pause-started':
          pause = { name: event.name, untilMs: event.untilMs };
          return;
        case 'pause-ended':
        case 'interrupted':
          pause = undefined;
          return;
        case 'undo-planned':
          return void undos.set(event.id, { summary: event.summary, state: 'noted', tone: 'waiting' });
        case 'undo-started':
          return void undos.set(event.id, { summary: event.summary, state: 'mending', tone: 'running' });
        case 'undo-ended': {
          const good = event.record.status === 'mended' || event.record.status === 'already-mended';
          return void undos.set(event.id, { summary: event.record.summary, state: event.record.status, tone: good ? 'good' : 'bad' });
        }
        default:
          return undefined;
      }
    },
    lines({ nowMs, columns, rows, journeys, style }) {
      const paints = { waiting: style.dim, running: style.bold, good: style.good, bad: style.bad, left: style.warn };
      const clock = startedMs === undefined ? '' : ` ${formatDuration(nowMs - startedMs)} `;
      const all: Line[] = [{ text: `──${clock}${'─'.repeat(columns)}`, paint: style.dim, weight: 5 }];
      for (const step of steps)
        all.push({ text: ` ${SIGNS[step.state]} ${step.name}`, paint: paints[step.state], weight: step.state === 'running' ? 4 : 0 });
      if (pause !== undefined) {
        const left = formatDuration(Math.max(0, pause.untilMs - nowMs));
        all.push({ text: ` … pause at ${pause.name}: ${left} left`, paint: undefined, weight: 4 });
      }
      for (const [name, met] of probes)
        all.push({ text: `   ${met ? '✓' : '✗'} ${name}`, paint: met ? style.good : style.bad, weight: met ? 1 : 2 });
      for (const undo of undos.values()) all.push({ text: ` ↺ ${undo.state}: ${undo.summary}`, paint: paints[undo.tone], weight: 4 });
      for (const journey of journeys)
        all.push({ text: pulse(journey), paint: journey.marks.at(-1) === 'failed' ? style.bad : undefined, weight: 3 });
      return fit(all, rows - 1).map(({ text, paint }) => (paint ?? String)(cut(text, columns - 1)));
    },
  };
}

/** What a user follows: the steady state, the method and rollbacks by name, the steady state again. */
function stepsOf(experiment: Experiment): Step[] {
  const hypothesis = experiment['steady-state-hypothesis'];
  const named = (phase: string, list: unknown): Step[] =>
    (Array.isArray(list) ? experiment.method.slice(0, 0).concat(list) : []).map((activity) => {
      const name = activity.name ?? activity.ref ?? '';
      return { key: `${phase}/${name}`, name, state: 'waiting' };
    });
  const state = (phase: string, name: string): Step[] =>
    hypothesis === undefined ? [] : [{ key: `hypothesis/${phase}`, name, state: 'waiting' }];
  return [
    ...state('before', 'steady state'),
    ...named('method', experiment.method),
    ...state('after', 'steady state again'),
    ...named('rollbacks', experiment.rollbacks),
  ];
}

function pulse({ name, marks, outageMs }: JourneyPulse): string {
  const signs = marks.map((mark) => ({ ok: '▪', failed: '✗', none: '·' })[mark]).join('');
  const ok = marks.filter((mark) => mark === 'ok').length;
  const failed = marks.filter((mark) => mark === 'failed').length;
  const outage = outageMs === undefined ? '' : `, outage for ${formatDuration(outageMs)}`;
  return ` ♥ ${name} ${signs} ${ok} s ok, ${failed} s failed${outage}`;
}

/** Leaves the least important lines out, from above, until the rest has room. */
function fit(lines: readonly Line[], rows: number): Line[] {
  const kept = [...lines];
  while (kept.length > Math.max(1, rows)) {
    const least = Math.min(...kept.map(({ weight }) => weight));
    kept.splice(
      kept.findIndex(({ weight }) => weight === least),
      1,
    );
  }
  return kept;
}

function cut(text: string, columns: number): string {
  const characters = Array.from(text.replaceAll(/[\r\n\t]+/g, ' '));
  return characters.length <= columns ? characters.join('') : `${characters.slice(0, Math.max(0, columns - 1)).join('')}…`;
}
