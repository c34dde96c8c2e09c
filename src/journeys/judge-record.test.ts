import { describe, expect, it } from 'vitest';
import { judgeRecord } from './judge-record.ts';
import { summarise } from './summarise.ts';
import type { JourneyLimits, JourneyRecording, SkippedJourney, StepResult } from './types.ts';

const step = (startMs: number, ok: boolean): StepResult => ({
  step: 's',
  service: 'shop/a',
  connection: 'fresh',
  iteration: 0,
  startMs,
  latencyMs: ok ? 10 : 1000,
  ok,
  status: ok ? 200 : 503,
  failure: ok ? undefined : 'status 503, expected 200',
});
interface Course {
  /** Seconds in which the step fails. */
  readonly fails?: readonly [number, number];
  /** Seconds in which nothing is sent. */
  readonly skips?: readonly [number, number];
}
const inside = (second: number, span: readonly [number, number] | undefined): boolean =>
  span !== undefined && span[0] <= second && second < span[1];

/** A hundred seconds, one journey each, the fault from second 20 to second 80. */
function record({ fails, skips }: Course) {
  const seconds = Array.from({ length: 100 }, (_, index) => index);
  const skipped: SkippedJourney[] = seconds
    .filter((second) => inside(second, skips))
    .map((second) => ({ atMs: second * 1000, reason: 'the measuring machine was busy' }));
  const results = seconds.filter((second) => !inside(second, skips)).map((second) => step(second * 1000, !inside(second, fails)));
  const recording: JourneyRecording = { journey: 'buy', ratePerSecond: 1, fromMs: 0, toMs: 100_000, results, skipped };
  return summarise(recording, { phases: { duringFromMs: 20_000, duringToMs: 80_000 } });
}
const NONE_STATED: JourneyLimits = { longestOutageMs: undefined, availability: undefined };
const judge = (course: Course, limits: Partial<JourneyLimits> = {}, actedAtMs: number | undefined = 20_000) =>
  judgeRecord(record(course), { ...NONE_STATED, ...limits }, actedAtMs);

describe('judgeRecord', () => {
  it.each<readonly [string, Course, Partial<JourneyLimits>, 'held' | 'broken' | 'unknown']>([
    ['no failed step, no limit stated', {}, {}, 'held'],
    ['any outage where no limit is stated', { fails: [30, 33] }, {}, 'broken'],
    ['an outage as long as is allowed', { fails: [30, 33] }, { longestOutageMs: 5000 }, 'held'],
    ['a longer one', { fails: [30, 40] }, { longestOutageMs: 5000 }, 'broken'],
    ['an outage where only availability is limited', { fails: [30, 36] }, { availability: 0.9 }, 'held'],
    ['availability below the limit while the fault lasts', { fails: [30, 36] }, { availability: 0.95 }, 'broken'],
    ['availability of which a part is not known', { skips: [30, 36] }, { availability: 0.95 }, 'unknown'],
    ['time not measured that may hide an outage', { skips: [30, 40] }, {}, 'unknown'],
    ['a single journey that was not sent: nearer than five periods nobody can tell', { skips: [30, 31] }, {}, 'held'],
    [
      'time not measured beside an outage that together are too long',
      { fails: [30, 34], skips: [34, 44] },
      { longestOutageMs: 8000 },
      'unknown',
    ],
    ['nothing measured at all', { skips: [0, 100] }, { longestOutageMs: 500_000 }, 'unknown'],
    ['nothing measured while the fault lasted', { skips: [20, 80] }, { longestOutageMs: 500_000 }, 'unknown'],
    ['an outage that is not over when the measuring ends', { fails: [95, 100] }, { longestOutageMs: 30_000 }, 'unknown'],
    ['a journey of which nothing ever went well', { fails: [0, 100] }, { longestOutageMs: 500_000 }, 'broken'],
    ['what is broken although much is not known', { fails: [30, 40], skips: [50, 70] }, {}, 'broken'],
  ])('judges %s', (_, course, limits, status) => {
    expect(judge(course, limits).status).toBe(status);
  });

  it('names the window, its services and the limit', () => {
    expect(judge({ fails: [30, 40] }, { longestOutageMs: 5000 }).reasons).toEqual([
      'an outage of 10 s, from 10 s to 20 s after the fault (shop/a); allowed are 5 s',
    ]);
    expect(judge({ fails: [30, 36] }, { availability: 0.95 }).reasons).toEqual([
      '90 % available while the fault lasted; allowed is no less than 95 %',
    ]);
  });

  it('tells an outage that was there before the fault as such', () => {
    const verdict = judge({ fails: [5, 40] });
    expect(verdict.reasons).toEqual([
      'an outage of 35 s, there already 15 s before the fault, until 20 s after it (shop/a); allowed is none',
    ]);
    expect(judge({ fails: [5, 8] }).reasons).toEqual(['an outage of 3 s, from 15 s to 12 s before the fault (shop/a); allowed is none']);
  });

  it('counts from the beginning of the measurement where there was no fault', () => {
    expect(judgeRecord(record({ fails: [30, 40] }), NONE_STATED, undefined).reasons).toEqual([
      'an outage of 10 s, from 30 s to 40 s of the measurement (shop/a); allowed is none',
    ]);
  });

  it('says what kept within the limits, too', () => {
    expect(judge({ fails: [30, 33] }, { longestOutageMs: 5000 }).reasons).toEqual(['the longest outage took 3 s; allowed are 5 s']);
    expect(judge({}).reasons).toEqual(['no step failed']);
  });
});
