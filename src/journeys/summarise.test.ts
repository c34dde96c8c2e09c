import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settleMs } from './outage-windows.ts';
import { summarise } from './summarise.ts';
import type { JourneyRecording, StepResult } from './types.ts';

const step = (startMs: number, ok: boolean, more: Partial<StepResult> = {}): StepResult => ({
  step: 's',
  service: 'shop/a',
  connection: 'fresh',
  iteration: 0,
  startMs,
  latencyMs: ok ? 10 : 2000,
  ok,
  status: ok ? 200 : undefined,
  failure: ok ? undefined : 'no answer within 2 s',
  ...more,
});
const recording = (results: readonly StepResult[], toMs: number, more: Partial<JourneyRecording> = {}): JourneyRecording => ({
  journey: 'j',
  ratePerSecond: 1,
  fromMs: 0,
  toMs,
  results,
  skipped: [],
  ...more,
});
const seconds = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => (from + index) * 1000);

describe('summarise', () => {
  it('tells the outage, its service and the phases', () => {
    const results = [
      ...seconds(0, 60).map((at) => step(at, true)),
      ...seconds(60, 180).map((at) => step(at, false)),
      ...seconds(180, 240).map((at) => step(at, true)),
    ];
    const record = summarise(recording(results, 240_000), { phases: { duringFromMs: 58_000, duringToMs: 170_000 } });
    expect(record.outages).toEqual([{ fromMs: 60_000, toMs: 180_010, open: false, failed: 120, attempts: 120, services: ['shop/a'] }]);
    expect(record.longestGapMs).toBe(120_010);
    expect(record.phases.map(({ phase, attempts, failed }) => [phase, attempts, failed])).toEqual([
      ['before', 58, 0],
      ['during', 112, 110],
      ['after', 70, 10],
    ]);
    expect(record.phases[0]).toMatchObject({ availability: 1, unknownMs: 0, latencyMs: { p50: 10, p95: 10, p99: 10 } });
  });

  it('leaves an outage open that had not ended', () => {
    const record = summarise(recording([step(0, true), step(1000, false)], 5000));
    expect(record.outages).toMatchObject([{ fromMs: 1000, toMs: 5000, open: true }]);
  });

  it('does not let a step that works end the outage of another', () => {
    const results = seconds(0, 10).flatMap((at) => [step(at, true, { step: 'page', service: 'shop/front' }), step(at + 100, false)]);
    const record = summarise(recording(results, 10_000));
    expect(record.outages).toHaveLength(1);
    expect(record.byService.map(({ service, failed }) => [service, failed])).toEqual([
      ['shop/a', 10],
      ['shop/front', 0],
    ]);
  });

  it('takes flapping for one outage', () => {
    const record = summarise(
      recording(
        seconds(0, 20).map((at) => step(at, (at / 1000) % 3 !== 0, { latencyMs: 50 })),
        20_000,
      ),
    );
    expect(record.outages).toHaveLength(1);
  });

  it('calls time without a measurement unknown, not up', () => {
    const skipped = seconds(10, 20).map((atMs) => ({ atMs, reason: 'busy' }));
    const record = summarise(
      recording(
        seconds(0, 10).map((at) => step(at, true)),
        40_000,
        { skipped },
      ),
      {
        phases: { duringFromMs: 20_000, duringToMs: 40_000 },
      },
    );
    expect(record.phases.map(({ phase, unknownMs, availability }) => [phase, unknownMs, availability])).toEqual([
      ['before', 10_000, 1],
      ['during', 20_000, undefined],
      ['after', 0, undefined],
    ]);
    expect(record.skipped).toEqual([{ reason: 'busy', count: 10 }]);
  });

  it('names the most frequent failures first', () => {
    const results = [step(0, false), step(1, false), step(2, false, { failure: 'status 503, expected 200' })];
    expect(summarise(recording(results, 10)).failures).toEqual([
      { service: 'shop/a', failure: 'no answer within 2 s', count: 2 },
      { service: 'shop/a', failure: 'status 503, expected 200', count: 1 },
    ]);
  });
});

const anyResult = fc.record({
  startMs: fc.integer({ min: 0, max: 600_000 }),
  latencyMs: fc.integer({ min: 0, max: 20_000 }),
  ok: fc.boolean(),
  step: fc.constantFrom('a', 'b', 'c'),
  service: fc.constantFrom('x', 'y', undefined),
});

describe('summarise, always', () => {
  const anyRecording = fc
    .record({
      results: fc.array(anyResult, { maxLength: 80 }),
      toMs: fc.integer({ min: 0, max: 700_000 }),
      ratePerSecond: fc.constantFrom(0.2, 1, 5),
    })
    .map(({ results, toMs, ratePerSecond }) =>
      recording(
        results.map(({ startMs, ok, ...rest }) => step(startMs, ok, rest)),
        toMs,
        { ratePerSecond },
      ),
    );
  const anyPhases = fc.option(
    fc.record({
      duringFromMs: fc.integer({ min: -10, max: 700_000 }),
      duringToMs: fc.option(fc.integer({ min: -10, max: 700_000 }), { nil: undefined }),
    }),
    { nil: undefined },
  );

  it('has windows in order that never overlap, with a settle time between them', () => {
    fc.assert(
      fc.property(anyRecording, (input) => {
        const { outages } = summarise(input);
        for (const [index, window] of outages.entries()) {
          expect(window.toMs).toBeGreaterThanOrEqual(window.fromMs);
          const next = outages[index + 1];
          if (next !== undefined) expect(next.fromMs).toBeGreaterThan(window.toMs + settleMs(input.ratePerSecond));
        }
      }),
    );
  });

  it('has counts that add up: phases, services, buckets, windows', () => {
    fc.assert(
      fc.property(anyRecording, anyPhases, (input, phases) => {
        const record = summarise(input, { phases });
        const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
        const failed = input.results.filter(({ ok }) => !ok).length;
        expect(sum(record.phases.map(({ attempts }) => attempts))).toBe(input.results.length);
        expect(sum(record.byService.map(({ attempts }) => attempts))).toBe(input.results.length);
        expect(sum(record.buckets.map((bucket) => bucket.ok + bucket.failed))).toBe(input.results.length);
        expect(sum(record.phases.map((phase) => phase.failed))).toBe(failed);
        expect(sum(record.outages.map((window) => window.failed))).toBe(failed);
      }),
    );
  });

  it('does not depend on the order in which answers came', () => {
    fc.assert(
      fc.property(anyRecording, (input) => {
        const unique = [...new Map(input.results.map((result) => [`${result.step}${result.startMs}`, result])).values()];
        const shuffled = { ...input, results: [...unique].reverse() };
        expect(summarise(shuffled).outages).toEqual(summarise({ ...input, results: unique }).outages);
      }),
    );
  });
});
