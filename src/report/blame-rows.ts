import { plural } from '../base/index.ts';
import type { BlameRow, FaultSpan, JournalSections, SpreadSection } from './types.ts';
import { predictionOf } from './what-if-rows.ts';
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
  const faults = sections.faults ?? [];
  if (faults.length === 0 || sections.spread === undefined) return '';
  const lost = workloadsLost(sections.spread, faults);
  const own = sections.spread.workloads.find((workload) => belongs(workload, service));
  if (own !== undefined && lost.includes(own)) return `all pods of ${own.name} (${plural(own.replicas, 'replica')}) sat on the node`;
  const taken = new Set(faults.map(({ node }) => node));
  const there = sections.spread.nodes.reduce((sum, { name }, index) => sum + (taken.has(name) ? (own?.perNode[index] ?? 0) : 0), 0);
  if (own !== undefined && there > 0) return `${there} of ${plural(own.replicas, 'pod')} sat on the node`;
  const needs = predictionOf(sections.prediction ?? [], faults)?.services.find((impact) => impact.service === service)?.brokenBy?.services;
  if (needs !== undefined) return `needs ${someOf(shortNames(needs))}, which ${needs.length === 1 ? 'was' : 'were'} lost with the node`;
  // What no journey goes to by itself, a database say, is felt through the services that need it.
  const visited = (sections.journeys ?? []).flatMap(({ byService }) => byService.map((row) => row.service));
  const behind = lost.filter((workload) => !visited.some((id) => belongs(workload, id))).map(({ name }) => name);
  if (behind.length > 0) return `probably needs what was lost with the node: ${someOf(behind)}`;
  return own === undefined ? 'not known: no workload is known to stand behind it' : 'not known: none of its pods sat on the node';
}

/** By the Services that are known of it, else by name: `search` and `search-deploy`, but not `search-function-deploy`. */
function belongs({ name, services }: SpreadSection['workloads'][number], service: string): boolean {
  if (services !== undefined) return services.includes(service);
  const [short = service] = shortNames([service]);
  return name === short || /^-(deploy|deployment|app|svc|service)$/.test(name.startsWith(short) ? name.slice(short.length) : '');
}
