import { formatDuration, formatPercent } from '../base/index.ts';
import { VERDICT_WORDS } from './outcome-words.ts';
import type { ReportDocument, RunReport } from './types.ts';
import { durationOr, latencyInWords, shortNames, shortNodeName, someOf } from './words.ts';

/** A table in words, for the writers that draw none. */
export interface TextTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables that stand over all runs. */
export function documentTables({ comparison, runs, plan }: ReportDocument): TextTable[] {
  const first = runs[0]?.label ?? '';
  const last = runs.at(-1)?.label ?? '';
  return [
    { title: 'Side by side', header: ['', first, last], rows: comparison.map(({ what, before, after }) => [what, before, after]) },
    {
      title: 'What was changed',
      header: ['Object', 'Change', 'Why'],
      rows: (plan?.changes ?? []).map(({ target, summary, why }) => [target, summary, why]),
    },
    {
      title: 'Proof',
      header: ['Claim', 'Holds', 'Detail'],
      rows: (plan?.proof ?? []).map(({ claim, holds, detail }) => [claim, holds ? 'yes' : 'NO', detail]),
    },
    {
      title: 'Left alone',
      header: ['Workload', 'Reason', 'What could be done'],
      rows: (plan?.leftAlone ?? []).map((row) => [row.workload, row.reason, row.suggestion]),
    },
  ].filter(({ rows }) => rows.length > 0);
}

/** The tables of one run, in the order of the story: where pods sat, what was predicted, what was measured, what was done. */
export function runTables(run: RunReport): TextTable[] {
  return [
    spreadTable(run),
    whatIfTable(run),
    journeyTable(run),
    verdictTable(run),
    blameTable(run),
    measuredTable(run),
    activityTable(run),
    undoTable(run),
  ].filter(({ rows }) => rows.length > 0);
}

function spreadTable({ spread }: RunReport): TextTable {
  const names = (spread?.nodes ?? []).map(({ name }) => name);
  const rows = (spread?.workloads ?? []).map(({ name, replicas, perNode, pending }) => [
    name,
    String(replicas),
    ...perNode.map((count) => (count === 0 ? '' : String(count))),
    pending === 0 ? '' : String(pending),
  ]);
  return {
    title: 'Where the pods sat',
    header: ['Workload', 'Replicas', ...names.map((name) => shortNodeName(name, names)), 'Pending'],
    rows,
  };
}

function whatIfTable({ whatIf }: RunReport): TextTable {
  const rows = whatIf.map(({ failure, verdict, down, partial, journeys, happened }) => [
    `${failure}${happened ? ' (happened)' : ''}`,
    verdict,
    someOf(down.map(({ service, forMs }) => `${shortNames([service])[0]} ${durationOr(forMs, 'until its return')}`)),
    someOf(partial.map(({ service, forMs }) => `${shortNames([service])[0]} ${durationOr(forMs, 'until its return')}`)),
    someOf(
      journeys
        .filter(({ verdict, already }) => verdict !== 'survives' || already)
        .map(({ journey, already }) => `${journey}${already ? ' (already)' : ''}`),
    ),
  ]);
  return { title: 'What was predicted', header: ['Loss of', 'Verdict', 'Down', 'Impaired', 'Journeys broken'], rows };
}

function journeyTable({ journeys }: RunReport): TextTable {
  const rows = journeys.flatMap(({ journey, phases }) =>
    phases
      .filter(({ fromMs, toMs }) => toMs > fromMs)
      .map(({ phase, attempts, failed, availability, latencyMs, unknownMs }) => [
        journey,
        phase,
        String(attempts),
        String(failed),
        availability === undefined ? 'unknown' : formatPercent(availability),
        latencyMs === undefined ? '' : [latencyMs.p50, latencyMs.p95, latencyMs.p99].map(latencyInWords).join(' / '),
        unknownMs === 0 ? '' : formatDuration(unknownMs),
      ]),
  );
  return { title: 'Journeys', header: ['Journey', 'Phase', 'Steps', 'Failed', 'Availability', 'p50 / p95 / p99', 'Unknown'], rows };
}

function verdictTable({ journeys }: RunReport): TextTable {
  const rows = journeys.flatMap(({ journey, verdict }) =>
    verdict === undefined ? [] : [[journey, VERDICT_WORDS[verdict.status].word, verdict.reasons.join('; ')]],
  );
  return { title: 'Limits of the journeys', header: ['Journey', 'Verdict', 'Why'], rows };
}

function blameTable({ blame }: RunReport): TextTable {
  const rows = blame.map(({ service, attempts, failed, outageMs, failure, why }) => [
    service,
    `${failed} of ${attempts}`,
    formatDuration(outageMs),
    failure,
    why,
  ]);
  return { title: 'Where users met failures', header: ['Service', 'Steps failed', 'Outage', 'Mostly', 'Because'], rows };
}

function measuredTable({ measured }: RunReport): TextTable {
  const rows = measured.map(({ subject, what, predictedMs, uncutMs, measuredMs, agreement }) => [
    subject,
    what,
    `${durationOr(predictedMs, 'unknown')}${uncutInWords(uncutMs)}`,
    durationOr(measuredMs, 'not measured'),
    agreement,
  ]);
  return { title: 'Predicted beside measured', header: ['', 'What', 'Predicted', 'Measured', 'Agreement'], rows };
}

/** Why a table says less than the prediction did. */
function uncutInWords(uncutMs: number | null | undefined): string {
  if (uncutMs === undefined) return '';
  return uncutMs === null ? ', when the node returned' : `, when the node returned; else ${formatDuration(uncutMs)}`;
}

function activityTable({ activities }: RunReport): TextTable {
  const rows = activities.map(({ section, name, status, durationMs, detail }) => [
    section,
    name,
    status,
    durationOr(durationMs, ''),
    detail,
  ]);
  return { title: 'Activities', header: ['Part', 'Activity', 'Status', 'Took', 'Detail'], rows };
}

function undoTable({ undo }: RunReport): TextTable {
  return {
    title: 'Undo',
    header: ['What', 'Status', 'Verified by'],
    rows: undo.map(({ summary, status, detail }) => [summary, status, detail.join('; ')]),
  };
}
