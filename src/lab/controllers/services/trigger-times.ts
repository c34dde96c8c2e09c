/** Since when a Service's endpoints are out of date: the annotation by which programming latency is measured. Source: endpointslice/util/trigger_time_tracker.go, 1.36. */
import type { Pod, Service } from '../../../kubernetes/index.ts';
import { keyOf } from '../runtime/pods.ts';

const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time';

interface Known {
  readonly service: string;
  readonly pods: ReadonlyMap<string, string>;
}

export class TriggerTimes {
  readonly #known = new Map<string, Known>();

  /** The earliest of the changes since the last call: of the service (its making) or of a pod (its Ready condition); undefined when there was none. */
  note(service: Service, pods: readonly Pod[]): string | undefined {
    const key = keyOf(service);
    const before = this.#known.get(key);
    const times = new Map<string, string>();
    const changed: string[] = [];
    for (const { metadata, status } of pods) {
      const time = status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
      if (time === undefined) continue;
      times.set(metadata.name, time);
      // A pod that was known keeps its time; RFC 3339 in UTC sorts as text.
      if (time > (before?.pods.get(metadata.name) ?? '')) changed.push(time);
    }
    const made = service.metadata.creationTimestamp ?? '';
    if (made > (before?.service ?? '')) changed.push(made);
    this.#known.set(key, { service: made, pods: times });
    return changed.sort()[0];
  }

  forget(key: string): void {
    this.#known.delete(key);
  }
}

/** Sets the annotation on what is about to be written, or takes it away when nothing triggered the write. */
export function markChange(metadata: { annotations?: Record<string, string> }, time: string | undefined): void {
  const { [LAST_CHANGE]: _before, ...others } = metadata.annotations ?? {};
  const annotations = time === undefined ? others : { ...others, [LAST_CHANGE]: time };
  if (Object.keys(annotations).length > 0) metadata.annotations = annotations;
  else delete metadata.annotations;
}
