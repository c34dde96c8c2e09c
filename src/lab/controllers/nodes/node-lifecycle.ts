/** Notices silent nodes, taints them, and takes their pods out of service. Source: pkg/controller/nodelifecycle (Kubernetes 1.36). */
import { every, type Cancel } from '../../../base/index.ts';
import type { Node, Pod } from '../../../kubernetes/index.ts';
import type { Controller, ControllerContext } from '../runtime/controller.ts';
import type { EventRecorder } from '../runtime/event-recorder.ts';
import { guarded } from '../runtime/guarded.ts';
import { conditionOf, keyOf, setPodCondition, splitKey } from '../runtime/pods.ts';
import { createPace, type Pace } from '../runtime/pace.ts';
import { createWorkQueue, type WorkQueue } from '../runtime/work-queue.ts';
import { EvictionQueue } from './eviction-queue.ts';
import { NodeHealth, readyOf, type Ready } from './node-health.ts';
import { conditionTaints, hasTaint, NOT_READY, staleTaints, swapTaints, UNREACHABLE } from './taints.ts';
import { evictionRate, zoneOf, zoneStateOf, type ZoneState } from './zone-states.ts';

const NO_EXECUTE = 'NoExecute';
/** Nodes with this label do not count for the state of their zone. */
const EXCLUDED = 'node.kubernetes.io/exclude-disruption';
/** Before this minor version the NoExecute taint follows the condition read before the pass: one pass later. */
const TAINTS_AT_ONCE_SINCE = 21;

export const nodeLifecycle: Controller = {
  name: 'node-controller',
  summary: 'Marks silent nodes Unknown, taints unready ones (evictions per zone at a rate), and marks their pods not ready.',
  start: (context) => new NodeLifecycle(context).start(),
};

class NodeLifecycle {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #health = new NodeHealth();
  readonly #zones = new Map<string, { readonly queue: EvictionQueue; state: ZoneState | undefined }>();
  readonly #known = new Map<string, Node>();
  readonly #nodeQueue: WorkQueue;
  readonly #podQueue: WorkQueue;
  readonly #pace: Pace;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#events = context.recorder(nodeLifecycle.name);
    const { clock, log, timing } = context;
    const queue = { clock, log, delayMs: timing.reactionMs };
    // Twice the usual reaction: 20 to 30 ms from a node's change to its taint were recorded.
    this.#nodeQueue = createWorkQueue({
      ...queue,
      delayMs: timing.reactionMs * 2,
      name: 'node-taints',
      run: (name) => this.#taintByConditions(name),
    });
    this.#pace = createPace({ clock, log, name: nodeLifecycle.name, stepMs: timing.writeMs });
    this.#podQueue = createWorkQueue({ ...queue, name: 'node-pods', run: (key) => this.#markIfNodeIsUnready(key) });
  }

  start(): Cancel {
    const { api, clock, log, timing } = this.#context;
    let cancelPeriod: Cancel = () => {};
    let cancelTainting: Cancel = () => {};
    const cancelFirst = clock.after(timing.nodeMonitorPhaseMs ?? timing.nodeMonitorPeriodMs, () => {
      const monitor = guarded(log, nodeLifecycle.name, () => this.#monitor());
      cancelPeriod = every(clock, timing.nodeMonitorPeriodMs, monitor);
      monitor();
      // Both loops start together, and a pass takes longer than a look at the queue: what a pass queues just misses that look
      // (0.08 to 0.10 s from NotReady to the taint were measured).
      cancelTainting = clock.after(timing.nodeEvictionPeriodMs * 0.9, () => {
        const taint = guarded(log, nodeLifecycle.name, () => this.#taintQueued());
        cancelTainting = every(clock, timing.nodeEvictionPeriodMs, taint);
        taint();
      });
    });
    const cancels = [
      api.watch<Node>('Node', ({ type, object }) => {
        if (type !== 'DELETED') this.#nodeQueue.add(object.metadata.name);
      }),
      api.watch<Pod>('Pod', ({ type, object, previous }) => {
        if (type !== 'DELETED' && object.spec?.nodeName !== undefined && previous?.spec?.nodeName !== object.spec.nodeName) {
          this.#podQueue.add(keyOf(object));
        }
      }),
      cancelFirst,
    ];
    return () => {
      for (const cancel of cancels) cancel();
      cancelPeriod();
      cancelTainting();
      this.#nodeQueue.stop();
      this.#podQueue.stop();
      this.#pace.stop();
    };
  }

  #monitor(): void {
    const { api, clock, random, timing } = this.#context;
    const nodes = api.list<Node>('Node');
    this.#noteComingAndGoing(nodes);
    // The real one works on several nodes at a time, so their order is chance.
    const order = new Map(nodes.map(({ metadata }) => [metadata.name, random.fork(`pass/${metadata.name}`).next()]));
    const shuffled = [...nodes].sort((a, b) => (order.get(a.metadata.name) ?? 0) - (order.get(b.metadata.name) ?? 0));
    const zones = new Map<string, { ready: number; unready: number }>();
    for (const node of shuffled) {
      const verdict = this.#health.judge(api, node, { nowMs: clock.now(), graceMs: timing.nodeMonitorGraceMs });
      this.#act(node, verdict);
      if (node.metadata.labels?.[EXCLUDED] !== undefined) continue;
      const counts = zones.get(zoneOf(node)) ?? { ready: 0, unready: 0 };
      if (verdict.current === 'True') counts.ready += 1;
      else counts.unready += 1;
      zones.set(zoneOf(node), counts);
    }
    this.#handleDisruption(zones, nodes);
  }

  #noteComingAndGoing(nodes: readonly Node[]): void {
    const present = new Set(nodes.map(({ metadata }) => metadata.name));
    for (const node of nodes) {
      const name = node.metadata.name;
      if (!this.#known.has(name)) {
        this.#events.event(node, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
      }
      this.#known.set(name, node);
      this.#zone(node);
    }
    for (const [name, node] of this.#known) {
      if (present.has(name)) continue;
      this.#known.delete(name);
      this.#health.forget(name);
      this.#zone(node).queue.remove(name);
      this.#events.event(node, 'Normal', 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`);
    }
  }

  #zone(node: Node): { readonly queue: EvictionQueue; state: ZoneState | undefined } {
    const { clock, timing } = this.#context;
    const zone = this.#zones.get(zoneOf(node)) ?? { queue: new EvictionQueue(clock, timing.nodeEvictionRate), state: undefined };
    this.#zones.set(zoneOf(node), zone);
    return zone;
  }

  #act(node: Node, { observed, current }: { readonly observed: Ready | undefined; readonly current: Ready | undefined }): void {
    if (current === undefined) return;
    const actedOn = this.#context.minor >= TAINTS_AT_ONCE_SINCE ? current : observed;
    if (actedOn === 'True') this.#markReachable(node);
    else if (actedOn !== undefined) this.#queueForTaint(node, actedOn);
    if (current !== 'True' && observed === 'True') {
      const { name } = node.metadata;
      this.#events.event(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
      for (const pod of this.#context.api.list<Pod>('Pod', { index: { by: 'spec.nodeName', value: name } })) {
        this.#pace.run(() => this.#markNotReady(pod));
      }
    }
  }

  #queueForTaint(node: Node, ready: Ready): void {
    const wanted = ready === 'False' ? NOT_READY : UNREACHABLE;
    const other = ready === 'False' ? UNREACHABLE : NOT_READY;
    if (hasTaint(node, { key: other, effect: NO_EXECUTE })) {
      const { api, clock } = this.#context;
      const change = { add: [{ key: wanted, effect: NO_EXECUTE }], remove: [{ key: other, effect: NO_EXECUTE }] };
      swapTaints(api, node.metadata.name, change, clock.now());
      return;
    }
    this.#zone(node).queue.add(node.metadata.name);
  }

  #markReachable(node: Node): void {
    const { api, clock } = this.#context;
    const remove = [NOT_READY, UNREACHABLE].map((key) => ({ key, effect: NO_EXECUTE })).filter((taint) => hasTaint(node, taint));
    if (remove.length > 0) swapTaints(api, node.metadata.name, { remove }, clock.now());
    this.#zone(node).queue.remove(node.metadata.name);
  }

  #markNotReady(pod: Pod): void {
    const { api, clock } = this.#context;
    const ready = conditionOf(pod, 'Ready');
    if (ready === undefined || ready.status === 'False') return;
    api.modify<Pod>(
      'Pod',
      pod.metadata.namespace,
      pod.metadata.name,
      (draft) => {
        const { reason, message } = ready;
        const words = { ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
        setPodCondition(draft, { type: 'Ready', status: 'False', ...words }, clock.now());
      },
      { subresource: 'status' },
    );
    this.#events.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
  }

  #markIfNodeIsUnready(key: string): void {
    const { api } = this.#context;
    const { namespace, name } = splitKey(key);
    const pod = api.get<Pod>('Pod', namespace, name);
    const node = pod?.spec?.nodeName === undefined ? undefined : api.get<Node>('Node', undefined, pod.spec.nodeName);
    if (pod && node && readyOf(node) !== undefined && readyOf(node) !== 'True') this.#markNotReady(pod);
  }

  #taintByConditions(name: string): void {
    const { api, clock } = this.#context;
    const node = api.get<Node>('Node', undefined, name);
    if (node === undefined) return;
    swapTaints(api, name, { add: conditionTaints(node), remove: staleTaints(node) }, clock.now());
  }

  #taintQueued(): void {
    for (const { queue } of this.#zones.values()) queue.tryAll((name) => this.#taintNoExecute(name));
  }

  #taintNoExecute(name: string): void {
    const { api, clock } = this.#context;
    const node = api.get<Node>('Node', undefined, name);
    const ready = node && readyOf(node);
    if (ready === undefined || ready === 'True') return;
    const [key, other] = ready === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
    swapTaints(api, name, { add: [{ key, effect: NO_EXECUTE }], remove: [{ key: other, effect: NO_EXECUTE }] }, clock.now());
  }

  /** All zones down = master disruption: nobody is evicted, for it may well be the control plane that is cut off. */
  #handleDisruption(counts: ReadonlyMap<string, { readonly ready: number; readonly unready: number }>, nodes: readonly Node[]): void {
    const { clock, timing } = this.#context;
    const now = new Map([...counts].map(([zone, { ready, unready }]) => [zone, zoneStateOf(ready, unready, timing.unhealthyZoneFraction)]));
    const allDown = [...now.values()].every((state) => state === 'FullDisruption');
    for (const zone of this.#zones.keys()) if (!now.has(zone)) this.#zones.delete(zone);
    const wereAllDown = [...this.#zones.values()].every(({ state }) => state === 'FullDisruption');
    if (allDown && wereAllDown) return;
    if (allDown) {
      for (const node of nodes) this.#markReachable(this.#context.api.get<Node>('Node', undefined, node.metadata.name) ?? node);
      for (const zone of this.#zones.values()) {
        zone.queue.setRate(0);
        zone.state = 'FullDisruption';
      }
      return;
    }
    if (wereAllDown) this.#health.refreshAll(clock.now());
    for (const [name, zone] of this.#zones) {
      const state = now.get(name) ?? 'Normal';
      const { ready = 0, unready = 0 } = counts.get(name) ?? {};
      if (wereAllDown || zone.state !== state) zone.queue.setRate(evictionRate(state, ready + unready, timing));
      zone.state = state;
    }
  }
}
