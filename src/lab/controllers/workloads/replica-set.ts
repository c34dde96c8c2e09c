/** Keeps the number of pods of a ReplicaSet. Source: pkg/controller/replicaset (Kubernetes 1.36). */
import type { Cancel } from '../../../base/index.ts';
import { matchesSelector, type Pod, type PodTemplateSpec, type ReplicaSet } from '../../../kubernetes/index.ts';
import type { ApiError } from '../../kube-api/index.ts';
import type { Controller, ControllerContext } from '../runtime/controller.ts';
import {
  controllerOf,
  controllerReference,
  isActive,
  isAvailable,
  isFinished,
  isReady,
  isTerminating,
  keyOf,
  splitKey,
} from '../runtime/pods.ts';
import { timestamp } from '../runtime/time.ts';
import { createWorkQueue, type WorkQueue } from '../runtime/work-queue.ts';
import { claimPods } from './claimed-pods.ts';
import { OrphanPods } from './orphan-pods.ts';
import { createPods, deletePods } from './own-pods.ts';
import { podsByDeletionOrder } from './pod-order.ts';

const BURST_REPLICAS = 500;

export const replicaSet: Controller = {
  name: 'replicaset-controller',
  summary: 'Creates and deletes pods until a ReplicaSet has as many as it wants.',
  start: (context) => new ReplicaSets(context).start(),
};

class ReplicaSets {
  readonly #context: ControllerContext;
  readonly #orphans = new OrphanPods();
  readonly #queue: WorkQueue;

  constructor(context: ControllerContext) {
    this.#context = context;
    const { clock, log, timing } = context;
    this.#queue = createWorkQueue({ clock, log, name: replicaSet.name, delayMs: timing.reactionMs, run: (key) => this.#sync(key) });
  }

  start(): Cancel {
    const { api } = this.#context;
    const cancels = [
      api.watch<ReplicaSet>('ReplicaSet', ({ type, object, previous }) => {
        if (type === 'MODIFIED' && previous?.metadata.generation === object.metadata.generation && !isTerminating(object)) return;
        // A set's own change reaches its controller sooner than the many changes of its pods.
        this.#queue.add(keyOf(object), this.#context.timing.reactionMs / 2);
      }),
      api.watch<Pod>('Pod', (event) => {
        this.#orphans.note(event);
        this.#podChanged(event.object, event.previous);
      }),
    ];
    return () => {
      for (const cancel of cancels) cancel();
      this.#queue.stop();
    };
  }

  #podChanged(pod: Pod, previous: Pod | undefined): void {
    const namespace = pod.metadata.namespace ?? '';
    for (const owner of new Set([controllerOf(pod), previous && controllerOf(previous)])) {
      if (owner?.kind === 'ReplicaSet') this.#queue.add(`${namespace}/${owner.name}`);
    }
    if (controllerOf(pod) !== undefined || isTerminating(pod) || isFinished(pod)) return;
    for (const set of this.#context.api.list<ReplicaSet>('ReplicaSet', { namespace })) {
      if (matchesSelector(set.spec?.selector, pod.metadata.labels)) this.#queue.add(keyOf(set));
    }
  }

  #sync(key: string): void {
    const { api, clock } = this.#context;
    const { namespace, name } = splitKey(key);
    const set = api.get<ReplicaSet>('ReplicaSet', namespace, name);
    if (set === undefined) return;
    const pods = claimPods(api, set, set.spec?.selector, this.#orphans.in(namespace));
    const active = pods.filter(isActive);
    const terminating = pods.filter((pod) => isTerminating(pod) && !isFinished(pod));
    const refusal = isTerminating(set) ? undefined : this.#manage(set, active);
    // The counts are those from before this sync's own creations, as in the real controller; the next sync sees the new pods.
    const status = statusOf(set, active, {
      terminating: terminating.length,
      nowMs: clock.now(),
      failure: refusal?.message,
      minor: this.#context.minor,
    });
    api.modify<ReplicaSet>(
      'ReplicaSet',
      namespace,
      name,
      (draft) => {
        draft.status = status;
      },
      { subresource: 'status' },
    );
    const minReadySeconds = set.spec?.minReadySeconds ?? 0;
    if (minReadySeconds > 0 && status.readyReplicas !== status.availableReplicas) this.#queue.addAfter(key, minReadySeconds * 1000);
    // The queue tries again, later each time.
    if (refusal) throw refusal;
  }

  /** Result: what refused a pod, if something did. */
  #manage(set: ReplicaSet, active: readonly Pod[]): ApiError | undefined {
    const wanted = set.spec?.replicas ?? 1;
    const owner = { component: replicaSet.name, object: set };
    const missing = Math.min(wanted - active.length, BURST_REPLICAS);
    if (missing > 0)
      return createPods(
        this.#context,
        owner,
        Array.from({ length: missing }, () => podOf(set)),
      ).refusal;
    const surplus = Math.min(active.length - wanted, BURST_REPLICAS);
    if (surplus > 0) deletePods(this.#context, owner, this.#victims(set, active).slice(0, surplus));
    return undefined;
  }

  #victims(set: ReplicaSet, active: readonly Pod[]): readonly Pod[] {
    const { clock, random } = this.#context;
    return podsByDeletionOrder(active, { nowMs: clock.now(), random, related: this.#related(set, active) });
  }

  /** Active pods of all ReplicaSets with the same owner. */
  #related(set: ReplicaSet, active: readonly Pod[]): readonly Pod[] {
    const { api } = this.#context;
    const owner = controllerOf(set);
    if (owner === undefined) return active;
    const siblings = api.list<ReplicaSet>('ReplicaSet', { namespace: set.metadata.namespace, index: { by: 'owner', value: owner.uid } });
    return siblings.flatMap(({ metadata }) => api.list<Pod>('Pod', { index: { by: 'owner', value: metadata.uid ?? '' } }));
  }
}

/** A pod of the set's template; the API server makes up the rest of its name. */
function podOf(set: ReplicaSet): Pod {
  // A ReplicaSet without a template does not pass validation.
  const template = set.spec?.template as PodTemplateSpec;
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? 'default',
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(set)],
    },
    ...(template.spec ? { spec: template.spec } : {}),
  };
}

interface StatusInput {
  readonly terminating: number;
  readonly nowMs: number;
  readonly failure: string | undefined;
  readonly minor: number;
}

type Status = NonNullable<ReplicaSet['status']> & { terminatingReplicas?: number };

function statusOf(set: ReplicaSet, active: readonly Pod[], { terminating, nowMs, failure, minor }: StatusInput): Status {
  const labels = set.spec?.template?.metadata?.labels ?? {};
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const carriesAll = (pod: Pod): boolean => Object.entries(labels).every(([key, value]) => pod.metadata.labels?.[key] === value);
  const others = (set.status?.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure');
  const before = set.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  // The first refusal stays on record until there is none.
  const failed = before ?? {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: timestamp(nowMs),
    reason: 'FailedCreate',
    message: failure ?? '',
  };
  const conditions = failure === undefined ? others : [...others, failed];
  const some = <K extends string>(key: K, count: number): Partial<Record<K, number>> =>
    (count > 0 ? { [key]: count } : {}) as Partial<Record<K, number>>; // the key is the one given
  return {
    replicas: active.length,
    ...some('fullyLabeledReplicas', active.filter(carriesAll).length),
    ...some('readyReplicas', active.filter(isReady).length),
    ...some('availableReplicas', active.filter((pod) => isAvailable(pod, minReadySeconds, nowMs)).length),
    ...(minor >= 33 ? { terminatingReplicas: terminating } : {}),
    observedGeneration: set.metadata.generation ?? 0,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}
