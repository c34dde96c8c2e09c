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
    const predictedMs = lengthUntilReturn(span, fault);
    return [measuredRow(service, impact?.down === undefined ? 'some requests failed' : 'no answer', predictedMs, longest(row?.outages))];
  });
}

function journeyRows(prediction: Prediction, journeys: readonly JourneyRecord[], fault: FaultSpan): MeasuredRow[] {
  return prediction.journeys.flatMap(({ journey, down, because }) => {
    const record = journeys.find((candidate) => candidate.journey === journey);
    if (record === undefined) return [];
    // A journey that is only impaired is so as long as the services on its path are.
    const impaired = prediction.services
      .filter(({ service }) => because.includes(service))
      .map(({ partial }) => lengthUntilReturn(partial, fault));
    const predictedMs = down === undefined ? Math.max(0, ...impaired) : lengthUntilReturn(down, fault);
    return [measuredRow(journey, down === undefined ? 'journey impaired' : 'journey broken', predictedMs, longest(record.outages))];
  });
}

function measuredRow(subject: string, what: string, predictedMs: number, measuredMs: number | undefined): MeasuredRow {
  if (measuredMs === undefined) return { subject, what, predictedMs, measuredMs, agreement: 'unknown' };
  const apart = Math.abs(predictedMs - measuredMs);
  const close = apart <= CLOSE_MS || apart <= CLOSE_SHARE * Math.max(predictedMs, measuredMs);
  return { subject, what, predictedMs, measuredMs, agreement: close ? 'close' : 'off' };
}

/** Milliseconds; 0 = predicted not to be felt. */
function lengthUntilReturn(span: Span | undefined, fault: FaultSpan): number {
  if (span === undefined) return 0;
  const returned = fault.undoneAtMs === undefined ? Infinity : fault.undoneAtMs - fault.atMs;
  const toMs = Math.min(span.toMs ?? Infinity, returned);
  return Number.isFinite(toMs) ? Math.max(0, toMs - span.fromMs) : 0;
}

function longest(windows: readonly OutageWindow[] | undefined): number | undefined {
  return windows === undefined ? undefined : Math.max(0, ...windows.map(({ fromMs, toMs }) => toMs - fromMs));
}
