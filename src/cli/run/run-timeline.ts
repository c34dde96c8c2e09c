import type { RunEvent } from '../../experiment/index.ts';
import type { JournalSections, TimelineEvent } from '../../report/index.ts';
import type { ClusterModel } from '../../cluster/index.ts';

/** Gathers what happened in a run on one axis: the run's own events, and what observers of the cluster add. */
export interface RunTimeline {
  readonly events: readonly TimelineEvent[];
  add(event: TimelineEvent): void;
  /** To be called for every event of the engine. */
  onRunEvent(event: RunEvent): void;
  /** The nodes that faults took, from the act to the end of its undo. */
  faults(): NonNullable<JournalSections['faults']>;
  /** From the first act to the last undo; undefined when nothing was broken. */
  during(): { readonly duringFromMs: number; readonly duringToMs: number | undefined } | undefined;
  /** The first fault, else (for what is no fault of ours) the first action of the method; undefined when nothing was done. */
  actedAtMs(): number | undefined;
}

/** Creates an empty timeline. `model` tells which node is behind a machine. */
export function createRunTimeline(model: ClusterModel | undefined): RunTimeline {
  const events: TimelineEvent[] = [];
  let firstActionMs: number | undefined;
  const faults = new Map<string, { node: string; atMs: number; undoneAtMs: number | undefined }>();
  const add = (event: TimelineEvent): void => void events.push(event);
  const onUndoPlanned = (event: Extract<RunEvent, { type: 'undo-planned' }>): void => {
    for (const target of event.targets) {
      const node = nodeBehind(target, model);
      faults.set(`${event.id} ${target}`, { node, atMs: event.atMs, undoneAtMs: undefined });
      add({ atMs: event.atMs, lane: 'power', subject: node, what: 'fault begins', tone: 'bad' });
    }
  };
  const onUndoEnded = (event: Extract<RunEvent, { type: 'undo-ended' }>): void => {
    const mended = event.record.status === 'mended' || event.record.status === 'already-mended';
    for (const [key, fault] of faults) {
      if (!key.startsWith(`${event.id} `) || !mended) continue;
      fault.undoneAtMs = event.atMs;
      add({ atMs: event.atMs, lane: 'power', subject: fault.node, what: 'running again, verified', tone: 'good' });
    }
    add({ atMs: event.atMs, lane: 'undo', subject: event.record.summary, what: event.record.status, tone: mended ? 'good' : 'bad' });
  };
  return {
    events,
    add,
    onRunEvent(event) {
      if (event.type === 'undo-planned') onUndoPlanned(event);
      else if (event.type === 'undo-ended') onUndoEnded(event);
      else if (event.type === 'hypothesis-ended') {
        add({
          atMs: event.atMs,
          lane: 'run',
          subject: 'steady state',
          what: `${event.met === null ? 'not known' : event.met ? 'holds' : 'does not hold'} (${event.phase})`,
          tone: event.met === null ? 'neutral' : event.met ? 'good' : 'bad',
        });
      } else if (event.type === 'activity-started' && (event.phase === 'method' || event.phase === 'rollbacks')) {
        if (event.phase === 'method' && event.kind === 'action') firstActionMs ??= event.atMs;
        add({ atMs: event.atMs, lane: 'run', subject: event.name, what: 'begins', tone: 'neutral' });
      } else if (event.type === 'activity-ended' && (event.phase === 'method' || event.phase === 'rollbacks')) {
        add({
          atMs: event.atMs,
          lane: 'run',
          subject: event.name,
          what: event.status === 'left-out' ? 'left out' : event.status,
          tone: event.status === 'succeeded' || event.status === 'left-out' ? 'neutral' : 'bad',
        });
      }
    },
    faults: () => [...faults.values()],
    actedAtMs: () => (faults.size === 0 ? firstActionMs : Math.min(...[...faults.values()].map(({ atMs }) => atMs))),
    during() {
      const all = [...faults.values()];
      if (all.length === 0) return undefined;
      const ends = all.map((fault) => fault.undoneAtMs);
      const open = ends.some((end) => end === undefined);
      return {
        duringFromMs: Math.min(...all.map((fault) => fault.atMs)),
        duringToMs: open ? undefined : Math.max(...ends.map((end) => end ?? 0)),
      };
    },
  };
}

/** The node whose provider id is this machine's; else the target as it is written. */
function nodeBehind(target: string, model: ClusterModel | undefined): string {
  const machine = target.replace(/^[a-z]+:(?=\/)/i, '').toLowerCase();
  const node = model?.nodes.find(
    (candidate) => candidate.object.spec?.providerID?.toLowerCase().endsWith(machine) || target === `node:${candidate.name}`,
  );
  return node?.name ?? target;
}
