import type { OutageWindow, StepResult } from './types.ts';

/** Two outages nearer to each other than this many periods (and two seconds) are one: a service that answers now and then is not up. */
const SETTLE_PERIODS = 5;
const SETTLE_MS = 2000;

/** The quiet time that ends an outage, for a rate. */
export function settleMs(ratePerSecond: number): number {
  return Math.max(SETTLE_MS, (SETTLE_PERIODS * 1000) / ratePerSecond);
}

/**
 * Finds the spans in which steps failed. Each step is looked at for itself (another step that works does not end its outage);
 * windows of different steps that overlap, or are nearer than the settle time, are merged. Result: in order, never overlapping.
 */
export function outageWindows(results: readonly StepResult[], ratePerSecond: number, toMs: number): OutageWindow[] {
  const windows = [...groupByStep(results).values()].flatMap((ofStep) => windowsOfStep(ofStep, toMs)).sort((a, b) => a.fromMs - b.fromMs);
  return merge(windows, settleMs(ratePerSecond)).map((window) => ({ ...window, attempts: attemptsIn(window, results) }));
}

function groupByStep(results: readonly StepResult[]): Map<string, StepResult[]> {
  const groups = new Map<string, StepResult[]>();
  for (const result of results) {
    const group = groups.get(result.step);
    if (group === undefined) groups.set(result.step, [result]);
    else group.push(result);
  }
  return groups;
}

function windowsOfStep(results: readonly StepResult[], endMs: number): OutageWindow[] {
  const ordered = [...results].sort((a, b) => a.startMs - b.startMs);
  const windows: OutageWindow[] = [];
  let failed: StepResult[] = [];
  const close = (resumedMs: number | undefined): void => {
    const [first] = failed;
    if (first === undefined) return;
    const lastEnd = Math.max(...failed.map(({ startMs, latencyMs }) => startMs + latencyMs));
    // A request that hangs past the recovery does not prolong the outage: the next one has been answered already.
    const toMs = resumedMs === undefined ? Math.max(endMs, first.startMs) : Math.max(first.startMs, Math.min(lastEnd, resumedMs));
    const services = [...new Set(failed.map((result) => blamed(result)))].sort();
    windows.push({ fromMs: first.startMs, toMs, open: resumedMs === undefined, failed: failed.length, services });
    failed = [];
  };
  for (const result of ordered) {
    if (!result.ok) failed.push(result);
    else close(result.startMs + result.latencyMs);
  }
  close(undefined);
  return windows;
}

function attemptsIn(window: OutageWindow, results: readonly StepResult[]): number {
  const inside = ({ startMs }: StepResult): boolean => window.fromMs <= startMs && startMs <= window.toMs;
  // An answer that ended the window was started inside it, but is not of it.
  const ofIt = results.filter((result) => inside(result) && window.services.includes(blamed(result)));
  return Math.max(window.failed, ofIt.filter((result) => !result.ok).length + ofIt.filter((result) => endsBefore(result, window)).length);
}

function endsBefore(result: StepResult, window: OutageWindow): boolean {
  return result.ok && result.startMs + result.latencyMs < window.toMs;
}

/** The service, or the step's name where none is known. */
export function blamed(result: StepResult): string {
  return result.service ?? result.step;
}

function merge(ordered: readonly OutageWindow[], settle: number): OutageWindow[] {
  const merged: OutageWindow[] = [];
  for (const window of ordered) {
    const last = merged.at(-1);
    if (last === undefined || window.fromMs > last.toMs + settle) {
      merged.push(window);
      continue;
    }
    merged[merged.length - 1] = {
      fromMs: last.fromMs,
      toMs: Math.max(last.toMs, window.toMs),
      open: last.open || window.open,
      failed: last.failed + window.failed,
      services: [...new Set([...last.services, ...window.services])].sort(),
    };
  }
  return merged;
}
