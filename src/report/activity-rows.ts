import type { ActivityRun, Journal } from '../experiment/index.ts';
import type { ActivityRow } from './types.ts';
import { timeOf } from './words.ts';

/** Every activity of a run in the order in which it was played. */
export function activityRows(journal: Journal): ActivityRow[] {
  const { before, after } = journal.steady_states;
  return [
    ...(before?.probes ?? []).map((run) => rowOf('steady state before', run)),
    ...journal.run.map((run) => rowOf('method', run)),
    ...(after?.probes ?? []).map((run) => rowOf('steady state after', run)),
    ...journal.rollbacks.map((run) => rowOf('rollbacks', run)),
  ];
}

function rowOf(section: ActivityRow['section'], run: ActivityRun): ActivityRow {
  const { activity } = run;
  return {
    section,
    name: activity.name ?? activity.ref ?? 'without a name',
    kind: activity.type ?? 'unknown',
    status: run.tolerance_met === false ? 'not met' : run.status === 'left-out' ? 'left out' : (run.status ?? 'unknown'),
    startMs: timeOf(run.start),
    durationMs: run.duration === undefined ? undefined : run.duration * 1000,
    detail: detailOf(run),
  };
}

const LONGEST_DETAIL = 240;

/** The last line of an exception, or what an unmet probe found. Outputs of activities that went well are left out: they may be large. */
function detailOf(run: ActivityRun): string {
  const exception = run.exception?.at(-1)?.trim();
  const text = exception ?? (run.tolerance_met === false ? `found ${outputInWords(run.output)}` : '');
  return text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL)}…` : text;
}

function outputInWords(output: unknown): string {
  if (output === null || output === undefined) return 'nothing';
  if (typeof output === 'object' && 'status' in output && (typeof output.status === 'number' || typeof output.status === 'string')) {
    return `status ${output.status}`;
  }
  return typeof output === 'string' ? `'${output}'` : (JSON.stringify(output) ?? 'nothing');
}
