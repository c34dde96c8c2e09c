/** Writes Event objects as client-go's recorder does: repeats are counted, floods are combined or dropped. */
import type { Clock } from '../../../base/index.ts';
import type { Event, KubeObject } from '../../../kubernetes/index.ts';
import { ApiError, type LabApi } from '../../kube-api/index.ts';
import { timestamp } from './time.ts';

export interface EventRecorder {
  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

interface Similar {
  readonly messages: Set<string>;
  lastMs: number;
}

interface Written {
  readonly namespace: string;
  readonly name: string;
  readonly lastMs: number;
}

// Source: client-go tools/record/events_cache.go (defaults of the aggregator and of the spam filter).
const SIMILAR_LIMIT = 10;
const SIMILAR_INTERVAL_MS = 600_000;
const BURST = 25;
const REFILL_PER_MS = 1 / 300_000;
/** How many entries each memory of a recorder keeps; the oldest go first. */
const MEMORY = 4096;
/** After so long without a repeat, the newer API begins another event. Source: client-go tools/events, finishTime. */
const SERIES_MS = 360_000;

/**
 * One recorder per component, as each process has its own memory of what it wrote.
 *
 * `perVersion`: the newer events API, as the scheduler uses it: events about the same version of an object are repeats of the first, whatever they say,
 * others never.
 */
export function createEventRecorder(
  api: LabApi,
  clock: Clock,
  component: string,
  { perVersion = false }: { readonly perVersion?: boolean } = {},
): EventRecorder {
  const similar = new Map<string, Similar>();
  const written = new Map<string, Written>();
  const tokens = new Map<string, { left: number; atMs: number }>();

  const isSpam = (key: string): boolean => {
    const bucket = tokens.get(key) ?? { left: BURST, atMs: clock.now() };
    const left = Math.min(BURST, bucket.left + (clock.now() - bucket.atMs) * REFILL_PER_MS);
    const spam = left < 1;
    remember(tokens, key, { left: spam ? left : left - 1, atMs: clock.now() });
    return spam;
  };
  const combined = (key: string, message: string): boolean => {
    const known = similar.get(key);
    const entry = known && clock.now() - known.lastMs <= SIMILAR_INTERVAL_MS ? known : { messages: new Set<string>(), lastMs: 0 };
    entry.lastMs = clock.now();
    entry.messages.add(message);
    remember(similar, key, entry);
    return entry.messages.size >= SIMILAR_LIMIT;
  };
  return {
    event(object, type, reason, message) {
      const { uid = '', name, namespace, resourceVersion = '' } = object.metadata;
      const group = [object.kind, namespace, name, uid, perVersion ? resourceVersion : ''].join('/');
      const isCombined = !perVersion && combined(`${group}/${type}/${reason}`, message);
      if (!perVersion && isSpam(group)) return;
      const text = isCombined ? `(combined from similar events): ${message}` : message;
      const key = `${group}/${type}/${reason}/${perVersion ? '' : isCombined ? '(combined)' : message}`;
      const known = written.get(key);
      const before = perVersion && known && clock.now() - known.lastMs > SERIES_MS ? undefined : known;
      const isRepeat = before && repeat(api, clock, before, perVersion ? undefined : text);
      const made = isRepeat ? before : writeEvent(api, clock, { object, type, reason, message: text, component });
      if (made) remember(written, key, { ...made, lastMs: clock.now() });
    },
  };
}

function remember<T>(memory: Map<string, T>, key: string, entry: T): void {
  memory.delete(key);
  memory.set(key, entry);
  const [oldest] = memory.size > MEMORY ? memory.keys() : [];
  if (oldest !== undefined) memory.delete(oldest);
}

/** `message`: replaces the event's own. */
function repeat(api: LabApi, clock: Clock, { namespace, name }: Written, message: string | undefined): boolean {
  const changed = api.modify<Event>('Event', namespace, name, (draft) => {
    draft.count = (draft.count ?? 1) + 1;
    draft.lastTimestamp = timestamp(clock.now());
    if (message !== undefined) draft.message = message;
  });
  return changed !== undefined;
}

interface EventInput {
  readonly object: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
}

let sequence = 0;

function writeEvent(
  api: LabApi,
  clock: Clock,
  { object, type, reason, message, component }: EventInput,
): Omit<Written, 'lastMs'> | undefined {
  const { name, uid, resourceVersion } = object.metadata;
  const namespace = object.metadata.namespace ?? 'default';
  const now = timestamp(clock.now());
  // The real name ends in the time in nanoseconds, in hex; a count keeps names of one moment apart.
  sequence += 1;
  const suffix = (BigInt(Math.round(clock.now() * 1000)) * 1000n + BigInt(sequence % 1000)).toString(16);
  const event: Event = {
    metadata: { name: `${name}.${suffix}`, namespace },
    involvedObject: {
      kind: object.kind ?? '',
      ...(object.metadata.namespace === undefined ? {} : { namespace }),
      name,
      ...(object.kind === 'Node' ? { uid: name } : uid === undefined ? {} : { uid }),
      apiVersion: object.apiVersion ?? 'v1',
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    type,
    reason,
    message,
    source: { component },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    reportingComponent: component,
    reportingInstance: '',
  };
  try {
    api.create<Event>('Event', event);
    return { namespace, name: event.metadata.name };
  } catch (error) {
    // An event about a namespace that is going away can not be kept; nothing else depends on it.
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
