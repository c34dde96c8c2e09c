/** Compares what happened with what was recorded: per subject the same events in the same order, each near its time. */
import type { GoldenCase } from '../golden-suite.ts';
import type { RecordedEvent, Recording } from './recording.ts';

const COMPARED_ACTIONS = new Set(['evict']);

/** Order within one track is compared; between tracks (within a burst) it is free. */
const trackOf = ({ kind, name = '', what, type, pod }: RecordedEvent): string =>
  [kind, name, what === 'condition' ? `condition ${String(type)}` : kind === 'Event' ? '' : kind === 'EndpointSlice' ? String(pod) : kind === 'Pod' && what === 'disruptionTarget' ? what : kind === 'Node' && what.startsWith('taint') ? 'taint' : ''].join(' ').trim();

function textOf(event: RecordedEvent): string {
  const { t: _, kind, what, body: __, ...details } = event;
  // The emulated kubelet's own words.
  if (kind === 'Node' && what === 'ready' && event['status'] === 'True') delete (details as Record<string, unknown>)['message'];
  // It gives no reason for a container that is not ready; ours does.
  if (kind === 'Pod' && what === 'ready' && event['reason'] === 'ContainersNotReady') delete (details as Record<string, unknown>)['reason'];
  const text = Object.keys(details)
    .filter((key) => key !== 'name')
    .sort()
    .map((key) => `${key}=${JSON.stringify(details[key])}`)
    .join(' ');
  return `${kind} ${event.name ?? ''} ${what} ${text}`;
}

const isCompared = ({ kind, what, t }: RecordedEvent): boolean =>
  kind !== 'Action' && (kind !== 'ActionDone' || COMPARED_ACTIONS.has(what)) && t >= 0;

/** One case per event that was recorded or that happened without being recorded. */
export function* compare(recording: Recording, happened: readonly RecordedEvent[]): Iterable<GoldenCase> {
  const area = recording.name;
  const toleranceSeconds = recording.timing.nodeMonitorPeriodSeconds;
  const expected = byTrack(recording.events.filter(isCompared));
  const actual = byTrack(happened.filter((event) => isCompared(event) && event.t <= recording.observedUntil));
  for (const track of new Set([...expected.keys(), ...actual.keys()])) {
    const [wanted, got] = [expected.get(track) ?? [], actual.get(track) ?? []];
    for (const [want, have] of align(wanted, got, toleranceSeconds)) {
      const id = `${track} @ ${(want ?? have)?.t.toFixed(2)}`;
      if (want && have) yield { area, id, agreed: true };
      else if (want) yield { area, id, agreed: false, why: `did not happen: ${textOf(want)}` };
      else if (have) yield { area, id, agreed: false, why: `was not recorded: ${textOf(have)}` };
    }
  }
}

function byTrack(events: readonly RecordedEvent[]): ReadonlyMap<string, readonly RecordedEvent[]> {
  const tracks = new Map<string, RecordedEvent[]>();
  for (const event of events) tracks.set(trackOf(event), [...(tracks.get(trackOf(event)) ?? []), event]);
  return tracks;
}

/** The longest common subsequence; what is left stands alone. */
function align(
  a: readonly RecordedEvent[],
  b: readonly RecordedEvent[],
  toleranceSeconds: number,
): readonly (readonly [RecordedEvent | undefined, RecordedEvent | undefined])[] {
  const [x, y] = [a.map(textOf), b.map(textOf)];
  const isSame = (i: number, j: number): boolean => x[i] === y[j] && Math.abs((a[i]?.t ?? 0) - (b[j]?.t ?? 0)) <= toleranceSeconds;
  const table = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = table[i] ?? [];
    for (let j = b.length - 1; j >= 0; j--) row[j] = isSame(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const pairs: [RecordedEvent | undefined, RecordedEvent | undefined][] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && isSame(i, j)) pairs.push([a[i++], b[j++]]);
    else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) pairs.push([a[i++], undefined]);
    else pairs.push([undefined, b[j++]]);
  }
  return pairs;
}
