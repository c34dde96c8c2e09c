/** What the controllers and the scheduler make of changed workloads, pod by pod. */
import { plural } from '../base/index.ts';
import { isPodFinished, type ClusterModel, type ClusterSnapshot, type WorkloadModel } from '../cluster/index.ts';
import type { Pod, ReplicaSet } from '../kubernetes/index.ts';
import { createSchedulingState, type SchedulingState } from '../scheduling/index.ts';
import { rebuilt } from './apply-changes.ts';
import { drained } from './drained.ts';
import { podFromTemplate, rollingLimits } from './workload-facts.ts';

/** A rollout that can not go on, in the scheduler's words. */
export interface StuckRollout {
  readonly workload: string;
  readonly ready: number;
  readonly wanted: number;
  readonly message: string;
}

export interface RolloutResult {
  /** The cluster once everything has settled, as far as it can. */
  readonly model: ClusterModel;
  readonly stuck: readonly StuckRollout[];
  /** Pods started and stopped on the way, in order, for people. */
  readonly steps: readonly string[];
}

type Chance = { integer(below: number): number };

/** The scheduler's view of a model, the caller's own to change. */
export function schedulingStateOf({ snapshot }: ClusterModel): SchedulingState {
  const known = KNOWN.get(snapshot) ?? createSchedulingState(snapshot);
  KNOWN.set(snapshot, known);
  return known.fork();
}

/** A rollout is tried several times from the same snapshot, and snapshots never change. */
const KNOWN = new WeakMap<ClusterSnapshot, SchedulingState>();

/**
 * Rolls the workloads of `after` out over the pods of `before`, one workload after another.
 *
 * A pod that is placed counts as ready at once; whether its application starts is not simulated. Ties of the scheduler are
 * broken by `chance`. Source: deployment controller's rolling update (scale up within surge, down within availability).
 */
export function simulateRollout(before: ClusterModel, after: ClusterModel, chance: Chance): RolloutResult {
  return drained(simulateRolloutEach(before, after, chance));
}

/** As `simulateRollout`, one workload at a time, telling how far it is. */
export function* simulateRolloutEach(before: ClusterModel, after: ClusterModel, chance: Chance): Generator<string, RolloutResult> {
  const run = new Rollout(before, after, chance);
  for (const [place, workload] of after.workloads.entries()) {
    const old = before.workload(workload.id);
    if (old !== undefined) run.roll(old, workload);
    yield `${place + 1} of ${plural(after.workloads.length, 'workload')} rolled out in the simulation`;
  }
  return run.result();
}

class Rollout {
  readonly #after: ClusterModel;
  readonly #chance: Chance;
  readonly #state: SchedulingState;
  readonly #pods: Map<string, Pod>;
  readonly #sets: Map<string, ReplicaSet>;
  readonly #stuck: StuckRollout[] = [];
  readonly #steps: string[] = [];

  constructor(before: ClusterModel, after: ClusterModel, chance: Chance) {
    this.#after = after;
    this.#chance = chance;
    this.#state = schedulingStateOf(before);
    this.#pods = new Map(before.snapshot.pods.map((pod) => [keyOf(pod), pod]));
    this.#sets = new Map(before.snapshot.replicaSets.map((set) => [keyOf(set), set]));
  }

  result(): RolloutResult {
    const model = rebuilt(this.#after, { pods: [...this.#pods.values()], replicaSets: [...this.#sets.values()] });
    return { model, stuck: this.#stuck, steps: this.#steps };
  }

  roll(before: WorkloadModel, after: WorkloadModel): void {
    if (after.kind !== 'Deployment' && after.kind !== 'StatefulSet' && after.kind !== 'ReplicaSet') return;
    const changed = JSON.stringify(before.template) !== JSON.stringify(after.template);
    if (!changed && before.replicas === after.replicas) return;
    const alive = before.pods.filter((pod) => !isPodFinished(pod));
    const old = alive.filter(({ spec }) => Boolean(spec?.nodeName));
    // A pod without a node serves nobody: its controller makes it anew, and it is tried again.
    for (const pod of alive) if (!old.includes(pod)) this.#stop(pod);
    const fresh = changed ? [] : [...old];
    this.#settle(after, changed ? [...old] : [], fresh, this.#owner(before, after, changed));
  }

  /** The pods' controller: a new ReplicaSet when the template of a Deployment has changed. */
  #owner(before: WorkloadModel, after: WorkloadModel, changed: boolean): ReplicaSet | undefined {
    if (after.kind !== 'Deployment') return undefined;
    const current = before.pods[0]?.metadata.ownerReferences?.find(({ kind }) => kind === 'ReplicaSet')?.name;
    const known = current === undefined ? undefined : this.#sets.get(`${after.namespace}/${current}`);
    if (!changed && known !== undefined)
      return this.#keep(after, { ...known, spec: { ...known.spec, replicas: after.replicas, selector: known.spec?.selector ?? {} } });
    if (known !== undefined) this.#keep(after, { ...known, spec: { ...known.spec, replicas: 0, selector: known.spec?.selector ?? {} } });
    const hash = hashOf(JSON.stringify(after.template));
    const labels = { ...after.template.metadata?.labels, 'pod-template-hash': hash };
    return this.#keep(after, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${after.name}-${hash}`,
        namespace: after.namespace,
        labels,
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: after.name, uid: after.object.metadata.uid ?? '', controller: true },
        ],
      },
      spec: {
        replicas: after.replicas,
        selector: { ...after.selector, matchLabels: { ...after.selector?.matchLabels, 'pod-template-hash': hash } },
      },
    });
  }

  #keep(after: WorkloadModel, set: ReplicaSet): ReplicaSet {
    this.#sets.set(`${after.namespace}/${set.metadata.name}`, set);
    this.#state.upsert('ReplicaSet', set);
    return set;
  }

  #settle(after: WorkloadModel, old: Pod[], fresh: Pod[], owner: ReplicaSet | undefined): void {
    const { surge, unavailable } = rollingLimits(after);
    const inPlace = after.kind !== 'Deployment';
    const waiting: string[] = [];
    let number = 0;
    for (;;) {
      const room = after.replicas + (inPlace ? 0 : surge) - old.length - fresh.length;
      if (fresh.length < after.replicas && room > 0) {
        const name = inPlace
          ? firstFree(after, [...old, ...fresh])
          : `${owner?.metadata.name ?? after.name}-${String(++number).padStart(2, '0')}`;
        const placed = this.#start(after, name, owner);
        if (typeof placed !== 'string') {
          fresh.push(placed);
          waiting.length = 0;
          continue;
        }
        waiting.push(placed);
      }
      const available = old.length + fresh.length;
      // In place (stateful sets) one pod after another is replaced; otherwise as many may lack as the strategy allows.
      const spare = available - (after.replicas - (inPlace ? 1 : unavailable));
      if (old.length > 0 && spare > 0) {
        const victim = old.pop();
        if (victim !== undefined) this.#stop(victim);
        continue;
      }
      break;
    }
    for (let left = after.replicas - fresh.length; left > 0; left--) this.#pend(after, owner, ++number, waiting[0] ?? '');
    if (old.length > 0 || fresh.length < after.replicas) {
      this.#stuck.push({ workload: after.id, ready: fresh.length, wanted: after.replicas, message: waiting[0] ?? '' });
    }
  }

  #start(after: WorkloadModel, name: string, owner: ReplicaSet | undefined): Pod | string {
    const pod = madePod(after, name, owner);
    const placement = this.#state.schedule(pod, this.#chance);
    if (placement.kind === 'unschedulable') return placement.message;
    const bound: Pod = { ...pod, spec: { containers: [], ...pod.spec, nodeName: placement.node }, status: READY };
    this.#pods.set(keyOf(bound), bound);
    this.#state.upsert('Pod', bound);
    this.#steps.push(`start ${name} on ${placement.node}`);
    return bound;
  }

  #stop(pod: Pod): void {
    this.#pods.delete(keyOf(pod));
    this.#state.remove('Pod', pod.metadata.namespace, pod.metadata.name);
    this.#steps.push(`stop ${pod.metadata.name} on ${pod.spec?.nodeName ?? '(no node)'}`);
  }

  #pend(after: WorkloadModel, owner: ReplicaSet | undefined, number: number, message: string): void {
    const name = `${owner?.metadata.name ?? after.name}-${String(number).padStart(2, '0')}`;
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    const pod: Pod = { ...madePod(after, name, owner), status: { phase: 'Pending', conditions } };
    this.#pods.set(keyOf(pod), pod);
  }
}

const READY: NonNullable<Pod['status']> = {
  phase: 'Running',
  conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({ type, status: 'True' })),
};

function madePod(after: WorkloadModel, name: string, owner: ReplicaSet | undefined): Pod {
  const hash = owner?.metadata.labels?.['pod-template-hash'];
  const pod = podFromTemplate(after, name, hash === undefined ? {} : { 'pod-template-hash': hash });
  const controller =
    owner === undefined
      ? { apiVersion: 'apps/v1', kind: after.kind, name: after.name, uid: after.object.metadata.uid ?? '', controller: true }
      : { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner.metadata.name, uid: owner.metadata.uid ?? '', controller: true };
  return { ...pod, metadata: { ...pod.metadata, ownerReferences: [controller] } };
}

/** The least ordinal that no pod has. */
function firstFree({ name }: WorkloadModel, pods: readonly Pod[]): string {
  const taken = new Set(pods.map(({ metadata }) => metadata.name));
  for (let ordinal = 0; ; ordinal++) if (!taken.has(`${name}-${ordinal}`)) return `${name}-${ordinal}`;
}

const keyOf = ({ metadata }: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string =>
  `${metadata.namespace ?? 'default'}/${metadata.name}`;

/** A short text that differs when the template does; not the real controller's hash. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(36).padStart(7, '0');
}
