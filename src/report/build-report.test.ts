import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportFixture } from '../../tests/e2e/report-fixture.ts';
import type { Journal } from '../experiment/index.ts';
import { buildReport } from './build-report.ts';
import type { JournalSections } from './types.ts';

const input = reportFixture();
const report = buildReport(input);
const [before, after] = report.runs;

const bare: Journal = {
  'chaoslib-version': '1.45.0',
  platform: 'Linux',
  node: 'n',
  experiment: { title: 'Plain', description: 'd', method: [] },
  start: '2026-11-22T10:00:00.000000',
  status: 'completed',
  deviated: true,
  steady_states: {
    before: { steady_state_met: true, probes: [] },
    after: {
      steady_state_met: false,
      probes: [
        {
          activity: { type: 'probe', name: 'page answers' },
          output: { status: 503 },
          start: '2026-11-22T10:01:00.000000',
          status: 'succeeded',
          end: '2026-11-22T10:01:00.100000',
          duration: 0.1,
          tolerance_met: false,
        },
      ],
    },
    during: [],
  },
  run: [],
  rollbacks: [],
  end: '2026-11-22T10:02:00.000000',
  duration: 120,
};
const bareReport = (journal: Partial<Journal>) =>
  buildReport({ title: 't', generatedAt: '', runs: [{ label: 'run', journal: { ...bare, ...journal } }] });

describe('buildReport of a run before and one after', () => {
  it('says in words what the failure did', () => {
    expect(report.headline[0]).toMatch(/^Before: one node down left users without contacts, \w+ and \w+ for 5 min 5\d s\.$/);
    expect(report.headline[1]).toMatch(/^After: one node down made [\d.]+ % of the requests to .* fail for 4\d s\.$/);
  });

  it('puts before beside after, and calls better only what is', () => {
    const row = (what: string) => report.comparison.find((candidate) => candidate.what === what);
    expect(row('Longest outage for users')?.tone).toBe('good');
    expect(row('Single nodes whose loss takes a service down')).toMatchObject({ before: '3', after: '0', tone: 'good' });
    expect(row('Workloads with all pods on one node')).toMatchObject({ before: '9', after: '0' });
  });

  it('puts predicted beside measured, cut at the return of the node', () => {
    const row = before?.measured.find(({ subject }) => subject === 'contactsapp/frontend');
    expect(row).toMatchObject({ predictedMs: 352_000, agreement: 'close' });
    expect(before?.measured.find(({ subject }) => subject === 'contactsapp/mssql')).toMatchObject({
      measuredMs: undefined,
      agreement: 'unknown',
    });
  });

  it('blames the services that failed, and names the database behind', () => {
    expect(before?.blame.map(({ service }) => service).toSorted()).toEqual([
      'contactsapp/contacts',
      'contactsapp/frontend',
      'contactsapp/visitreports',
    ]);
    const why = (service: string) => before?.blame.find((row) => row.service === `contactsapp/${service}`)?.why;
    expect(why('contacts')).toBe('probably needs what was lost with the node: mssql-deployment');
    expect(why('frontend')).toBe('all pods of frontend-deploy (1 replica) sat on the node');
    expect(after?.blame[0]?.why).toBe('1 of 2 pods sat on the node');
  });

  it('does not hide what remains, and drops what has gone since', () => {
    expect(report.remaining.join('\n')).toMatch(/still felt for 4\d s/);
    expect(report.remaining.join('\n')).toContain('6 s of the failure were not measured: unknown, not up.');
    expect(report.remaining.join('\n')).not.toContain('mssql');
  });

  it('aligns predicted and measured spans in one lane', () => {
    const services = before?.lanes.find(({ id }) => id === 'endpoints');
    const frontend = services?.rows.find(({ label }) => label === 'frontend');
    expect(frontend?.spans.map(({ predicted }) => predicted)).toEqual([false, true]);
    expect(before?.lanes.map(({ id }) => id)).toEqual(['run', 'power', 'node', 'endpoints', 'pod', 'journey', 'steady-state', 'undo']);
  });

  it('is the same for the same input', () => {
    expect(buildReport(input)).toEqual(report);
  });
});

describe('buildReport of a journal of the original tool', () => {
  it('says what is known and that the rest is not', () => {
    const document = bareReport({});
    expect(document.headline).toEqual([
      'The steady state deviated at page answers; no journey was measured, so how long users were without is not known.',
    ]);
    expect(document.runs[0]?.activities[0]).toMatchObject({
      status: 'not met',
      detail: 'found status 503',
      startMs: Date.parse('2026-11-22T10:01:00Z'),
    });
    expect(document.remaining).toEqual(['No journey was measured, so nothing is known of what users saw.']);
  });

  it('does not repeat a green over failed activities', () => {
    const activity = {
      activity: { type: 'action' as const, name: 'stop' },
      output: null,
      start: '',
      status: 'failed' as const,
      exception: ['x: boom\n'],
    };
    expect(bareReport({ deviated: false, run: [activity] }).runs[0]?.outcome).toMatchObject({
      word: 'completed with failures',
      tone: 'warn',
    });
  });

  it('copes with a journal that a crash cut off', () => {
    const { experiment, start } = bare;
    const cut = { experiment, start } as Journal; // as it may lie on a disk
    const document = buildReport({ title: 't', generatedAt: '', runs: [{ label: 'run', journal: cut }] });
    expect(document.runs[0]?.outcome.word).toBe('aborted');
  });

  const golden = new URL('../../../shared/golden/chaostoolkit/', import.meta.url);
  it.skipIf(!existsSync(golden))('makes a report of every recorded journal', () => {
    const journals = readdirSync(golden)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(new URL(name, golden), 'utf8')) as { expect?: { journal?: Journal | null } }) // the recordings' format
      .flatMap(({ expect: expected }) => (expected?.journal ? [expected.journal] : []));
    expect(journals.length).toBeGreaterThan(100);
    for (const journal of journals)
      expect(buildReport({ title: 't', generatedAt: '', runs: [{ label: 'run', journal }] }).headline).toHaveLength(1);
  });
});

describe('the summary of a run', () => {
  it('calls the application down only when every service that users went to failed', () => {
    const [first] = input.runs;
    const sections = first?.journal.evenkeel?.sections as JournalSections; // the fixture is made of this type
    const [journey] = sections.journeys ?? [];
    const journeys = journey === undefined ? [] : [{ ...journey, byService: journey.byService.filter(({ failed }) => failed > 0) }];
    const evenkeel = first?.journal.evenkeel;
    if (first === undefined || evenkeel === undefined) throw new Error('the fixture has runs of ours');
    const journal = { ...first.journal, evenkeel: { ...evenkeel, sections: { ...sections, journeys } } };
    expect(buildReport({ ...input, runs: [{ label: 'run', journal }] }).headline[0]).toMatch(
      /^One node down took the application down for 5 min/,
    );
  });
});

it("tells the experiment's tags and contributions, and where it was run", () => {
  const journal = reportFixture().runs[0]?.journal;
  if (journal === undefined) throw new Error('the fixture has a run');
  const experiment = { ...journal.experiment, tags: ['aks', 'zone'], contributions: { availability: 'high', cost: 'none' } };
  const told = { ...journal, experiment, node: 'runner-1', platform: 'linux-6.1' };
  const { runs } = buildReport({ title: 't', generatedAt: '', runs: [{ label: 'r', journal: told }] });
  expect(runs[0]?.facts.slice(-3)).toEqual([
    { name: 'Tags', value: 'aks, zone' },
    { name: 'Contributes to', value: 'availability high, cost none' },
    { name: 'Run on', value: 'runner-1, linux-6.1' },
  ]);
});
