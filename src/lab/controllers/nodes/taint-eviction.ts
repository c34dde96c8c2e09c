/** Deletes pods from nodes with NoExecute taints when their toleration runs out. Source: pkg/controller/tainteviction (1.36). */
import type { Cancel } from '../../../base/index.ts';
import { type Node, type Pod, type Taint, type Toleration } from '../../../kubernetes/index.ts';
import { toleratesTaint } from '../../../kubernetes/index.ts';
import type { Controller, ControllerContext } from '../runtime/controller.ts';
import type { EventRecorder } from '../runtime/event-recorder.ts';
import { createPace, type Pace } from '../runtime/pace.ts';
import { guarded } from '../runtime/guarded.ts';
import { keyOf, splitKey } from '../runtime/pods.ts';
import { deleteDisruptedPod } from './delete-disrupted-pod.ts';

export const taintEviction: Controller = {
  name: 'taint-eviction-controller',
  summary: 'Deletes pods that do not tolerate a NoExecute taint, or no longer do; the smallest tolerationSeconds counts.',
  start: (context) => new TaintEviction(context).start(),
};

/** The component was part of the node controller before 1.29, and named its events otherwise. */
const OWN_COMPONENT_SINCE = 29;

interface Work {
  readonly createdMs: number;
  /** Undefined once it was done: a pod is deleted once, until something changes. */
  cancel: Cancel | undefined;
}

const noExecute = (node: Node | undefined): readonly Taint[] => (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
const asText = (taints: readonly Taint[]): string => taints.map(({ key, value = '' }) => `${key}=${value}`).join(',');

class TaintEviction {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #work = new Map<string, Work>();
  readonly #timers = new Set<Cancel>();
  readonly #pace: Pace;

  constructor(context: ControllerContext) {
    const { clock, log, timing } = context;
    this.#context = context;
    this.#pace = createPace({ clock, log, name: taintEviction.name, stepMs: timing.writeMs });
    this.#events = context.recorder(context.minor >= OWN_COMPONENT_SINCE ? taintEviction.name : 'taint-controller');
  }

  start(): Cancel {
    const { api } = this.#context;
    const cancels = [
      api.watch<Node>('Node', ({ type, object, previous }) => {
        // What is on its way goes on when the node is deleted.
        if (type !== 'DELETED' && asText(noExecute(object)) !== asText(noExecute(previous)))
          this.#soon(() => this.#nodeChanged(object.metadata.name));
      }),
      api.watch<Pod>('Pod', ({ type, object, previous }) => {
        if (type === 'DELETED') return this.#cancel(keyOf(object), object);
        if (object.spec?.nodeName === undefined) return;
        const isNew = previous?.spec?.nodeName !== object.spec.nodeName;
        if (isNew || previous?.spec?.tolerations?.length !== object.spec.tolerations?.length)
          this.#soon(() => this.#podChanged(keyOf(object)));
      }),
    ];
    return () => {
      for (const cancel of [...cancels, ...this.#timers]) cancel();
      this.#pace.stop();
      for (const { cancel } of this.#work.values()) cancel?.();
    };
  }

  #soon(run: () => void): void {
    const { clock, log, timing } = this.#context;
    const cancel = clock.after(timing.reactionMs, () => {
      this.#timers.delete(cancel);
      guarded(log, taintEviction.name, run)();
    });
    this.#timers.add(cancel);
  }

  #nodeChanged(name: string): void {
    const { api } = this.#context;
    const taints = noExecute(api.get<Node>('Node', undefined, name));
    for (const pod of api.list<Pod>('Pod', { index: { by: 'spec.nodeName', value: name } })) this.#decide(pod, taints);
  }

  #podChanged(key: string): void {
    const { api } = this.#context;
    const { namespace, name } = splitKey(key);
    const pod = api.get<Pod>('Pod', namespace, name);
    const taints = noExecute(api.get<Node>('Node', undefined, pod?.spec?.nodeName ?? ''));
    if (pod && taints.length > 0) this.#decide(pod, taints);
  }

  #decide(pod: Pod, taints: readonly Taint[]): void {
    const key = keyOf(pod);
    if (taints.length === 0) return this.#cancel(key, pod);
    const tolerations = pod.spec?.tolerations ?? [];
    const used = taints.map((taint) => tolerations.find((toleration) => toleratesTaint(toleration, taint)));
    const nowMs = this.#context.clock.now();
    if (used.includes(undefined)) {
      this.#cancel(key, pod);
      return this.#schedule(pod, nowMs, 0);
    }
    const seconds = shortest(used.filter((toleration) => toleration !== undefined));
    if (seconds === undefined) return this.#cancel(key, pod);
    const before = this.#work.get(key);
    if (before?.cancel) {
      if (before.createdMs + seconds * 1000 < nowMs + seconds * 1000) return;
      this.#cancel(key, pod);
    }
    this.#schedule(pod, before?.createdMs ?? nowMs, seconds * 1000);
  }

  #schedule(pod: Pod, createdMs: number, waitMs: number): void {
    const key = keyOf(pod);
    if (this.#work.has(key)) return;
    const work: Work = { createdMs, cancel: undefined };
    this.#work.set(key, work);
    if (waitMs <= 0) return this.#evict(pod);
    const evict = (): void => {
      work.cancel = undefined;
      this.#evict(pod);
    };
    work.cancel = this.#context.clock.after(waitMs, guarded(this.#context.log, taintEviction.name, evict));
  }

  #evict(pod: Pod): void {
    const { namespace, name, uid } = pod.metadata;
    this.#tell(pod, `Marking for deletion Pod ${namespace}/${name}`);
    this.#pace.run(() => {
      const current = this.#context.api.get<Pod>('Pod', namespace, name);
      if (current === undefined || current.metadata.uid !== uid) return;
      const message = 'Taint manager: deleting due to NoExecute taint';
      deleteDisruptedPod(this.#context, current, { reason: 'DeletionByTaintManager', message });
    });
  }

  /** Told of the name alone: the controller knows no more of the pod when it speaks. Source: emitPodDeletionEvent. */
  #tell({ apiVersion = 'v1', kind = 'Pod', metadata: { namespace = 'default', name } }: Pod, message: string): void {
    this.#events.event({ apiVersion, kind, metadata: { namespace, name } }, 'Normal', 'TaintManagerEviction', message);
  }

  #cancel(key: string, pod: Pod): void {
    const work = this.#work.get(key);
    this.#work.delete(key);
    if (work?.cancel === undefined) return;
    work.cancel();
    this.#tell(pod, `Cancelling deletion of Pod ${key}`);
  }
}

/** Undefined = for ever. */
function shortest(tolerations: readonly Toleration[]): number | undefined {
  const limits = tolerations.flatMap(({ tolerationSeconds }) => (tolerationSeconds === undefined ? [] : [Math.max(0, tolerationSeconds)]));
  return limits.length === 0 ? undefined : Math.min(...limits);
}
