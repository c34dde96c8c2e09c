import { listInWords, plural } from '../base/index.ts';
import { shortNames } from '../cluster/index.ts';
import type { ClusterModel } from '../cluster/index.ts';
import { later } from './notice-times.ts';
import type { Moment, NodeNotice } from './notice-times.ts';
import type { PodFate, TimelineEntry } from './types.ts';

const MOST_NAMES = 4;

/** What happens after a failure, in order of time. What follows from noticing is as uncertain as the noticing. */
export function timelineOf(model: ClusterModel, notices: readonly NodeNotice[], fates: readonly PodFate[]): TimelineEntry[] {
  const short = shortNames(model.nodes.map(({ name }) => name));
  const nodes = listInWords(notices.map(({ node }) => short(node)));
  const verb = notices.length === 1 ? 'stops' : 'stop';
  const [first] = notices;
  if (first === undefined) return [];
  const certain = (atMs: number): Moment => ({ atMs, earliestMs: atMs, latestMs: atMs });
  const follows = (atMs: number): Moment => later(first.notReady, atMs - first.notReady.atMs);
  const lost = fates.filter(({ fate }) => fate !== 'stays');
  const entries: TimelineEntry[] = [
    { ...certain(0), what: `${nodes} ${verb}; connections to ${plural(lost.length, 'pod')} hang` },
    { ...first.notReady, what: `${nodes} NotReady; the lost pods leave their services` },
  ];
  const late = notices.filter(({ noExecute }) => noExecute !== undefined && noExecute.atMs - first.notReady.atMs > 5_000);
  for (const { node, noExecute } of late)
    if (noExecute !== undefined) entries.push({ ...noExecute, what: `${short(node)} is marked for eviction` });
  const never = notices.filter(({ noExecute }) => noExecute === undefined).map(({ node }) => short(node));
  if (never.length > 0) {
    entries.push({ ...first.notReady, what: `too many nodes are lost: nothing is evicted from ${listInWords(never)}` });
  }
  for (const [atMs, group] of groupBy(lost, ({ evictedAtMs }) => evictedAtMs)) {
    entries.push({
      ...follows(atMs),
      what: `${plural(group.length, 'pod')} evicted from ${listInWords([...new Set(group.map(({ node }) => short(node)))])}`,
    });
  }
  const readyAt = ({ replacement }: PodFate): number | undefined => (replacement?.node === undefined ? undefined : replacement.readyAtMs);
  for (const [atMs, group] of groupBy(lost, readyAt)) entries.push({ ...follows(atMs), what: `replaced and ready: ${nameGroup(group)}` });
  const pending = lost.filter(({ fate }) => fate === 'pending');
  for (const [atMs, group] of groupBy(pending, ({ evictedAtMs }) => evictedAtMs)) {
    entries.push({ ...follows(atMs), what: `stays Pending: ${nameGroup(group)}` });
  }
  return entries.sort((a, b) => a.atMs - b.atMs);
}

function nameGroup(fates: readonly PodFate[]): string {
  const names = [...new Set(fates.map(({ workload }) => workload.split('/').at(-1) ?? workload))];
  return names.length <= MOST_NAMES ? listInWords(names) : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;
}

function groupBy(fates: readonly PodFate[], key: (fate: PodFate) => number | undefined): [number, PodFate[]][] {
  const groups = new Map<number, PodFate[]>();
  for (const fate of fates) {
    const at = key(fate);
    if (at !== undefined) groups.set(at, [...(groups.get(at) ?? []), fate]);
  }
  return [...groups];
}
