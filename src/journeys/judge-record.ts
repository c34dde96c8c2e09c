/** Whether what was measured of a journey is within its limits. Pure. */
import { formatDuration, formatPercent, listInWords } from '../base/index.ts';
import { settleMs } from './outage-windows.ts';
import type { JourneyLimits, JourneyRecord, JourneyVerdict, OutageWindow, PhaseFigures } from './types.ts';

type Judged = Omit<JourneyRecord, 'verdict'>;
/** A limit's answer; `words` names what was found and what is allowed. */
interface Answer {
  readonly status: JourneyVerdict['status'];
  readonly words: readonly string[];
}

/**
 * Judges a record. Where no limit is stated, any outage breaks it. Time that was not measured counts as if it had failed: what that would
 * break is `unknown`. Spans shorter than what ends an outage (five periods, at least 2 s) are below what a measurement at this rate can tell.
 *
 * `actedAtMs`: when something was broken first; undefined = nothing was. Windows are told relative to it.
 */
export function judgeRecord(record: Judged, limits: JourneyLimits, actedAtMs: number | undefined): JourneyVerdict {
  const { longestOutageMs, availability } = limits;
  const isStated = longestOutageMs !== undefined || availability !== undefined;
  const answers = [
    ...(isStated && longestOutageMs === undefined ? [] : [judgeOutages(record, longestOutageMs ?? 0, actedAtMs)]),
    ...(availability === undefined ? [] : [judgeAvailability(record, availability)]),
    ...blindPhases(record),
    ...neverWell(record),
  ];
  const status = (['broken', 'unknown', 'held'] as const).find((one) => answers.some((answer) => answer.status === one)) ?? 'held';
  const wanted = status === 'held' ? answers : answers.filter((answer) => answer.status !== 'held');
  return { status, limits, reasons: wanted.flatMap(({ words }) => words) };
}

/** The verdict over several journeys: one that is broken decides, then one that is not known. */
export function verdictOfAll(records: readonly JourneyRecord[]): JourneyVerdict['status'] {
  return (['broken', 'unknown'] as const).find((one) => records.some(({ verdict }) => verdict?.status === one)) ?? 'held';
}

function judgeOutages(record: Judged, limitMs: number, actedAtMs: number | undefined): Answer {
  const allowed = limitMs === 0 ? 'allowed is none' : `allowed are ${formatDuration(limitMs)}`;
  // An outage of one failed step that was refused at once lasts next to nothing, and is one all the same.
  const tooLong = record.outages.filter(({ fromMs, toMs }) => limitMs === 0 || toMs - fromMs > limitMs);
  if (tooLong.length > 0)
    return { status: 'broken', words: tooLong.map((window) => `${windowWords(window, record, actedAtMs)}; ${allowed}`) };
  const open = record.outages.filter((window) => window.open);
  if (open.length > 0) {
    // It may go on as long as it likes once nobody looks.
    return { status: 'unknown', words: open.map((window) => `${windowWords(window, record, actedAtMs)}; ${allowed}`) };
  }
  const resolutionMs = settleMs(record.ratePerSecond);
  const blind = (record.unmeasured ?? []).filter(({ fromMs, toMs }) => toMs - fromMs > resolutionMs);
  const hidden = merged([...blind, ...record.outages], resolutionMs)
    .filter((span) => span.toMs - span.fromMs > limitMs)
    .filter((span) => blind.some(({ fromMs }) => span.fromMs <= fromMs && fromMs < span.toMs));
  if (hidden.length > 0) {
    const words = hidden.map((span) => `an outage may have gone unseen ${placeWords(span, record, actedAtMs)}: not measured; ${allowed}`);
    return { status: 'unknown', words };
  }
  const longest =
    record.outages.length === 0 ? 'no step failed' : `the longest outage took ${formatDuration(record.longestGapMs)}; ${allowed}`;
  return { status: 'held', words: [longest] };
}

function judgeAvailability({ phases }: Judged, least: number): Answer {
  const measured = phases.filter(isDecisive);
  const attempts = measured.reduce((sum, phase) => sum + phase.attempts, 0);
  const good = attempts - measured.reduce((sum, { failed }) => sum + failed, 0);
  const lengthMs = measured.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const unknownMs = measured.reduce((sum, phase) => sum + phase.unknownMs, 0);
  const when = measured.some(({ phase }) => phase === 'during') ? ' while the fault lasted' : '';
  const allowed = `allowed is no less than ${formatPercent(least)}`;
  if (attempts === 0) return { status: 'unknown', words: [`availability${when} was not measured; ${allowed}`] };
  const share = good / attempts;
  const words = [`${formatPercent(share)} available${when}; ${allowed}`];
  if (share < least) return { status: 'broken', words };
  const worst = lengthMs === 0 ? share : share * (1 - unknownMs / lengthMs);
  if (worst >= least) return { status: 'held', words };
  const unknown = `${formatPercent(share)} available${when}, but ${formatDuration(unknownMs)} of it were not measured; ${allowed}`;
  return { status: 'unknown', words: [unknown] };
}

const isDecisive = ({ phase }: PhaseFigures): boolean => phase === 'during' || phase === 'whole';

/** A fault during which nothing was sent has not been looked at, whatever the limits are. */
function blindPhases({ phases, ratePerSecond }: Judged): Answer[] {
  return phases
    .filter((phase) => isDecisive(phase) && phase.attempts === 0 && phase.toMs - phase.fromMs > settleMs(ratePerSecond))
    .map(({ phase }) => ({
      status: 'unknown',
      words: [phase === 'during' ? 'nothing was measured while the fault lasted' : 'nothing was measured'],
    }));
}

/** A limit that is longer than the measurement allows much, but not that nothing ever works. */
function neverWell({ phases }: Judged): Answer[] {
  const attempts = phases.reduce((sum, phase) => sum + phase.attempts, 0);
  const failed = phases.reduce((sum, phase) => sum + phase.failed, 0);
  return attempts > 0 && failed === attempts ? [{ status: 'broken', words: ['not one step went well'] }] : [];
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

function merged(spans: readonly Span[], apartMs: number): Span[] {
  const result: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = result.at(-1);
    if (last !== undefined && fromMs <= last.toMs + apartMs) last.toMs = Math.max(last.toMs, toMs);
    else result.push({ fromMs, toMs });
  }
  return result;
}

function windowWords(window: OutageWindow, record: Judged, actedAtMs: number | undefined): string {
  const open = window.open ? ', not over yet' : '';
  return `an outage of ${formatDuration(window.toMs - window.fromMs)}, ${placeWords(window, record, actedAtMs)}${open} (${listInWords(window.services)})`;
}

/** Where a span lies: relative to the fault, else to the beginning of the measurement. */
function placeWords({ fromMs, toMs }: Span, record: Judged, actedAtMs: number | undefined): string {
  const zeroMs = actedAtMs ?? record.fromMs;
  const words = (atMs: number): string => formatDuration(Math.abs(atMs - zeroMs));
  if (actedAtMs === undefined) return `from ${words(fromMs)} to ${words(toMs)} of the measurement`;
  if (toMs <= zeroMs) return `from ${words(fromMs)} to ${words(toMs)} before the fault`;
  if (fromMs < zeroMs) return `there already ${words(fromMs)} before the fault, until ${words(toMs)} after it`;
  return `from ${words(fromMs)} to ${words(toMs)} after the fault`;
}
