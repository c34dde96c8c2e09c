import type { RunSummary } from '../../experiment/index.ts';
import type { Style } from './style.ts';

type LogRecord = RunSummary['records'][number];
type ResultRecord = Extract<LogRecord, { type: 'result' }>;

/** One thing that a run broke, and what became of it. */
export interface Undone {
  readonly id: string;
  readonly summary: string;
  readonly status: ResultRecord['status'] | 'pending';
  readonly detail: readonly string[];
}

/** What a run broke, in that order, each with its last result. */
export function undoneOf({ records }: RunSummary): Undone[] {
  return records.flatMap((record) => {
    if (record.type !== 'plan') return [];
    const last = records.findLast((other): other is ResultRecord => other.type === 'result' && other.id === record.id);
    return [{ id: record.id, summary: record.summary, status: last?.status ?? 'pending', detail: last?.detail ?? [] }];
  });
}

export const isMended = ({ status }: Undone): boolean => status === 'mended' || status === 'already-mended';

/** For people: one line for each thing, with what was verified below it. */
export function renderUndo(run: RunSummary, style: Style): string {
  const things = undoneOf(run);
  const lines = things.flatMap((thing) => [
    `  ${isMended(thing) ? style.good('✓') : style.bad('✗')} ${thing.summary}: ${thing.status}`,
    ...thing.detail.map((line) => `      ${line}`),
  ]);
  const state = run.outcome === null ? run.state : `${run.state}, ${run.outcome}`;
  return [
    `Run ${run.runId} (${run.title}): ${state}`,
    ...(things.length === 0 && !run.plansLost ? ['  nothing was broken, nothing is to be undone'] : lines),
    ...(run.plansLost
      ? [style.bad(`  ✗ what it broke${things.length === 0 ? '' : ' besides'} is not known: part of its undo log is lost`)]
      : []),
  ].join('\n');
}

/** The undo log as it was written, one line for each record, and what is wrong with it. */
export function renderTimeline({ records, damage }: RunSummary, style: Style): string {
  const lines = records.map((record) => `  ${record.at}  ${recordWords(record, style)}`);
  return [...lines, ...damage.map((line) => style.bad(`  damaged: ${line}`))].join('\n');
}

function recordWords(record: LogRecord, style: Style): string {
  switch (record.type) {
    case 'begin':
      return `begun by process ${record.pid}, seed ${record.seed}`;
    case 'plan':
      return `noted before '${record.activity}' acted: ${record.summary} (${record.targets.join(', ')})`;
    case 'result':
      return `${record.status === 'still-broken' ? style.bad(record.status) : style.good(record.status)} by the ${record.by}: ${record.detail.join('; ')}`;
    case 'end':
      return `ended: ${record.outcome}`;
  }
}
