import { formatDuration, formatPercent } from '../base/index.ts';
import { escapeMarkup } from './escape.ts';
import { VERDICT_WORDS } from './outcome-words.ts';
import type { ReportDocument, RunReport } from './types.ts';

interface Case {
  readonly group: string;
  readonly name: string;
  readonly seconds: number;
  /** Undefined = passed. */
  readonly failure?: string;
  readonly skipped?: string;
  /** Told of a case that passed. */
  readonly note?: string;
}

/**
 * JUnit's XML as CI systems read it: a suite per run; a case for its outcome, per probe and activity, per journey and phase, per journey's limits, per undo.
 * Predictions are no cases: they are not tests of what is. Source: the schema of the Jenkins xUnit plugin (junit-10.xsd).
 */
export function renderJunit(document: ReportDocument): string {
  const suites = document.runs.map((run) => suiteXml(run, casesOf(run)));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escapeMarkup(document.title)}">\n${suites.join('\n')}\n</testsuites>\n`;
}

function casesOf(run: RunReport): Case[] {
  return [outcomeCase(run), ...activityCases(run), ...journeyCases(run), ...undoCases(run)];
}

/** Red when the run did not end as hoped, also where no single step tells of it: an interruption, a hypothesis missed on the way. */
function outcomeCase({ outcome, fromMs, toMs }: RunReport): Case {
  const text = `${outcome.word}: ${outcome.detail}`;
  return {
    group: 'run',
    name: 'outcome',
    seconds: (toMs - fromMs) / 1000,
    ...(outcome.tone === 'good' || outcome.tone === 'neutral' ? { note: text } : { failure: text }),
  };
}

function activityCases({ activities }: RunReport): Case[] {
  return activities.map(({ section, name, status, durationMs, detail }) => ({
    group: section,
    name,
    seconds: (durationMs ?? 0) / 1000,
    ...(status === 'succeeded'
      ? {}
      : status === 'unknown' || status === 'left out'
        ? { skipped: status === 'unknown' ? 'its end is not recorded' : 'left out' }
        : { failure: `${status}${detail === '' ? '' : `: ${detail}`}` }),
  }));
}

/** A case for each phase, and one for the limits. Where limits were judged, they decide: steps that fail within them fail no case. */
function journeyCases({ journeys }: RunReport): Case[] {
  return journeys.flatMap(({ journey, phases, verdict }) => {
    const group = `journey ${journey}`;
    const measured = phases
      .filter(({ fromMs, toMs }) => toMs > fromMs)
      .map(({ phase, attempts, failed, availability, fromMs, toMs }): Case => {
        const figures = `${failed} of ${attempts} steps failed (availability ${formatPercent(availability ?? 0)})`;
        return {
          group,
          name: phase,
          seconds: (toMs - fromMs) / 1000,
          ...(availability === undefined ? { skipped: 'not measured' } : {}),
          ...(failed === 0 ? {} : verdict === undefined ? { failure: figures } : { note: figures }),
        };
      });
    if (verdict === undefined) return measured;
    const text = `${VERDICT_WORDS[verdict.status].word}: ${verdict.reasons.join('; ')}`;
    return [...measured, { group, name: 'limits', seconds: 0, ...(verdict.status === 'held' ? { note: text } : { failure: text }) }];
  });
}

function undoCases({ undo }: RunReport): Case[] {
  return undo.map(({ summary, status, detail }) => ({
    group: 'undo',
    name: summary,
    seconds: 0,
    ...(status === 'mended' || status === 'already-mended' ? {} : { failure: `${status}: ${detail.join('; ')}` }),
  }));
}

function suiteXml(run: RunReport, cases: readonly Case[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((one) => one.skipped !== undefined && one.failure === undefined).length;
  const seconds = ((run.toMs - run.fromMs) / 1000).toFixed(3);
  const name = escapeMarkup(`${run.label}: ${run.title}`);
  const attributes = `name="${name}" tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds}"`;
  const summary = escapeMarkup(`${run.summary} (${formatDuration(run.toMs - run.fromMs)})`);
  return `  <testsuite ${attributes}>\n${cases.map((one) => caseXml(run, one)).join('\n')}\n    <system-out>${summary}</system-out>\n  </testsuite>`;
}

function caseXml(run: RunReport, { group, name, seconds, failure, skipped, note }: Case): string {
  const head = `    <testcase classname="${escapeMarkup(`${run.label}.${group}`)}" name="${escapeMarkup(name)}" time="${seconds.toFixed(3)}"`;
  if (failure !== undefined) return `${head}><failure message="${escapeMarkup(failure)}"/></testcase>`;
  if (note !== undefined) return `${head}><system-out>${escapeMarkup(note)}</system-out></testcase>`;
  return skipped === undefined ? `${head}/>` : `${head}><skipped message="${escapeMarkup(skipped)}"/></testcase>`;
}
