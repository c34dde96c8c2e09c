import { formatDuration, formatPercent } from '../base/index.ts';
import type { ComparisonRow, RunReport, Tone } from './types.ts';
import { latencyInWords } from './words.ts';

/** The first run beside the last; empty when there is only one. What was not measured says so. */
export function comparisonRows(runs: readonly RunReport[]): ComparisonRow[] {
  const first = runs[0];
  const last = runs.at(-1);
  if (first === undefined || last === undefined || first === last) return [];
  const a = first.figures;
  const b = last.figures;
  return [
    { what: 'Steady state', before: first.outcome.word, after: last.outcome.word, tone: last.outcome.tone },
    row('Longest outage for users', a.outageMs, b.outageMs, (ms) => (ms === 0 ? 'none' : formatDuration(ms)), 'less'),
    row(
      'Steps that failed in it',
      a.failingShare ?? (a.outageMs === 0 ? 0 : undefined),
      b.failingShare ?? (b.outageMs === 0 ? 0 : undefined),
      formatPercent,
      'less',
    ),
    row('Availability during the failure', a.availability, b.availability, formatPercent, 'more'),
    row('Slowest 5 % of answers take at least', a.p95Ms, b.p95Ms, latencyInWords, 'less'),
    row('Services at which users met failures', countOf(first), countOf(last), String, 'less'),
    row('Single nodes whose loss takes a service down', takers(first), takers(last), String, 'less'),
    row('Workloads with all pods on one node', concentrated(first), concentrated(last), String, 'less'),
  ].filter(({ before, after }) => before !== NOT_MEASURED || after !== NOT_MEASURED);
}

const NOT_MEASURED = 'not measured';

function row(
  what: string,
  before: number | undefined,
  after: number | undefined,
  show: (value: number) => string,
  better: 'less' | 'more',
): ComparisonRow {
  const inWords = (value: number | undefined): string => (value === undefined ? NOT_MEASURED : show(value));
  return { what, before: inWords(before), after: inWords(after), tone: toneOf(before, after, show, better) };
}

function toneOf(before: number | undefined, after: number | undefined, show: (value: number) => string, better: 'less' | 'more'): Tone {
  if (before === undefined || after === undefined || show(before) === show(after)) return 'neutral';
  return after < before === (better === 'less') ? 'good' : 'bad';
}

function countOf({ figures }: RunReport): number | undefined {
  return figures.outageMs === undefined ? undefined : figures.servicesHit.length;
}

function takers({ whatIf }: RunReport): number | undefined {
  const single = whatIf.filter(({ nodes }) => nodes.length === 1);
  return single.length === 0 ? undefined : single.filter(({ verdict }) => verdict === 'down').length;
}

function concentrated({ spread }: RunReport): number | undefined {
  return spread?.workloads.filter(({ kind, perNode }) => kind !== 'DaemonSet' && perNode.filter((count) => count > 0).length === 1).length;
}
