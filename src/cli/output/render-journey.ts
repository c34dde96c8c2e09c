import { formatDuration, formatPercent } from '../../base/index.ts';
import type { JourneyRecord } from '../../journeys/index.ts';
import { latencyInWords, VERDICT_WORDS } from '../../report/index.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

/** Figures per phase, then the outages as a user felt them, with the service behind each. */
export function renderJourney(record: JourneyRecord, style: Style): string {
  // A phase that took no time says nothing: the run ended with the one before.
  const rows = record.phases
    .filter(lasted)
    .map((phase) => [
      phase.phase,
      String(phase.attempts),
      phase.failed > 0 ? style.bad(String(phase.failed)) : '0',
      phase.availability === undefined ? style.warn('unknown') : formatPercent(phase.availability),
      phase.latencyMs === undefined ? '-' : [phase.latencyMs.p50, phase.latencyMs.p95, phase.latencyMs.p99].map(latencyInWords).join(' / '),
      phase.unknownMs > 0 ? style.warn(formatDuration(phase.unknownMs)) : '-',
    ]);
  return [
    style.bold(`Journey ${record.journey}`),
    renderTable(['PHASE', 'STEPS', 'FAILED', 'AVAILABLE', 'P50 / P95 / P99', 'NOT MEASURED'], rows),
    ...outages(record, style),
    ...verdictLine(record, style),
  ].join('\n');
}

const lasted = ({ fromMs, toMs, attempts }: JourneyRecord['phases'][number]): boolean => toMs > fromMs || attempts > 0;

function verdictLine({ verdict }: JourneyRecord, style: Style): string[] {
  if (verdict === undefined) return [];
  const { word, tone } = VERDICT_WORDS[verdict.status];
  const paint = tone === 'good' ? style.good : tone === 'bad' ? style.bad : style.warn;
  return [`${paint(capitalised(word))}: ${verdict.reasons.join('; ')}.`];
}

const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function outages(record: JourneyRecord, style: Style): string[] {
  if (record.outages.length === 0) return [style.good('No step failed.')];
  const lines = record.outages.slice(0, 8).map((outage) => {
    const from = formatDuration(outage.fromMs - record.fromMs);
    const length = formatDuration(outage.toMs - outage.fromMs);
    return `  ${style.bad('outage')} at ${from}, for ${length}${outage.open ? ' (not over)' : ''}: ${outage.failed} failed, ${outage.services.join(', ')}`;
  });
  const more = record.outages.length > 8 ? [`  … and ${record.outages.length - 8} more`] : [];
  return [...lines, ...more, `Longest outage: ${formatDuration(record.longestGapMs)}.`];
}
