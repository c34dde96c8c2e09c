import type { Journal } from '../experiment/index.ts';
import type { JourneyRecord, OutageWindow, PhaseFigures } from '../journeys/index.ts';
import type { JournalSections, RunFigures } from './types.ts';

/** The worst outage of a run: the longest, over all journeys. */
export function worstOutage(journeys: readonly JourneyRecord[]): OutageWindow | undefined {
  const all = journeys.flatMap(({ outages }) => outages);
  return all.toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))[0];
}

/** The figures that headlines and comparisons are made of. What no journey measured is undefined, never 0. */
export function runFigures(journal: Journal, sections: JournalSections): RunFigures {
  const journeys = sections.journeys ?? [];
  const phases = journeys.flatMap((journey) => journey.phases.filter(({ phase }) => phase === 'during' || phase === 'whole'));
  const attempts = sum(phases, ({ attempts }) => attempts);
  const worst = worstOutage(journeys);
  const hit = journeys.flatMap(({ byService }) => byService.filter(({ failed }) => failed > 0)).toSorted((a, b) => b.failed - a.failed);
  const measured = journeys.some(({ phases }) => phases.some((phase) => phase.attempts > 0));
  const slowest = phases.flatMap(({ latencyMs }) => (latencyMs === undefined ? [] : [latencyMs.p95]));
  return {
    outageMs: measured ? (worst === undefined ? 0 : worst.toMs - worst.fromMs) : undefined,
    failingShare: worst === undefined ? undefined : worst.failed / Math.max(worst.failed, worst.attempts ?? worst.failed),
    availability: attempts === 0 ? undefined : 1 - sum(phases, ({ failed }) => failed) / attempts,
    p95Ms: slowest.length === 0 ? undefined : Math.max(...slowest),
    unknownMs: measured ? sum(phases, ({ unknownMs }) => unknownMs) : undefined,
    servicesHit: [...new Set(hit.map(({ service }) => service))],
    deviated: journal.deviated,
  };
}

function sum(phases: readonly PhaseFigures[], of: (phase: PhaseFigures) => number): number {
  return phases.reduce((total, phase) => total + of(phase), 0);
}
