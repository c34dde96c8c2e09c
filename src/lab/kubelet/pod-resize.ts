/** Requests and limits that change while a pod runs. Source: pkg/kubelet/allocation (1.36). */
import { isDeepStrictEqual } from 'node:util';
import { compareQuantities, toBytes, toMilliCpu, type Container, type Node, type Pod } from '../../kubernetes/index.ts';
import type { NodeRoom } from './pod-worker.ts';

export type Resources = NonNullable<Container['resources']>;

/** What a pod's conditions say of a resize. */
export interface ResizeCondition {
  readonly type: 'PodResizePending' | 'PodResizeInProgress';
  readonly reason?: string;
  readonly message?: string;
}

const KINDS = ['cpu', 'memory'] as const;
const amountOf = { cpu: toMilliCpu, memory: toBytes } as const;
const IN_PROGRESS_MS = 1_000;
const RETRY_MS = 30_000;

export interface PodResizeOptions {
  readonly room: NodeRoom;
  readonly after: (delayMs: number, run: () => void) => unknown;
  readonly onChange: () => void;
  /** The container can take its new amounts only with a new start. */
  readonly restart: (container: string) => void;
}

export class PodResize {
  readonly #options: PodResizeOptions;
  readonly #allocated = new Map<string, Resources>();
  /** Those that were resized since the worker began. */
  readonly #actual = new Map<string, Resources>();
  #isBusy = false;
  condition: ResizeCondition | undefined;

  constructor(options: PodResizeOptions, pod: Pod) {
    this.#options = options;
    for (const { name, resources } of pod.spec?.containers ?? []) this.#allocated.set(name, resources ?? {});
  }

  /** What the status tells of a container; nothing as long as it has what it started with. */
  statusOf(container: string): { readonly allocatedResources?: Record<string, string>; readonly resources?: Resources } {
    const resources = this.#actual.get(container);
    const allocatedResources = this.#allocated.get(container)?.requests;
    return resources === undefined ? {} : { ...(allocatedResources ? { allocatedResources } : {}), resources };
  }

  /** The pod may want other amounts than it has. */
  look(pod: Pod): void {
    if (this.#isBusy) return;
    const changed = (pod.spec?.containers ?? []).filter(
      ({ name, resources }) => !isDeepStrictEqual(resources ?? {}, this.#allocated.get(name) ?? {}),
    );
    if (changed.length === 0) return this.#tell(undefined);
    const refusal = this.#refusal(pod);
    if (refusal) {
      if (refusal.reason === 'Deferred') this.#options.after(RETRY_MS, () => this.look(pod));
      return this.#tell({ type: 'PodResizePending', ...refusal });
    }
    this.#isBusy = true;
    const before = new Map(changed.map(({ name }) => [name, this.#allocated.get(name) ?? {}]));
    for (const { name, resources } of changed) this.#allocated.set(name, resources ?? {});
    this.#tell({ type: 'PodResizeInProgress' });
    this.#options.after(IN_PROGRESS_MS, () => {
      this.#isBusy = false;
      for (const container of changed) {
        this.#actual.set(container.name, container.resources ?? {});
        if (needsRestart(container, before.get(container.name) ?? {})) this.#options.restart(container.name);
      }
      this.condition = undefined;
      this.#options.onChange();
    });
    return undefined;
  }

  #tell(condition: ResizeCondition | undefined): void {
    if (isDeepStrictEqual(condition, this.condition)) return;
    this.condition = condition;
    this.#options.onChange();
  }

  /** Source: pkg/kubelet/allocation, canResizePod. */
  #refusal(pod: Pod): { readonly reason: 'Deferred' | 'Infeasible'; readonly message: string } | undefined {
    const { api, node } = this.#options.room;
    const allocatable = api.get<Node>('Node', undefined, node)?.status?.allocatable ?? {};
    const others = api
      .list<Pod>('Pod', { index: { by: 'spec.nodeName', value: node } })
      .filter(({ metadata, status }) => metadata.uid !== pod.metadata.uid && status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
    for (const kind of KINDS) {
      const capacity = amountOf[kind](allocatable[kind] ?? '0');
      const requested = requestOf(pod, kind);
      if (requested > capacity)
        return {
          reason: 'Infeasible',
          message: `Node didn't have enough capacity: ${kind}, requested: ${requested}, capacity: ${capacity}`,
        };
      const used = others.reduce((sum, other) => sum + requestOf(other, kind), 0);
      if (used + requested > capacity) {
        return {
          reason: 'Deferred',
          message: `Node didn't have enough resource: ${kind}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
        };
      }
    }
    return undefined;
  }
}

const requestOf = ({ spec }: Pod, kind: 'cpu' | 'memory'): number =>
  (spec?.containers ?? []).reduce((sum, { resources }) => sum + amountOf[kind](resources?.requests?.[kind] ?? '0'), 0);

function needsRestart(container: Container, before: Resources): boolean {
  // Newer than the types.
  const { resizePolicy = [] } = container as {
    readonly resizePolicy?: readonly { readonly resourceName: string; readonly restartPolicy: string }[];
  };
  const differs = (name: string, part: 'limits' | 'requests'): boolean => {
    const [old, next] = [before[part]?.[name], container.resources?.[part]?.[name]];
    return old === undefined || next === undefined ? old !== next : compareQuantities(old, next) !== 0;
  };
  return resizePolicy.some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' && (differs(resourceName, 'limits') || differs(resourceName, 'requests')),
  );
}
