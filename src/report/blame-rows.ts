import { plural } from '../base/index.ts';
import type { BlameRow, FaultSpan, JournalSections, SpreadSection } from './types.ts';
import { shortNames, someOf } from './words.ts';

/** The services at which users met failures, the most failures first, each with what is known of the reason. */
export function blameRows(sections: JournalSections): BlameRow[] {
  const rows = (sections.journeys ?? []).flatMap((journey) =>
    journey.byService
      .filter(({ failed }) => failed > 0)
      .map(({ service, attempts, failed, outages }) => ({
        service,
        journey: journey.journey,
        attempts,
        failed,
        outageMs: Math.max(0, ...outages.map((window) => window.toMs - window.fromMs)),
        failure: journey.failures?.find((failure) => failure.service === service)?.failure ?? '',
        why: whyOf(service, sections),
      })),
  );
  return rows.toSorted((a, b) => b.outageMs - a.outageMs || b.failed - a.failed);
}

/** Workloads that had all of their pods on the nodes that went down. */
export function workloadsLost(spread: SpreadSection | undefined, faults: readonly FaultSpan[]): SpreadSection['workloads'] {
  if (spread === undefined) return [];
  const taken = new Set(faults.map(({ node }) => node));
  const gone = spread.nodes.map(({ name }) => taken.has(name));
  return spread.workloads.filter(({ perNode }) => {
    const total = perNode.reduce((sum, count) => sum + count, 0);
    return total > 0 && perNode.every((count, index) => count === 0 || gone[index] === true);
  });
}

function whyOf(service: string, sections: JournalSections): string {
  const [short = service] = shortNames([service]);
  const faults = sections.faults ?? [];
  const lost = workloadsLost(sections.spread, faults);
  const own = lost.find(({ name }) => name === short || name.startsWith(`${short}-`));
  if (own !== undefined) return `all pods of ${own.name} (${plural(own.replicas, 'replica')}) sat on the node`;
  const because = (sections.prediction ?? [])
    .filter(
      ({ failure }) => failure.nodes.length === faults.length && failure.nodes.every((node) => faults.some((fault) => fault.node === node)),
    )
    .flatMap(({ services }) => services.filter(({ down }) => down !== undefined).map(({ service: id }) => id));
  if (because.includes(service)) return 'predicted to lose all of its endpoints';
  const databases = lost.map(({ name }) => name);
  return databases.length === 0 ? '' : `needs something that was lost with the node (${someOf(databases)})`;
}
