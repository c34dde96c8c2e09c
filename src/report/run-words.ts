import { formatDuration, listInWords, plural } from '../base/index.ts';
import type { Journal, RunOutcome } from '../experiment/index.ts';
import type { JournalSections, RunFigures, RunReport, Tone } from './types.ts';
import { shortNames, someOf } from './words.ts';

const OUTCOMES: Readonly<Record<RunOutcome, { readonly word: string; readonly tone: Tone; readonly detail: string }>> = {
  'as-hoped': { word: 'steady state held', tone: 'good', detail: 'All went as hoped, and everything that was broken has been mended.' },
  deviated: {
    word: 'steady state deviated',
    tone: 'bad',
    detail: 'A probe of the steady state did not find what it should after the method.',
  },
  'gate-not-met': { word: 'not begun', tone: 'warn', detail: 'The steady state was not met before the method, so nothing was broken.' },
  failed: { word: 'failed', tone: 'bad', detail: 'An activity of the experiment failed, so its result says little about the application.' },
  refused: { word: 'refused by the guard', tone: 'warn', detail: 'The guard refused the run before its first act.' },
  'undo-incomplete': {
    word: 'still broken',
    tone: 'bad',
    detail: 'Something that was broken could not be mended. Run `evenkeel recover`.',
  },
  interrupted: { word: 'interrupted', tone: 'warn', detail: 'The run was interrupted; its undo was done.' },
};

/** The outcome in words: ours where the journal is ours, else read from the original tool's status. */
export function outcomeOf(journal: Journal): RunReport['outcome'] {
  const own = journal.evenkeel === undefined ? undefined : OUTCOMES[journal.evenkeel.outcome];
  if (own !== undefined) return own;
  if (journal.deviated) return OUTCOMES.deviated;
  switch (journal.status) {
    case 'completed':
      return completedOf(journal);
    case 'failed':
      return journal.run.length === 0 ? OUTCOMES['gate-not-met'] : OUTCOMES.failed;
    case 'aborted':
      return { word: 'aborted', tone: 'warn', detail: 'The run was aborted.' };
    case 'interrupted':
      return { word: 'interrupted', tone: 'warn', detail: 'The run was interrupted.' };
    default:
      return { word: 'unknown', tone: 'warn', detail: 'The journal does not tell how the run ended.' };
  }
}

/** The original tool calls a run completed although its activities failed: a green that we do not repeat. */
function completedOf(journal: Journal): RunReport['outcome'] {
  const failed = [...journal.run, ...journal.rollbacks].filter(({ status }) => status === 'failed').length;
  if (failed === 0) return OUTCOMES['as-hoped'];
  return {
    word: 'completed with failures',
    tone: 'warn',
    detail: `${plural(failed, 'activity', 'activities')} failed although the run was completed.`,
  };
}

/** What went down, as the subject of a sentence: `node …vmss000009 down`. */
function whatFailed(sections: JournalSections): string {
  const nodes = [...new Set((sections.faults ?? []).map(({ node }) => node))];
  if (nodes.length === 0) return 'the fault';
  return nodes.length === 1 ? 'one node down' : `${nodes.length} nodes down`;
}

/** A service counts as down rather than impaired when nearly all of its requests fail. */
const DOWN_SHARE = 0.9;

/** What the failure did to the application, in one sentence without the run's label. */
export function summaryOf(journal: Journal, sections: JournalSections, figures: RunFigures, outcome: RunReport['outcome']): string {
  const cause = whatFailed(sections);
  if (figures.outageMs === undefined) {
    const probes = failedProbes(journal);
    if (!figures.deviated) return `${outcome.word}; no journey was measured, so what users saw is not known.`;
    return `the steady state deviated${probes.length === 0 ? '' : ` at ${someOf(probes)}`}; no journey was measured, so how long users were without is not known.`;
  }
  if (figures.outageMs === 0) return `${cause} was not felt: not one step of a journey failed.`;
  const lasting = formatDuration(figures.outageMs);
  const where = figures.servicesHit.length === 0 ? '' : ` (${someOf(shortNames(figures.servicesHit))})`;
  if ((figures.failingShare ?? 1) >= DOWN_SHARE) {
    const measured = new Set((sections.journeys ?? []).flatMap(({ byService }) => byService.map(({ service }) => service)));
    if (measured.size === figures.servicesHit.length) return `${cause} took the application down for ${lasting}${where}.`;
    return `${cause} left users without ${someOf(shortNames(figures.servicesHit))} for ${lasting}.`;
  }
  return `${cause} made ${Math.round((figures.failingShare ?? 1) * 100)} % of the requests to ${listInWords(shortNames(figures.servicesHit).slice(0, 3))} fail for ${lasting}.`;
}

function failedProbes(journal: Journal): string[] {
  const after = journal.steady_states.after?.probes ?? [];
  return after.filter((probe) => probe.tolerance_met === false).map(({ activity }) => activity.name ?? activity.ref ?? 'a probe');
}
