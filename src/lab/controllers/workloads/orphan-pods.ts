/** Names of the pods without a controller, by namespace, so that nobody searches all pods for them. */
import type { Pod } from '../../../kubernetes/index.ts';
import type { StoreEvent } from '../../kube-api/index.ts';
import { controllerOf } from '../runtime/pods.ts';

export class OrphanPods {
  readonly #names = new Map<string, Set<string>>();

  note({ type, object }: StoreEvent<Pod>): void {
    const namespace = object.metadata.namespace ?? '';
    const names = this.#names.get(namespace) ?? new Set();
    if (type !== 'DELETED' && controllerOf(object) === undefined) names.add(object.metadata.name);
    else names.delete(object.metadata.name);
    this.#names.set(namespace, names);
  }

  in(namespace: string): Iterable<string> {
    return this.#names.get(namespace) ?? [];
  }
}
