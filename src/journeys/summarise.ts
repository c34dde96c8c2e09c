import { blamed, outageWindows } from './outage-windows.ts';
import type { JourneyRecord, JourneyRecording, Phase, PhaseFigures, StepResult } from './types.ts';

export interface SummariseOptions {
  /** When the fault began and when it was mended; undefined = one phase, `whole`. A fault still there: `duringToMs` undefined. */
  readonly phases?: { readonly duringFromMs: number; readonly duringToMs: number | undefined } | undefined;
  /** At most this many buckets for drawing. Default 400. */
  readonly mostBuckets?: number;
}

/**
 * Turns a recording into figures. A step belongs to the phase and bucket in which it was started.
 * The attempts of the phases, of the services and of the buckets each add up to the steps recorded.
 */
export function summarise(recording: JourneyRecording, { phases, mostBuckets = 400 }: SummariseOptions = {}): JourneyRecord {
  const { results, ratePerSecond, fromMs, toMs } = recording;
  const services = [...new Set(results.map(blamed))].sort();
  const outages = outageWindows(results, ratePerSecond, toMs);
  const bucketMs = bucketLength(toMs - fromMs, mostBuckets, 1000 / ratePerSecond);
  return {
    journey: recording.journey,
    ratePerSecond,
    fromMs,
    toMs,
    phases: phaseSpans(recording, phases).map((span) => figures(recording, span)),
    outages,
    longestGapMs: Math.max(0, ...outages.map((window) => window.toMs - window.fromMs)),
    byService: services.map((service) => {
      const own = results.filter((result) => blamed(result) === service);
      return { service, attempts: own.length, failed: failedOf(own), outages: outageWindows(own, ratePerSecond, toMs) };
    }),
    skipped: countBy(recording.skipped.map(({ reason }) => reason)).map(([reason, count]) => ({ reason, count })),
    unmeasured: unmeasuredSpans(recording),
    failures: failuresOf(results),
    bucketMs,
    buckets: bucketsOf(results, fromMs, toMs, bucketMs),
  };
}

interface PhaseSpan {
  readonly phase: Phase;
  readonly fromMs: number;
  readonly toMs: number;
}

function phaseSpans({ fromMs, toMs, results }: JourneyRecording, phases: SummariseOptions['phases']): PhaseSpan[] {
  // The last steps may have been started a moment before the end was noted.
  const endMs = results.reduce((latest, { startMs }) => Math.max(latest, startMs), toMs);
  if (phases === undefined) return [{ phase: 'whole', fromMs, toMs: endMs }];
  const within = (atMs: number): number => Math.min(endMs, Math.max(fromMs, atMs));
  const begins = within(phases.duringFromMs);
  const ends = Math.max(begins, within(phases.duringToMs ?? endMs));
  return [
    { phase: 'before', fromMs, toMs: begins },
    { phase: 'during', fromMs: begins, toMs: ends },
    { phase: 'after', fromMs: ends, toMs: endMs },
  ];
}

function figures(recording: JourneyRecording, { phase, fromMs, toMs }: PhaseSpan): PhaseFigures {
  const lastPhase = phase === 'after' || phase === 'whole';
  const inside = (atMs: number): boolean => fromMs <= atMs && (atMs < toMs || (lastPhase && atMs === toMs));
  const own = recording.results.filter(({ startMs }) => inside(startMs));
  const failed = failedOf(own);
  const unmeasured = recording.skipped.filter(({ atMs }) => inside(atMs)).length * (1000 / recording.ratePerSecond);
  return {
    phase,
    fromMs,
    toMs,
    attempts: own.length,
    failed,
    availability: own.length === 0 ? undefined : (own.length - failed) / own.length,
    latencyMs: percentiles(own),
    unknownMs: own.length === 0 ? toMs - fromMs : Math.min(toMs - fromMs, unmeasured),
  };
}

/** A journey that was not sent leaves its period unknown; periods in a row are one span. */
function unmeasuredSpans({ skipped, ratePerSecond, results, fromMs, toMs }: JourneyRecording): { fromMs: number; toMs: number }[] {
  if (results.length === 0) return [{ fromMs, toMs }];
  const periodMs = 1000 / ratePerSecond;
  const spans: { fromMs: number; toMs: number }[] = [];
  for (const { atMs } of skipped.toSorted((a, b) => a.atMs - b.atMs)) {
    const last = spans.at(-1);
    if (last !== undefined && atMs <= last.toMs + periodMs / 2) last.toMs = Math.max(last.toMs, atMs + periodMs);
    else spans.push({ fromMs: atMs, toMs: atMs + periodMs });
  }
  return spans;
}

const failedOf = (results: readonly StepResult[]): number => results.filter(({ ok }) => !ok).length;

function percentiles(results: readonly StepResult[]): PhaseFigures['latencyMs'] {
  const sorted = results.filter(({ ok }) => ok).map(({ latencyMs }) => latencyMs);
  sorted.sort((a, b) => a - b);
  return sorted.length === 0 ? undefined : { p50: rank(sorted, 0.5), p95: rank(sorted, 0.95), p99: rank(sorted, 0.99) };
}

/** The nearest-rank percentile of a sorted list that is not empty. */
function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

const BUCKET_SECONDS: readonly number[] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];

function bucketLength(lengthMs: number, most: number, periodMs: number): number {
  const least = Math.max(lengthMs / most, periodMs);
  const seconds = BUCKET_SECONDS.find((candidate) => candidate * 1000 >= least);
  return seconds === undefined ? Math.ceil(least / 3_600_000) * 3_600_000 : seconds * 1000;
}

/** Buckets without a step are there too, empty: unknown. */
function bucketsOf(results: readonly StepResult[], fromMs: number, toMs: number, bucketMs: number): JourneyRecord['buckets'] {
  const last = results.reduce((latest, { startMs }) => Math.max(latest, startMs), toMs - 1);
  const groups: StepResult[][] = Array.from({ length: Math.floor(Math.max(0, last - fromMs) / bucketMs) + 1 }, () => []);
  for (const result of results) groups[Math.max(0, Math.floor((result.startMs - fromMs) / bucketMs))]?.push(result);
  return groups.map((own, index) => {
    const failed = failedOf(own);
    return { atMs: fromMs + index * bucketMs, ok: own.length - failed, failed, p95Ms: percentiles(own)?.p95 };
  });
}

const MOST_FAILURES = 20;

function failuresOf(results: readonly StepResult[]): NonNullable<JourneyRecord['failures']> {
  const bad = results.filter(({ ok }) => !ok);
  const counted = countBy(bad.map((result) => JSON.stringify([blamed(result), result.failure ?? 'failed'])));
  return counted.slice(0, MOST_FAILURES).map(([key, count]) => {
    const [service, failure] = JSON.parse(key) as [string, string]; // made one line above
    return { service, failure, count };
  });
}

function countBy(items: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
