/** Pods that fit nowhere, found by what refused them, so that a change is held against those alone that it may help. */
import type { Pod } from '../../../kubernetes/index.ts';
import { concerns, mayHelp, type ClusterChange } from './requeue-hints.ts';

interface Waiting {
  readonly sequence: number;
  readonly sinceMs: number;
  readonly refusedBy: ReadonlySet<string>;
  /** Where its victims are leaving. */
  readonly nominated: string | undefined;
}

/** Stands for the plugin when none was asked, for there was no node; such a pod is tried again at any change of nodes. */
const NOBODY: ReadonlySet<string> = new Set(['']);

export class UnschedulablePods {
  readonly #waiting = new Map<string, Waiting>();
  readonly #byPlugin = new Map<string, Set<string>>();
  readonly #byNominated = new Map<string, Set<string>>();
  #sequence = 0;

  get size(): number {
    return this.#waiting.size;
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  add(
    key: string,
    { refusedBy: plugins, nominated, nowMs }: { refusedBy: ReadonlySet<string>; nominated: string | undefined; nowMs: number },
  ): void {
    this.delete(key);
    const refusedBy = plugins.size === 0 ? NOBODY : plugins;
    this.#waiting.set(key, { sequence: this.#sequence++, sinceMs: nowMs, refusedBy, nominated });
    for (const plugin of refusedBy) put(this.#byPlugin, plugin, key);
    if (nominated !== undefined) put(this.#byNominated, nominated, key);
  }

  delete(key: string): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    this.#waiting.delete(key);
    for (const plugin of waiting.refusedBy) take(this.#byPlugin, plugin, key);
    if (waiting.nominated !== undefined) take(this.#byNominated, waiting.nominated, key);
  }

  /** Those that a change may help, in the order in which they came to wait. `podOf`: the pod as it is now. */
  helpedBy(change: ClusterChange, podOf: (key: string) => Pod | undefined): readonly string[] {
    const helped = new Set<string>();
    for (const [plugin, keys] of this.#byPlugin) {
      if (!concerns(plugin, change.kind)) continue;
      for (const key of keys) {
        const pod = helped.has(key) ? undefined : podOf(key);
        if (pod && mayHelp(plugin, pod, change)) helped.add(key);
      }
    }
    // A pod that waits for its victims looks again whenever one has gone.
    if (change.kind === 'pod-gone') for (const key of this.#byNominated.get(change.pod.spec?.nodeName ?? '') ?? []) helped.add(key);
    return this.#inOrder(helped);
  }

  /** Those that have waited since before, in their order. */
  since(beforeMs: number): readonly string[] {
    return [...this.#waiting].flatMap(([key, { sinceMs }]) => (sinceMs < beforeMs ? [key] : []));
  }

  #inOrder(keys: ReadonlySet<string>): readonly string[] {
    const sequenceOf = (key: string): number => this.#waiting.get(key)?.sequence ?? 0;
    return [...keys].sort((a, b) => sequenceOf(a) - sequenceOf(b));
  }
}

function put(index: Map<string, Set<string>>, name: string, key: string): void {
  const keys = index.get(name) ?? new Set();
  index.set(name, keys.add(key));
}

function take(index: Map<string, Set<string>>, name: string, key: string): void {
  const keys = index.get(name);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(name);
}
