import { describe, expect, it } from 'vitest';
import { reportFixture } from '../../tests/e2e/report-fixture.ts';
import type { Journal, RunOutcome, UndoRecord } from '../experiment/index.ts';
import type { JourneyRecord, JourneyVerdict } from '../journeys/index.ts';
import { buildReport } from './build-report.ts';
import { escapeMarkdown, escapeMarkup } from './escape.ts';
import { outcomeOf } from './outcome-words.ts';
import { renderJunit } from './render-junit.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderPlainHtml } from './render-plain-html.ts';

const after = reportFixture().runs[1]?.journal;
const undone: UndoRecord = { undo: 'u', summary: 'start it', status: 'mended', detail: [], plannedAt: '', finishedAt: null };

interface Kind {
  readonly outcome: RunOutcome;
  readonly undo?: readonly UndoRecord[];
  readonly verdict?: JourneyVerdict['status'];
  readonly outages?: JourneyRecord['outages'];
  readonly status?: Journal['status'];
  readonly deviated?: boolean;
  /** An activity of the method that was. */
  readonly leftOut?: string;
  readonly dry?: string;
}
const REASONS = {
  held: 'the longest outage took 12 s; allowed are 1 min 30 s',
  broken: 'an outage of 2 min',
  unknown: 'nothing was measured',
};
const window = { fromMs: 0, toMs: 12_000, open: false, failed: 1, services: ['shop/a'] };

function journal({ outcome, undo = [undone], verdict, outages = [window], status = 'completed', ...more }: Kind): Journal {
  if (after?.evenkeel === undefined) throw new Error('the fixture has a journal of ours');
  const [record] = after.evenkeel.sections['journeys'] as JourneyRecord[]; // written by the fixture
  const limits = { longestOutageMs: 90_000, availability: undefined };
  const journeys =
    verdict === undefined || record === undefined
      ? []
      : [{ ...record, outages, verdict: { status: verdict, limits, reasons: [REASONS[verdict]] } }];
  const { deviated = after.deviated, leftOut, dry = null } = more;
  const left = { activity: { type: 'action', name: leftOut }, output: null, start: '', status: 'left-out' } as Journal['run'][number]; // a whole entry
  const run = leftOut === undefined ? after.run : [...after.run, left];
  const experiment = { ...after.experiment, dry };
  return {
    ...after,
    status,
    deviated,
    run,
    experiment,
    evenkeel: { ...after.evenkeel, outcome, undo, sections: { ...after.evenkeel.sections, journeys } },
  };
}

const KINDS: readonly (readonly [string, Kind, string, RegExp])[] = [
  ['survived', { outcome: 'as-hoped', verdict: 'held', outages: [] }, 'steady state held', /the application survived/],
  ['degraded', { outcome: 'as-hoped', verdict: 'held' }, 'steady state held', /within the limits .* the longest outage took 12 s/],
  ['nobody looked', { outcome: 'as-hoped' }, 'steady state held', /what users saw is not known/],
  ['down for users alone', { outcome: 'deviated', verdict: 'broken' }, 'journey outside its limits', /an outage of 2 min/],
  ['not known', { outcome: 'failed', verdict: 'unknown' }, 'not known', /nothing was measured/],
  ['an error', { outcome: 'failed', verdict: 'held', status: 'failed' }, 'failed', /An activity of the experiment failed/],
  ['refused', { outcome: 'refused', undo: [] }, 'refused by the guard', /before its first act/],
  ['refused later', { outcome: 'refused' }, 'refused by the guard', /a further act.*has been mended/],
  ['gate missed', { outcome: 'gate-not-met', undo: [] }, 'not begun', /nothing was broken/],
  ['undo incomplete', { outcome: 'undo-incomplete', undo: [{ ...undone, status: 'still-broken' }] }, 'still broken', /evenkeel recover/],
  ['interrupted', { outcome: 'interrupted', status: 'interrupted' }, 'interrupted', /its undo was done: 1 act mended and verified\.$/],
  ['interrupted before an act', { outcome: 'interrupted', undo: [] }, 'interrupted', /interrupted; nothing was broken\.$/],
  [
    'interrupted late',
    { outcome: 'interrupted', deviated: true },
    'interrupted',
    /its undo was done.*The steady state had deviated by then/,
  ],
  ['left out', { outcome: 'incomplete', leftOut: 'kill it' }, 'not fully played', /^Left out: 'kill it'.*is not known/],
  ['rehearsed', { outcome: 'as-hoped', dry: 'actions' }, 'rehearsed, actions left out', /proves nothing/],
];

describe('a run that ended', () => {
  it.each(KINDS)('%s: the same words everywhere, and green only where all is well', (_, kind, word, detail) => {
    const one = journal(kind);
    const outcome = outcomeOf(one);
    expect(outcome.word).toBe(word);
    expect(outcome.detail).toMatch(detail);
    const report = buildReport({ title: 't', generatedAt: '', runs: [{ label: 'run', journal: one }] });
    expect(renderMarkdown(report)).toContain(`**${escapeMarkdown(outcome.word)}.** ${escapeMarkdown(outcome.detail)}`);
    expect(renderPlainHtml(report)).toContain(`${escapeMarkup(outcome.word)}. ${escapeMarkup(outcome.detail)}`);
    const xml = renderJunit(report);
    expect(xml).toContain(escapeMarkup(`${outcome.word}: ${outcome.detail}`));
    expect(/failures="0"/.test(xml)).toBe(kind.outcome === 'as-hoped');
  });
});

it('tells a miss while the method was played from one after it', () => {
  const missed = { steady_state_met: false, probes: [] };
  const deviated = journal({ outcome: 'deviated' });
  const at = (steady_states: Journal['steady_states']): string => outcomeOf({ ...deviated, deviated: true, steady_states }).detail;
  expect(at({ before: null, during: [missed], after: null })).toContain('while the method was played');
  expect(at({ before: null, during: [missed], after: missed })).toContain('after the method');
});
