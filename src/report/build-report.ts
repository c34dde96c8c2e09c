import { formatDuration, listInWords, plural } from '../base/index.ts';
import type { Journal } from '../experiment/index.ts';
import { activityRows } from './activity-rows.ts';
import { blameRows, workloadsLost } from './blame-rows.ts';
import { comparisonRows } from './comparison-rows.ts';
import { measuredRows } from './measured-rows.ts';
import { remainingWords } from './remaining-words.ts';
import { runFigures } from './run-figures.ts';
import { outcomeOf } from './outcome-words.ts';
import { summaryOf } from './run-words.ts';
import { sectionsOf } from './sections-of.ts';
import { timelineLanes } from './timeline-lanes.ts';
import type { JournalSections, PlanInput, PlanReport, ReportDocument, ReportInput, RunReport, Tone } from './types.ts';
import { whatIfRows } from './what-if-rows.ts';
import { wholeJournal } from './whole-journal.ts';
import { momentInWords, shortNodeName, timeOf } from './words.ts';

/**
 * Derives everything that a report says from journals and a plan. Pure: the same input gives the same document.
 *
 * Journals of the original Chaos Toolkit (no `evenkeel` key) and journals cut off by a crash give a shorter, true report.
 */
export function buildReport(input: ReportInput): ReportDocument {
  const runs = input.runs.map(({ label, journal }) => buildRun(label, journal));
  const plan = input.plan === undefined ? undefined : planReport(input.plan);
  return {
    schema: 'evenkeel.dev/report/1',
    title: input.title,
    generatedAt: input.generatedAt,
    tone: toneOf(runs),
    headline: headlineOf(runs),
    runs,
    comparison: comparisonRows(runs),
    plan,
    remaining: remainingWords(runs, plan),
    notes: input.notes ?? [],
  };
}

function buildRun(label: string, given: Journal): RunReport {
  const journal = wholeJournal(given);
  const sections = sectionsOf(journal);
  const faults = sections.faults ?? [];
  const figures = runFigures(journal, sections);
  const outcome = outcomeOf(journal);
  const activities = activityRows(journal);
  const { fromMs, toMs } = axisOf(journal, sections);
  const firstMethod = activities.find(({ section }) => section === 'method')?.startMs;
  return {
    label,
    title: journal.experiment.title,
    description: journal.experiment.description,
    outcome,
    summary: summaryOf(journal, sections, figures, outcome),
    fromMs,
    toMs,
    zeroMs: faults.length > 0 ? Math.min(...faults.map(({ atMs }) => atMs)) : (firstMethod ?? fromMs),
    facts: factsOf(journal, sections, toMs - fromMs),
    faults,
    figures,
    spread: sections.spread,
    whatIf: whatIfRows(sections.prediction ?? [], faults),
    downAlready: sections.prediction?.[0]?.downAlready ?? [],
    lanes: timelineLanes({ journal, sections, activities, fromMs, toMs }),
    journeys: sections.journeys ?? [],
    blame: blameRows(sections),
    measured: measuredRows(sections),
    activities,
    undo: journal.evenkeel?.undo ?? [],
  };
}

/** From the first to the last thing that is known; a journal cut off by a crash has no end. */
function axisOf(journal: Journal, sections: JournalSections): { fromMs: number; toMs: number } {
  const known = [
    timeOf(journal.start),
    timeOf(journal.end),
    ...(sections.timeline ?? []).map(({ atMs }) => atMs),
    ...(sections.journeys ?? []).flatMap((journey) => [journey.fromMs, journey.toMs]),
  ].filter((at) => at !== undefined);
  const fromMs = known.length === 0 ? 0 : known.reduce((a, b) => Math.min(a, b));
  const toMs = known.length === 0 ? 0 : known.reduce((a, b) => Math.max(a, b));
  return { fromMs, toMs: Math.max(toMs, fromMs + 1000) };
}

function factsOf(journal: Journal, sections: JournalSections, durationMs: number): RunReport['facts'] {
  const all = (sections.spread?.nodes ?? []).map(({ name }) => name);
  const faults = sections.faults ?? [];
  const lost = workloadsLost(sections.spread, faults);
  const own = journal.evenkeel;
  return [
    { name: 'Started', value: startInWords(journal) },
    { name: 'Lasted', value: formatDuration(durationMs) },
    ...(faults.length === 0 ? [] : [{ name: 'Taken down', value: listInWords(faults.map(({ node }) => shortNodeName(node, all))) }]),
    ...(faults.length === 0 || sections.spread === undefined
      ? []
      : [{ name: 'Lost with it', value: lost.length === 0 ? 'no workload wholly' : listInWords(lost.map(({ name }) => name)) }]),
    ...(own === undefined ? [{ name: 'Tool', value: `Chaos Toolkit ${journal['chaoslib-version']}` }] : []),
    ...(own === undefined
      ? []
      : [
          { name: 'Run', value: own.runId },
          { name: 'Seed', value: own.seed },
        ]),
    ...(own === undefined || own.speed === 1 ? [] : [{ name: 'Clock', value: `lab time, ${own.speed} times as fast as the wall's` }]),
    ...(own === undefined ? [] : [{ name: 'Undo', value: undoInWords(own.undo) }]),
    ...declaredFacts(journal),
  ];
}

/** What the experiment says of itself, and where it was run. */
function declaredFacts({ experiment, platform, node }: Journal): RunReport['facts'] {
  const { tags, contributions } = experiment as { readonly tags?: unknown; readonly contributions?: unknown }; // as anybody may have written them
  const given = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
  const weights =
    typeof contributions === 'object' && contributions !== null && !Array.isArray(contributions)
      ? Object.entries(contributions).map(([name, weight]) => `${name} ${String(weight)}`)
      : [];
  const place = [node, platform].filter((part) => typeof part === 'string' && part !== '').join(', ');
  return [
    ...(given.length === 0 ? [] : [{ name: 'Tags', value: given.join(', ') }]),
    ...(weights.length === 0 ? [] : [{ name: 'Contributes to', value: weights.join(', ') }]),
    ...(place === '' ? [] : [{ name: 'Run on', value: place }]),
  ];
}

function startInWords({ start, evenkeel }: Journal): string {
  const ms = timeOf(start);
  return ms === undefined ? start : momentInWords(ms, evenkeel?.speed);
}

function undoInWords(undo: readonly { readonly status: string }[]): string {
  if (undo.length === 0) return 'nothing was broken';
  const open = undo.filter(({ status }) => status === 'still-broken' || status === 'not-tried').length;
  return open === 0 ? `${plural(undo.length, 'act')} mended and verified` : `${open} of ${undo.length} still broken`;
}

function planReport({ changes, leftAlone, proof, proven, remaining }: PlanInput): PlanReport {
  return {
    proven,
    changes: changes.map(({ target, fix, summary, why }) => ({ target: `${target.kind} ${target.name}`, fix, summary, why })),
    leftAlone,
    proof,
    remaining,
  };
}

function headlineOf(runs: readonly RunReport[]): string[] {
  if (runs.length === 0) return ['No run was given.'];
  if (runs.length === 1) return runs.map(({ summary }) => capital(summary));
  return runs.map(({ label, summary }) => `${capital(label)}: ${summary}`);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** The last run tells how things stand now. */
function toneOf(runs: readonly RunReport[]): Tone {
  const last = runs.at(-1);
  if (last === undefined) return 'neutral';
  if (last.outcome.tone !== 'good') return last.outcome.tone;
  return (last.figures.outageMs ?? 0) > 0 ? 'warn' : 'good';
}
