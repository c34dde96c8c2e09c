import { formatDuration, formatPercent, listInWords } from '../base/index.ts';
import type { Journal } from '../experiment/index.ts';
import { worstOutage } from './run-figures.ts';
import type { JournalSections, RunFigures, RunReport } from './types.ts';
import { shortNames, someOf } from './words.ts';

/** What went down, as the subject of a sentence: `node …vmss000009 down`. */
function whatFailed(sections: JournalSections): string {
  const nodes = [...new Set((sections.faults ?? []).map(({ node }) => node))];
  if (nodes.length === 0) return 'the fault';
  return nodes.length === 1 ? 'one node down' : `${nodes.length} nodes down`;
}

/** A service counts as down rather than impaired when nearly all of its requests fail. */
const DOWN_SHARE = 0.9;

/** What the failure did to the application, in one sentence without the run's label. */
export function summaryOf(journal: Journal, sections: JournalSections, figures: RunFigures, outcome: RunReport['outcome']): string {
  const cause = whatFailed(sections);
  const faults = sections.faults ?? [];
  if (faults.length === 0 && ['refused', 'gate-not-met'].includes(journal.evenkeel?.outcome ?? ''))
    return `${outcome.word}: nothing was broken.`;
  if (figures.outageMs === undefined) {
    const probes = failedProbes(journal);
    if (!figures.deviated) return `${outcome.word}; no journey was measured, so what users saw is not known.`;
    return `the steady state deviated${probes.length === 0 ? '' : ` at ${someOf(probes)}`}; no journey was measured, so how long users were without is not known.`;
  }
  const unknown = (sections.journeys ?? []).some(({ verdict }) => verdict?.status === 'unknown');
  if (figures.outageMs === 0 && unknown) return `whether ${cause} was felt is not known: not one step failed of those that were measured.`;
  if (figures.outageMs === 0) return `${cause} was not felt: not one step of a journey failed.`;
  const beganMs = worstOutage(sections.journeys ?? [])?.fromMs ?? 0;
  const firstFaultMs = Math.min(...faults.map(({ atMs }) => atMs));
  if (faults.length > 0 && beganMs < firstFaultMs) {
    return `users were without ${someOf(shortNames(figures.servicesHit))} for ${formatDuration(figures.outageMs)}, and were so already ${formatDuration(firstFaultMs - beganMs)} before the fault.`;
  }
  const lasting = formatDuration(figures.outageMs);
  const where = figures.servicesHit.length === 0 ? '' : ` (${someOf(shortNames(figures.servicesHit))})`;
  if ((figures.failingShare ?? 1) >= DOWN_SHARE) {
    const measured = new Set((sections.journeys ?? []).flatMap(({ byService }) => byService.map(({ service }) => service)));
    if (measured.size === figures.servicesHit.length) return `${cause} took the application down for ${lasting}${where}.`;
    return `${cause} left users without ${someOf(shortNames(figures.servicesHit))} for ${lasting}.`;
  }
  return `${cause} made ${formatPercent(figures.failingShare ?? 1)} of the requests to ${listInWords(shortNames(figures.servicesHit).slice(0, 3))} fail for ${lasting}.`;
}

function failedProbes(journal: Journal): string[] {
  const after = journal.steady_states.after?.probes ?? [];
  return after.filter((probe) => probe.tolerance_met === false).map(({ activity }) => activity.name ?? activity.ref ?? 'a probe');
}
