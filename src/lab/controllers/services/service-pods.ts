/** Which pods each Service selects, kept up to date from the watches so that no sync searches all pods. */
import { matchesLabels, type Pod, type Service } from '../../../kubernetes/index.ts';
import type { LabApi, StoreEvent } from '../../kube-api/index.ts';
import { keyOf } from '../runtime/pods.ts';

export class ServicePods {
  readonly #services = new Map<string, Map<string, Service>>();
  readonly #pods = new Map<string, Set<string>>();

  /** Result: the keys of the services to look at. */
  noteService(api: LabApi, { type, object }: StoreEvent<Service>): readonly string[] {
    const namespace = object.metadata.namespace ?? '';
    const services = this.#services.get(namespace) ?? new Map<string, Service>();
    this.#services.set(namespace, services);
    const key = keyOf(object);
    if (type === 'DELETED') {
      services.delete(key);
      this.#pods.delete(key);
      return [key];
    }
    services.set(key, object);
    const pods = api.list<Pod>('Pod', { namespace }).filter((pod) => matchesLabels(object.spec?.selector, pod.metadata.labels));
    this.#pods.set(key, new Set(pods.map(({ metadata }) => metadata.name)));
    return [key];
  }

  notePod({ type, object, previous }: StoreEvent<Pod>): readonly string[] {
    const touched: string[] = [];
    for (const [key, service] of this.#services.get(object.metadata.namespace ?? '') ?? []) {
      const names = this.#pods.get(key);
      const matches = matchesLabels(service.spec?.selector, object.metadata.labels);
      const matched = previous !== undefined && matchesLabels(service.spec?.selector, previous.metadata.labels);
      if (!matches && !matched) continue;
      if (matches && type !== 'DELETED') names?.add(object.metadata.name);
      else names?.delete(object.metadata.name);
      touched.push(key);
    }
    return touched;
  }

  podsOf(api: LabApi, service: Service): readonly Pod[] {
    const names = [...(this.#pods.get(keyOf(service)) ?? [])].sort();
    return names.flatMap((name) => api.get<Pod>('Pod', service.metadata.namespace, name) ?? []);
  }
}
