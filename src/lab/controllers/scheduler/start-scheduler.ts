/** The scheduler's loop: which pod next, where to, and what when nothing fits. Source: pkg/scheduler (Kubernetes 1.36). */
import { every, messageOf, type Cancel, type Logger, type Random } from '../../../base/index.ts';
import type { Node, Pod } from '../../../kubernetes/index.ts';
import {
  createSchedulingState,
  type Placement,
  type SchedulingKind,
  type SchedulingObject,
  type SchedulingState,
} from '../../../scheduling/index.ts';
import { ApiError, type LabApi, type StoreEvent } from '../../kube-api/index.ts';
import { deleteDisruptedPod } from '../nodes/delete-disrupted-pod.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { createEventRecorder, type EventRecorder } from '../runtime/event-recorder.ts';
import { guarded } from '../runtime/guarded.ts';
import { isFinished, isTerminating, keyOf, setPodCondition, splitKey } from '../runtime/pods.ts';
import { bindVolumes, BIND_TIMEOUT_MS, forgetChosenNode } from './bind-volumes.ts';
import { nodeChange, type ClusterChange } from './requeue-hints.ts';
import { SchedulingQueue } from './scheduling-queue.ts';
import { UnschedulablePods } from './unschedulable-pods.ts';

const NAME = 'default-scheduler';
const REACTION_MS = 5;
const PER_POD_MS = 2;
const PREEMPTION_MS = 40;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 10_000;
/** Whatever the hints say, nobody waits longer than this without another try. Source: podMaxInUnschedulablePodsDuration, flushUnschedulablePodsLeftover. */
const LONGEST_WAIT_MS = 300_000;
const FLUSH_PERIOD_MS = 30_000;
/** Short queues are worked off pod by pod, as the real one binds them; long ones in parts, so that other work gets its turn. */
const SHORT_QUEUE = 50;
const PODS_PER_TURN = 100;
const OTHER_KINDS: readonly SchedulingKind[] = [
  'Namespace',
  'Service',
  'ReplicaSet',
  'StatefulSet',
  'ReplicationController',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
  'CSINode',
  'PodDisruptionBudget',
];

export interface SchedulerOptions {
  readonly random: Random;
  readonly log: Logger;
  /** From a pod's creation, or a change that may help, to its scheduling. */
  readonly reactionMs?: number;
  /** From one pod to the next. */
  readonly perPodMs?: number;
  readonly minor?: number;
  /** Picks among equally good nodes; without it chance does, forked by the pod's name. */
  readonly choose?: (pod: Pod, best: readonly string[]) => string | undefined;
}

/** Starts placing the pods of `default-scheduler`. */
export function startScheduler(api: LabApi, options: SchedulerOptions): { stop(): void } {
  const scheduler = new Scheduler(api, options);
  const stop = scheduler.start();
  return { stop };
}

class Scheduler {
  readonly #api: LabApi;
  readonly #options: SchedulerOptions;
  readonly #events: EventRecorder;
  readonly #state: SchedulingState = createSchedulingState({ nodes: [], pods: [], namespaces: [] });
  readonly #queue = new SchedulingQueue();
  /** Attempts so far, and until when the next one is put off if there is other work. */
  readonly #attempts = new Map<string, { readonly count: number; readonly untilMs: number }>();
  readonly #unschedulable = new UnschedulablePods();
  /** Pods that have a node but wait there for their volumes; they count as if they were bound. */
  readonly #assumed = new Map<string, { readonly node: string; readonly cancel: Cancel }>();
  readonly #timers = new Set<Cancel>();
  #cancelTurn: Cancel | undefined;
  #stopped = false;

  constructor(api: LabApi, options: SchedulerOptions) {
    this.#api = api;
    this.#options = options;
    this.#events = createEventRecorder(api, api.clock, NAME, { perVersion: true });
  }

  start(): Cancel {
    const cancels = [
      every(this.#api.clock, FLUSH_PERIOD_MS, () => this.#flush()),
      this.#api.watch<Node>('Node', (event) => this.#nodeChanged(event)),
      this.#api.watch<Pod>('Pod', (event) => this.#podChanged(event)),
      ...OTHER_KINDS.map((kind) => this.#api.watch<SchedulingObject>(kind, (event) => this.#objectChanged(kind, event))),
    ];
    return () => {
      this.#stopped = true;
      for (const { cancel } of this.#assumed.values()) cancel();
      for (const cancel of [...cancels, ...this.#timers]) cancel();
      this.#cancelTurn?.();
    };
  }

  #objectChanged(kind: SchedulingKind, { type, object }: StoreEvent<SchedulingObject>): void {
    if (type === 'DELETED') this.#state.remove(kind, object.metadata.namespace, object.metadata.name);
    else this.#state.upsert(kind, object);
    if (kind === 'PersistentVolumeClaim') this.#bindAssumed();
    if (kind.startsWith('PersistentVolume') || kind === 'StorageClass' || kind === 'CSINode') this.#changed({ kind: 'volumes' });
  }

  #nodeChanged({ type, object, previous }: StoreEvent<Node>): void {
    if (type === 'DELETED') {
      this.#state.remove('Node', undefined, object.metadata.name);
      return this.#changed({ kind: 'node-gone' });
    }
    this.#state.upsert('Node', object);
    const change = this.#unschedulable.size > 0 ? nodeChange(previous, object) : undefined;
    if (change) this.#changed(change);
  }

  #podChanged({ type, object, previous }: StoreEvent<Pod>): void {
    const { namespace, name } = object.metadata;
    const isGone = type === 'DELETED' || isFinished(object);
    if (isGone) this.#state.remove('Pod', namespace, name);
    else this.#state.upsert('Pod', object);
    const node = object.spec?.nodeName ?? '';
    const assumed = this.#assumed.get(keyOf(object));
    if (assumed && node === '' && !isGone && !isTerminating(object)) return this.#count(object, assumed.node);
    if (node !== '') {
      this.#forget(keyOf(object));
      if (isGone && (type === 'DELETED' || (previous !== undefined && !isFinished(previous))))
        this.#changed({ kind: 'pod-gone', pod: object });
      else if (previous?.spec?.nodeName !== node) this.#changed({ kind: 'pod-assigned', pod: object });
      else if (previous.metadata.labels !== object.metadata.labels) this.#relabelled(previous, object);
      return;
    }
    if (isGone || isTerminating(object)) return this.#forget(keyOf(object));
    this.#consider(object, previous);
  }

  #relabelled(previous: Pod, pod: Pod): void {
    if (JSON.stringify(previous.metadata.labels) !== JSON.stringify(pod.metadata.labels)) this.#changed({ kind: 'pod-relabelled', pod });
  }

  /** New pods, pods whose gates opened, and pods whose spec or labels changed are looked at; status changes are our own. */
  #consider(pod: Pod, previous: Pod | undefined): void {
    if ((pod.spec?.schedulerName ?? NAME) !== NAME || (pod.spec?.schedulingGates?.length ?? 0) > 0) return;
    const isUnchanged =
      previous !== undefined &&
      JSON.stringify([previous.spec, previous.metadata.labels]) === JSON.stringify([pod.spec, pod.metadata.labels]);
    if (!isUnchanged) this.#enqueue(keyOf(pod));
  }

  #forget(key: string): void {
    this.#attempts.delete(key);
    this.#assumed.get(key)?.cancel();
    this.#assumed.delete(key);
    this.#queue.delete(key);
    this.#unschedulable.delete(key);
  }

  #changed(change: ClusterChange): void {
    for (const key of this.#unschedulable.helpedBy(change, (each) => this.#pod(each))) this.#enqueue(key);
  }

  #flush(): void {
    for (const key of this.#unschedulable.since(this.#api.clock.now() - LONGEST_WAIT_MS)) this.#enqueue(key);
  }

  #pod(key: string): Pod | undefined {
    const { namespace, name } = splitKey(key);
    return this.#api.get<Pod>('Pod', namespace, name);
  }

  #enqueue(key: string): void {
    this.#unschedulable.delete(key);
    this.#queue.add(key, this.#pod(key)?.spec?.priority ?? 0, this.#attempts.get(key)?.untilMs ?? 0);
    this.#cancelTurn ??= this.#api.clock.after(this.#options.reactionMs ?? REACTION_MS, () => this.#turn());
  }

  #turn(): void {
    this.#cancelTurn = undefined;
    const nowMs = this.#api.clock.now();
    for (let count = this.#queue.size > SHORT_QUEUE ? PODS_PER_TURN : 1; count > 0 && !this.#stopped; count--) {
      const key = this.#queue.take(nowMs);
      if (key === undefined) break;
      const pod = this.#pod(key);
      if (pod) this.#scheduleOne(key, pod);
    }
    if (this.#queue.size > 0 && !this.#stopped)
      this.#cancelTurn ??= this.#api.clock.after(this.#options.perPodMs ?? PER_POD_MS, () => this.#turn());
  }

  #scheduleOne(key: string, pod: Pod): void {
    const random = this.#options.random.fork(`tie/${key}`);
    const placement = this.#state.schedule(pod, random);
    try {
      if (placement.kind === 'placed') this.#bind(pod, this.#options.choose?.(pod, placement.best) ?? placement.node);
      else this.#refuse(key, pod, placement);
    } catch (error) {
      this.#failed(key, pod, error);
    }
  }

  /**
   * Not a refusal by the nodes but an error on the way, such as a binding that the API server rejects: the pod is tried again
   * once its whole back-off is over, whether there is other work or not. Source: backend/queue/backoff_queue.go, podErrorBackoffQ.
   */
  #failed(key: string, pod: Pod, error: unknown): void {
    if (error instanceof ApiError && error.code === 404) return;
    const why = error instanceof Error ? error.stack : messageOf(error);
    if (!(error instanceof ApiError)) this.#options.log.error(`scheduler: ${key} failed`, { why });
    // The assumed place is free again.
    const current = this.#pod(key);
    if (current === undefined) return;
    this.#state.upsert('Pod', current);
    if (current.spec?.nodeName) return;
    this.#unschedulable.add(key, { refusedBy: new Set(), nominated: undefined, nowMs: this.#api.clock.now() });
    const waitMs = this.#backOff(key);
    this.#events.event(pod, 'Warning', 'FailedScheduling', `binding rejected: running Bind plugin "DefaultBinder": ${messageOf(error)}`);
    const cancel = this.#api.clock.after(waitMs, () => {
      this.#timers.delete(cancel);
      if (this.#unschedulable.has(key)) this.#enqueue(key);
    });
    this.#timers.add(cancel);
  }

  /** Result: how long. */
  #backOff(key: string): number {
    const count = (this.#attempts.get(key)?.count ?? 0) + 1;
    const waitMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (count - 1));
    this.#attempts.set(key, { count, untilMs: this.#api.clock.now() + waitMs });
    return waitMs;
  }

  #count(pod: Pod, node: string): void {
    this.#state.upsert('Pod', { ...pod, spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: node } });
  }

  #assume(pod: Pod, node: string): void {
    const key = keyOf(pod);
    const cancel = this.#api.clock.after(BIND_TIMEOUT_MS, () => {
      this.#forget(key);
      this.#state.upsert('Pod', pod);
      forgetChosenNode(this.#api, pod);
      const text = 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded';
      this.#events.event(pod, 'Warning', 'FailedScheduling', text);
      this.#enqueue(key);
    });
    this.#assumed.set(key, { node, cancel });
    this.#count(pod, node);
  }

  #bindAssumed(): void {
    for (const [key, { node, cancel }] of this.#assumed) {
      const pod = this.#pod(key);
      try {
        if (pod && !bindVolumes(this.#api, pod, node)) continue;
        cancel();
        this.#assumed.delete(key);
        if (pod) this.#bind(pod, node);
      } catch (error) {
        cancel();
        this.#assumed.delete(key);
        if (pod) this.#failed(key, pod, error);
      }
    }
  }

  #bind(pod: Pod, node: string): void {
    if (!bindVolumes(this.#api, pod, node)) return this.#assume(pod, node);
    const { namespace = 'default', name } = pod.metadata;
    if (pod.status?.nominatedNodeName) {
      this.#api.modify<Pod>('Pod', namespace, name, (draft) => void delete draft.status?.nominatedNodeName, { subresource: 'status' });
    }
    this.#api.bind(namespace, name, node);
    // The next pod of this turn has to see this one in its place, before the watch tells of it.
    this.#state.upsert('Pod', this.#api.get<Pod>('Pod', namespace, name) ?? pod);
    this.#events.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
  }

  #refuse(key: string, pod: Pod, { message, refusedBy, preemption }: Placement & { readonly kind: 'unschedulable' }): void {
    this.#unschedulable.add(key, { refusedBy, nominated: preemption?.node ?? pod.status?.nominatedNodeName, nowMs: this.#api.clock.now() });
    this.#backOff(key);
    const { namespace, name } = pod.metadata;
    this.#events.event(pod, 'Warning', 'FailedScheduling', message);
    this.#api.modify<Pod>(
      'Pod',
      namespace,
      name,
      (draft) => {
        setPodCondition(draft, { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }, this.#api.clock.now());
        if (preemption && draft.status) draft.status.nominatedNodeName = preemption.node;
      },
      { subresource: 'status' },
    );
    const nominated = this.#api.get<Pod>('Pod', namespace, name);
    if (nominated) this.#state.upsert('Pod', nominated);
    if (preemption) this.#preempt(pod, preemption.node, preemption.victims);
  }

  #preempt(pod: Pod, node: string, victims: readonly Pod[]): void {
    const context: Pick<ControllerContext, 'api' | 'clock' | 'minor'> = {
      api: this.#api,
      clock: this.#api.clock,
      minor: this.#options.minor ?? 36,
    };
    for (const victim of victims) {
      const current = this.#api.get<Pod>('Pod', victim.metadata.namespace, victim.metadata.name);
      if (current === undefined || isTerminating(current)) continue;
      const message = `${NAME}: preempting to accommodate a higher priority pod`;
      // Victims are deleted beside the scheduling of further pods (SchedulerAsyncPreemption, since 1.33).
      const evict = guarded(this.#options.log, NAME, () => {
        deleteDisruptedPod(context, current, { reason: 'PreemptionByScheduler', message });
        this.#events.event(current, 'Normal', 'Preempted', `Preempted by pod ${pod.metadata.uid} on node ${node}`);
      });
      const cancel = this.#api.clock.after(PREEMPTION_MS, () => {
        this.#timers.delete(cancel);
        evict();
      });
      this.#timers.add(cancel);
    }
  }
}
