import type { JourneyRecord, OutageWindow } from '../journeys/index.ts';
import type { Prediction, Span } from '../whatif/index.ts';
import type { FaultSpan, JournalSections, MeasuredRow } from './types.ts';
import { predictionOf } from './what-if-rows.ts';

/** Within this share, or this time, a prediction counts as close. */
const CLOSE_SHARE = 0.15;
const CLOSE_MS = 15_000;

/**
 * Prediction beside measurement for the failure that happened: per service and per journey, how long it was out of order.
 * What was predicted to last until the node returns is cut at its return; what no journey goes through is not measured.
 */
export function measuredRows(sections: JournalSections): MeasuredRow[] {
  const faults = sections.faults ?? [];
  const journeys = sections.journeys ?? [];
  const prediction = predictionOf(sections.prediction ?? [], faults);
  const [first] = faults;
  if (prediction === undefined || first === undefined || journeys.length === 0) return [];
  return [...serviceRows(prediction, journeys, first), ...journeyRows(prediction, journeys, first)];
}

function serviceRows(prediction: Prediction, journeys: readonly JourneyRecord[], fault: FaultSpan): MeasuredRow[] {
  const measured = new Map(journeys.flatMap(({ byService }) => byService.map((row) => [row.service, row] as const)));
  const names = new Set([...prediction.services.map(({ service }) => service), ...measured.keys()]);
  return [...names].flatMap((service) => {
    const impact = prediction.services.find((candidate) => candidate.service === service);
    const row = measured.get(service);
    if (impact === undefined && (row === undefined || row.failed === 0)) return [];
    const span = impact?.down ?? impact?.partial;
    if (span === undefined && (row?.failed ?? 0) === 0) return [];
    const what = impact?.down === undefined ? 'some requests failed' : 'no answer';
    return [measuredRow({ subject: service, what, predicted: untilReturn(span, fault) }, longest(row?.outages))];
  });
}

function journeyRows(prediction: Prediction, journeys: readonly JourneyRecord[], fault: FaultSpan): MeasuredRow[] {
  return prediction.journeys.flatMap(({ journey, down, because }) => {
    const record = journeys.find((candidate) => candidate.journey === journey);
    if (record === undefined) return [];
    // A journey that is only impaired is so as long as the services on its path are.
    const spans =
      down === undefined ? prediction.services.filter(({ service }) => because.includes(service)).map(({ partial }) => partial) : [down];
    const predicted = spans.map((span) => untilReturn(span, fault)).toSorted((a, b) => b.ms - a.ms)[0] ?? NOT_FELT;
    const what = down === undefined ? 'journey impaired' : 'journey broken';
    return [measuredRow({ subject: journey, what, predicted }, longest(record.outages))];
  });
}

/** A length, and what it would have been without the node's return when that cut it. */
interface Predicted {
  readonly ms: number;
  readonly uncutMs?: number | null;
}

const NOT_FELT: Predicted = { ms: 0 };

function measuredRow(
  { subject, what, predicted }: { readonly subject: string; readonly what: string; readonly predicted: Predicted },
  measuredMs: number | undefined,
): MeasuredRow {
  const { ms: predictedMs, uncutMs } = predicted;
  const row = { subject, what, predictedMs, ...(uncutMs !== undefined && { uncutMs }), measuredMs };
  if (measuredMs === undefined) return { ...row, agreement: 'unknown' };
  const apart = Math.abs(predictedMs - measuredMs);
  const close = apart <= CLOSE_MS || apart <= CLOSE_SHARE * Math.max(predictedMs, measuredMs);
  return { ...row, agreement: close ? 'close' : 'off' };
}

function untilReturn(span: Span | undefined, fault: FaultSpan): Predicted {
  if (span === undefined) return NOT_FELT;
  const returned = fault.undoneAtMs === undefined ? Infinity : fault.undoneAtMs - fault.atMs;
  const toMs = Math.min(span.toMs ?? Infinity, returned);
  const ms = Number.isFinite(toMs) ? Math.max(0, toMs - span.fromMs) : 0;
  if (span.toMs !== undefined && span.toMs <= returned) return { ms };
  return { ms, uncutMs: span.toMs === undefined ? null : span.toMs - span.fromMs };
}

function longest(windows: readonly OutageWindow[] | undefined): number | undefined {
  return windows === undefined ? undefined : Math.max(0, ...windows.map(({ fromMs, toMs }) => toMs - fromMs));
}
