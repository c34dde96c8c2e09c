import type { ContainerTarget } from '../kube-api/index.ts';
import type { Console } from './console.ts';

const keyOf = ({ namespace, pod, container }: ContainerTarget): string => `${namespace}/${pod}/${container}`;

/** The processes of a node's containers that can be talked to. */
export class Consoles {
  readonly #known = new Map<string, Console>();

  get(target: ContainerTarget): Console | undefined {
    return this.#known.get(keyOf(target));
  }

  set(target: ContainerTarget, process: Console): void {
    this.#known.set(keyOf(target), process);
  }

  /** The pod has gone. Until then who comes late still gets what was written. */
  forget(namespace: string, pod: string): void {
    for (const key of this.#known.keys()) if (key.startsWith(`${namespace}/${pod}/`)) this.#known.delete(key);
  }
}
