import { formatDuration } from '../../base/index.ts';
import type { JourneyRecord } from '../../journeys/index.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

/** Figures per phase, then the outages as a user felt them, with the service behind each. */
export function renderJourney(record: JourneyRecord, style: Style): string {
  const rows = record.phases.map((phase) => [
    phase.phase,
    String(phase.attempts),
    phase.failed > 0 ? style.bad(String(phase.failed)) : '0',
    phase.availability === undefined ? style.warn('unknown') : percent(phase.availability),
    phase.latencyMs === undefined
      ? '-'
      : `${Math.round(phase.latencyMs.p50)} / ${Math.round(phase.latencyMs.p95)} / ${Math.round(phase.latencyMs.p99)} ms`,
    phase.unknownMs > 0 ? style.warn(formatDuration(phase.unknownMs)) : '-',
  ]);
  return [
    style.bold(`Journey ${record.journey}`),
    renderTable(['PHASE', 'STEPS', 'FAILED', 'AVAILABLE', 'P50 / P95 / P99', 'NOT MEASURED'], rows),
    ...outages(record, style),
  ].join('\n');
}

/** `99.3 %`; never rounded up to 100 when something failed. */
export function percent(share: number): string {
  if (share === 1) return '100 %';
  return `${Math.min(99.99, share * 100).toFixed(share > 0.99 ? 2 : 1)} %`;
}

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
