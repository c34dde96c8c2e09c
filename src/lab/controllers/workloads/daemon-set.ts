/** One pod on every node that wants it. Source: pkg/controller/daemon/daemon_controller.go (Kubernetes 1.36). */
import type { DaemonSet, Node, Pod } from '../../../kubernetes/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { controllerOf, isAvailable, isFinished, isReady, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { canonicalJson } from '../runtime/template-hash.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { claimPods } from './claimed-pods.ts';
import { byBindingAndAge, DAEMON_SETS as NAME, fitOf, isUpdated, nodeOf, podFor, type DaemonView } from './daemon-pods.ts';
import { rolloutOf, surgeOf, surplusOfSurge, type DaemonWork } from './daemon-rollout.ts';
import { FailedPodBackOff } from './failed-pod-back-off.ts';
import { OrphanPods } from './orphan-pods.ts';
import { createPods, deletePods } from './own-pods.ts';
import { currentRevision, REVISION_HASH, truncateRevisions } from './revisions.ts';

const BURST = 250;

export const daemonSet = watchingController(NAME, 'Keeps one pod of each DaemonSet on every node that fits it.', () => {
  const tools = { orphans: new OrphanPods(), backOff: new FailedPodBackOff() };
  return {
    watch: ({ api }, queue) => [
      api.watch<DaemonSet>('DaemonSet', ({ object }) => queue.add(keyOf(object))),
      api.watch<Node>('Node', ({ type, object, previous }) => {
        const view = (node: Node | undefined): string =>
          canonicalJson([node?.metadata.labels, node?.spec?.taints, node?.spec?.unschedulable]);
        if (type !== 'MODIFIED' || view(object) !== view(previous))
          api.list<DaemonSet>('DaemonSet').forEach((set) => queue.add(keyOf(set)));
      }),
      api.watch<Pod>('Pod', (event) => {
        tools.orphans.note(event);
        const owner = controllerOf(event.object);
        if (owner?.kind === 'DaemonSet') queue.add(`${event.object.metadata.namespace}/${owner.name}`);
      }),
    ],
    sync: (context, key, queue) => sync(context, key, { ...tools, addAfter: queue.addAfter }),
  };
});

interface Tools {
  readonly orphans: OrphanPods;
  readonly backOff: FailedPodBackOff;
  readonly addAfter: (key: string, delayMs: number) => void;
}

function sync(context: ControllerContext, key: string, { orphans, backOff, addAfter }: Tools): void {
  const { api, clock } = context;
  const { namespace, name } = splitKey(key);
  const set = api.get<DaemonSet>('DaemonSet', namespace, name);
  if (set === undefined || isTerminating(set)) return;
  const pods = claimPods(api, set, set.spec?.selector, orphans.in(namespace));
  const revision = currentRevision(api, set, REVISION_HASH);
  const byNode = new Map<string, Pod[]>();
  // A deleted pod that has ended no longer keeps its node from getting another.
  for (const pod of pods.filter((each) => !(isTerminating(each) && isFinished(each)))) {
    byNode.set(nodeOf(pod), [...(byNode.get(nodeOf(pod)) ?? []), pod]);
  }
  for (const list of byNode.values()) list.sort(byBindingAndAge);
  const fits = new Map(api.list<Node>('Node').map((node) => [node.metadata.name, fitOf(set, node)]));
  const view: DaemonView = { set, byNode, fits, revision, nowMs: clock.now() };
  try {
    // The exchange of pods waits until the nodes have what they want.
    const work = wantedWork(context, view, { backOff, retryAfter: (delayMs) => addAfter(key, delayMs) });
    carryOut(context, view, work.remove.length + work.createOn.length > 0 ? work : rolloutOf(view));
  } finally {
    truncateRevisions(api, set, new Set([revision.name, ...pods.map(({ metadata }) => `${name}-${metadata.labels?.[REVISION_HASH]}`)]));
    const { ready, available } = writeStatus(context, view);
    const minReadySeconds = set.spec?.minReadySeconds ?? 0;
    if (minReadySeconds > 0 && ready !== available) addAfter(key, minReadySeconds * 1000);
  }
}

interface Retries {
  readonly backOff: FailedPodBackOff;
  readonly retryAfter: (delayMs: number) => void;
}

/** What each node lacks or has too much of. */
function wantedWork(context: ControllerContext, view: DaemonView, retries: Retries): DaemonWork {
  const { byNode, fits } = view;
  const remove: Pod[] = [];
  const createOn: string[] = [];
  for (const [node, { shouldRun, shouldStay }] of fits) {
    const pods = byNode.get(node) ?? [];
    const living = pods.filter((pod) => !isTerminating(pod));
    if (shouldRun && pods.length === 0) createOn.push(node);
    else if (!shouldStay) remove.push(...living);
    else {
      const running = living.filter((pod) => !isFinished(pod));
      remove.push(...endedPods(context, view, living.filter(isFinished), retries));
      if (surgeOf(view.set, 1) === 0) remove.push(...running.slice(1));
      else if (running.length > 1) remove.push(...surplusOfSurge(running, view));
      else if (running.length === 0 && shouldRun) createOn.push(node);
    }
  }
  // A pod that waits for a node that is gone is never bound; those bound to one are the pod garbage collector's.
  for (const [node, pods] of byNode) if (!fits.has(node)) remove.push(...pods.filter(({ spec }) => !spec?.nodeName));
  return { remove, createOn };
}

/** Pods that have ended are deleted, so that others come; after failures later each time. */
function endedPods({ recorder }: ControllerContext, { set, nowMs }: DaemonView, ended: readonly Pod[], retries: Retries): readonly Pod[] {
  return ended.filter((pod) => {
    const where = `${keyOf(pod)} on node ${nodeOf(pod)}`;
    if (pod.status?.phase === 'Succeeded') {
      recorder(NAME).event(set, 'Normal', 'SucceededDaemonPod', `Found succeeded daemon pod ${where}, will try to delete it`);
      return true;
    }
    const waitMs = retries.backOff.next(`${set.metadata.uid}/${set.metadata.generation}/${nodeOf(pod)}`, nowMs);
    if (waitMs > 0) {
      retries.retryAfter(waitMs);
      return false;
    }
    recorder(NAME).event(set, 'Warning', 'FailedDaemonPod', `Found failed daemon pod ${where}, will try to kill it`);
    return true;
  });
}

function carryOut(context: ControllerContext, { set, revision }: DaemonView, { remove, createOn }: DaemonWork): void {
  const owner = { component: NAME, object: set };
  const pods = createOn.slice(0, BURST).map((node) => podFor(set, node, revision));
  const { refusal } = createPods(context, owner, pods);
  deletePods(context, owner, remove.filter((pod) => !isTerminating(pod)).slice(0, BURST));
  if (refusal) throw refusal;
}

function writeStatus({ api }: ControllerContext, view: DaemonView): { readonly ready: number; readonly available: number } {
  const { set, byNode, fits, revision, nowMs } = view;
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const [node, { shouldRun }] of fits) {
    const pod = (byNode.get(node) ?? [])[0];
    if (shouldRun) {
      counts.desired += 1;
      if (pod === undefined) continue;
      counts.current += 1;
      if (isReady(pod)) counts.ready += 1;
      if (isAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs)) counts.available += 1;
      if (isUpdated(pod, revision)) counts.updated += 1;
    } else if (pod) counts.misscheduled += 1;
  }
  const unavailable = counts.desired - counts.available;
  api.modify<DaemonSet>(
    'DaemonSet',
    set.metadata.namespace,
    set.metadata.name,
    (draft) => {
      const { conditions } = draft.status ?? {};
      draft.status = {
        currentNumberScheduled: counts.current,
        desiredNumberScheduled: counts.desired,
        numberMisscheduled: counts.misscheduled,
        numberReady: counts.ready,
        observedGeneration: set.metadata.generation ?? 0,
        ...(counts.updated > 0 ? { updatedNumberScheduled: counts.updated } : {}),
        ...(counts.available > 0 ? { numberAvailable: counts.available } : {}),
        ...(unavailable > 0 ? { numberUnavailable: unavailable } : {}),
        ...(conditions ? { conditions } : {}),
      };
    },
    { subresource: 'status' },
  );
  return counts;
}
