/** Where in a run a kill is meant to fall, and where it fell: both by the events that the run wrote. */

/** An event of `--events`, as far as it is looked at. */
export interface SeenEvent {
  readonly type: string;
  readonly phase?: string;
  readonly kind?: string;
  readonly name?: string;
}

export interface CrashPhase {
  readonly name: string;
  /** The event with which it begins. */
  readonly begins: (event: SeenEvent) => boolean;
  /** The kill comes at a random moment within this much wall time after that event. */
  readonly withinMs: number;
  /** Which of the two experiments has it. */
  readonly own: 'rollbacks' | 'undo';
}

export const CORDON = 'cordon a node';
export const STOP = 'stop a random instance';

const acts =
  (name: string, type = 'activity-started') =>
  (event: SeenEvent) =>
    event.type === type && event.name === name;

/** In the order of a run. The lab is forty times as fast as the wall, so each takes 0.1 to 1 s. */
export const PHASES: readonly CrashPhase[] = [
  { name: 'before the method', begins: ({ type }) => type === 'run-started', withinMs: 300, own: 'undo' },
  { name: 'guard', begins: acts(STOP), withinMs: 250, own: 'undo' },
  { name: 'between record and act', begins: ({ type }) => type === 'undo-planned', withinMs: 8, own: 'rollbacks' },
  { name: 'act', begins: ({ type }) => type === 'undo-planned', withinMs: 700, own: 'rollbacks' },
  { name: 'pause while broken', begins: ({ type, name }) => type === 'pause-started' && name === STOP, withinMs: 450, own: 'undo' },
  {
    name: 'hypothesis while broken',
    begins: ({ type, phase }) => type === 'hypothesis-started' && phase === 'after',
    withinMs: 250,
    own: 'undo',
  },
  { name: 'rollback', begins: ({ type }) => type === 'rollback-started', withinMs: 700, own: 'rollbacks' },
  { name: 'undo', begins: ({ type }) => type === 'undo-started', withinMs: 900, own: 'undo' },
  { name: 'after', begins: ({ type }) => type === 'run-ended', withinMs: 60, own: 'undo' },
];

/** The phase that the last event shows; the two before the act can not be told from outside, so the moment since the event does. */
export function phaseOf(events: readonly SeenEvent[], sinceLastMs: number): string {
  const last = events.at(-1);
  if (last === undefined || last.type === 'stream-started') return 'before the method';
  if (last.type === 'run-ended') return 'after';
  if (events.some(({ type }) => type === 'undo-started')) return 'undo';
  if (events.some(({ type }) => type === 'rollback-started')) return 'rollback';
  if (events.some(({ type, phase }) => type === 'hypothesis-started' && phase === 'after')) return 'hypothesis while broken';
  if (events.some(({ type, name }) => type === 'pause-started' && name === STOP)) return 'pause while broken';
  if (last.type === 'undo-planned') return sinceLastMs <= RECORD_TO_ACT_MS ? 'between record and act' : 'act';
  if (events.some(({ type, phase }) => type === 'activity-ended' && phase === 'method'))
    return events.some(acts(STOP, 'activity-ended')) ? 'pause while broken' : 'guard';
  if (events.some(({ type, phase }) => type === 'activity-started' && phase === 'method')) return 'guard';
  return 'before the method';
}

/** Measured: the request is sent about so long after the record is on the disk. */
const RECORD_TO_ACT_MS = 15;
