/** Members that Go writes as `null`: times that are plain structs, which `omitempty` does not leave out. Source: api core/v1 and events/v1 types, 1.36. */
import { isObject, type Json } from '../json.ts';

/** Conditions of these kinds carry the time of the last probe. */
const PROBED = ['Job', 'PersistentVolumeClaim', 'Pod'];

const written = new WeakMap<Json, Json>();

/** The object with its empty times; the same answer for the same (frozen) object. */
export function asGoWrites(object: Json): Json {
  const kind = typeof object['kind'] === 'string' ? object['kind'] : '';
  if (kind !== 'Event' && !PROBED.includes(kind)) return object;
  const known = written.get(object);
  if (known !== undefined) return known;
  const made = kind === 'Event' ? withEventTimes(object) : withProbeTimes(object);
  written.set(object, made);
  return made;
}

function withEventTimes(object: Json): Json {
  const isCore = object['apiVersion'] === 'v1';
  const [first, last] = isCore ? ['firstTimestamp', 'lastTimestamp'] : ['deprecatedFirstTimestamp', 'deprecatedLastTimestamp'];
  return { ...object, [first]: object[first] ?? null, [last]: object[last] ?? null, eventTime: object['eventTime'] ?? null };
}

function withProbeTimes(object: Json): Json {
  const status = object['status'];
  if (!isObject(status) || !Array.isArray(status['conditions'])) return object;
  const conditions = status['conditions'].map((item: unknown) => {
    if (!isObject(item)) return item;
    const { lastProbeTime = null, lastTransitionTime = null, ...rest } = item;
    return { ...rest, lastProbeTime, lastTransitionTime };
  });
  return { ...object, status: { ...status, conditions } };
}
