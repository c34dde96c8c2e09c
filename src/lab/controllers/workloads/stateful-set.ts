/** Pods with names of their own, in order. Source: pkg/controller/statefulset/stateful_set_control.go (Kubernetes 1.36). */
import type { Pod, StatefulSet } from '../../../kubernetes/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { controllerOf, isAvailable, isFinished, isReady, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { keepClaimOwners } from './claim-retention.ts';
import { claimPods } from './claimed-pods.ts';
import { OrphanPods } from './orphan-pods.ts';
import { currentRevision, REVISION_HASH, STATEFUL_HASH, truncateRevisions } from './revisions.ts';
import {
  createMissingClaims,
  createStatefulPod,
  deleteStatefulPod,
  firstOrdinal,
  ordinalOf,
  STATEFUL_SETS as NAME,
} from './stateful-pods.ts';

/** Available pods are counted since this minor version. */
const AVAILABLE_SINCE = 22;
/** Before it, pods that failed were told of before they were made anew. */
const SILENT_RECREATION_SINCE = 31;

export const statefulSet = watchingController(NAME, 'Keeps the pods of StatefulSets: one at a time, by ordinal.', () => {
  const orphans = new OrphanPods();
  return {
    watch: ({ api }, queue) => [
      api.watch<StatefulSet>('StatefulSet', ({ object }) => queue.add(keyOf(object))),
      api.watch<Pod>('Pod', (event) => {
        orphans.note(event);
        const owner = controllerOf(event.object);
        if (owner?.kind === 'StatefulSet') queue.add(`${event.object.metadata.namespace}/${owner.name}`);
      }),
    ],
    sync(context, key, queue) {
      const { namespace, name } = splitKey(key);
      const set = context.api.get<StatefulSet>('StatefulSet', namespace, name);
      if (set === undefined) return;
      const pods = claimPods(context.api, set, set.spec?.selector, orphans.in(namespace)).filter((pod) => ordinalOf(set, pod) >= 0);
      const update = currentRevision(context.api, set, STATEFUL_HASH).name;
      const plan = planOf(context, set, pods, update);
      // Counts are those before this sync's own doing, as the real controller has them, but for a pod that it took away for its update.
      const status = counts(context, plan);
      try {
        if (!isTerminating(set)) move(context, plan, status);
      } finally {
        writeStatus(context, plan, status);
        truncateRevisions(context.api, set, new Set([plan.current, update, ...pods.map(revisionOf)]));
      }
      const minReadySeconds = set.spec?.minReadySeconds ?? 0;
      if (minReadySeconds > 0 && status.available !== (set.spec?.replicas ?? 1)) queue.addAfter(key, minReadySeconds * 1000);
    },
  };
});

const revisionOf = (pod: Pod): string => pod.metadata.labels?.[REVISION_HASH] ?? '';

/** A set, its pods by place, and the two revisions they may be of. */
interface Plan {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  /** From the first ordinal to the last one wanted; undefined where a pod is missing. */
  readonly replicas: readonly (Pod | undefined)[];
  /** Pods beyond what is wanted, the highest ordinal first. */
  readonly condemned: readonly Pod[];
  readonly current: string;
  readonly update: string;
  readonly isOrdered: boolean;
  readonly isUnavailable: (pod: Pod | undefined) => boolean;
}

function planOf({ api, clock }: ControllerContext, set: StatefulSet, pods: readonly Pod[], update: string): Plan {
  const start = firstOrdinal(set);
  const replicas = Array.from({ length: set.spec?.replicas ?? 1 }, (_, index) => pods.find((pod) => ordinalOf(set, pod) === start + index));
  const condemned = pods.filter((pod) => !replicas.includes(pod)).sort((a, b) => ordinalOf(set, b) - ordinalOf(set, a));
  const { currentRevision: known } = set.status ?? {};
  const isKnown = known !== undefined && api.get('ControllerRevision', set.metadata.namespace, known) !== undefined;
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  return {
    set,
    pods,
    replicas,
    condemned,
    current: isKnown ? known : update,
    update,
    isOrdered: set.spec?.podManagementPolicy !== 'Parallel',
    isUnavailable: (pod) => !pod || isTerminating(pod) || !isRunning(pod) || !isAvailable(pod, minReadySeconds, clock.now()),
  };
}

const isRunning = (pod: Pod): boolean => pod.status?.phase === 'Running' && isReady(pod);

interface Counts {
  readonly replicas: number;
  readonly ready: number;
  readonly available: number;
  readonly updated: number;
  current: number;
}

function counts({ clock }: ControllerContext, { set, pods, current, update }: Plan): Counts {
  const of = (revision: string): number => pods.filter((pod) => !isTerminating(pod) && revisionOf(pod) === revision).length;
  const ready = pods.filter(isRunning);
  const available = ready.filter((pod) => isAvailable(pod, set.spec?.minReadySeconds ?? 0, clock.now()));
  return { replicas: pods.length, ready: ready.length, available: available.length, current: of(current), updated: of(update) };
}

/** Each step of an ordered set waits for the one before; a parallel one does all that it can. */
function move(context: ControllerContext, plan: Plan, status: Counts): void {
  const { set, replicas, condemned, isOrdered, isUnavailable } = plan;
  for (const [index, pod] of replicas.entries()) {
    const isBlocked = settle(context, plan, { pod, ordinal: firstOrdinal(set) + index });
    if (isBlocked && isOrdered) return;
  }
  for (const pod of replicas) if (pod) keepClaimOwners(context.api, set, pod, false);
  for (const pod of condemned) keepClaimOwners(context.api, set, pod, true);
  const firstUnavailable = [...replicas, ...condemned.toReversed()].find(isUnavailable);
  for (const pod of condemned) {
    if (isTerminating(pod)) {
      if (isOrdered) return;
      continue;
    }
    if (isOrdered && isUnavailable(pod) && pod !== firstUnavailable) return;
    deleteStatefulPod(context, set, pod);
    if (isOrdered) return;
  }
  if (set.spec?.updateStrategy?.type !== 'OnDelete') update(context, plan, status);
}

/** One wanted pod: made, made anew when it has ended, or left alone. Result: whether its successors have to wait. */
function settle(
  context: ControllerContext,
  plan: Plan,
  { pod, ordinal }: { readonly pod: Pod | undefined; readonly ordinal: number },
): boolean {
  const { set, isUnavailable } = plan;
  if (pod === undefined) {
    createStatefulPod(context, set, ordinal, revisionFor(plan, ordinal));
    return true;
  }
  if (isFinished(pod)) {
    if (isTerminating(pod)) return true;
    tellRecreation(context, set, pod);
    deleteStatefulPod(context, set, pod);
    return true;
  }
  if (pod.status?.phase === 'Pending') createMissingClaims(context, set, pod.metadata.name);
  return isUnavailable(pod);
}

function tellRecreation({ recorder, minor }: ControllerContext, set: StatefulSet, pod: Pod): void {
  if (minor >= SILENT_RECREATION_SINCE) return;
  const [reason, what] = pod.status?.phase === 'Failed' ? ['RecreatingFailedPod', 'failed'] : ['RecreatingTerminatedPod', 'terminated'];
  recorder(NAME).event(set, 'Warning', reason, `StatefulSet ${keyOf(set)} is recreating ${what} Pod ${pod.metadata.name}`);
}

/** The partition counts places, not ordinals. */
const partitionOf = (set: StatefulSet): number => set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;

/** Places below the partition stay with the revision that was current. */
function revisionFor({ set, current, update: next }: Plan, ordinal: number): string {
  const isRolling = set.spec?.updateStrategy?.type !== 'OnDelete';
  return isRolling && ordinal < firstOrdinal(set) + partitionOf(set) ? current : next;
}

/**
 * From the highest ordinal down to the partition, one at a time, each available before the next.
 *
 * `maxUnavailable` asks for a feature that 1.36 has switched off (it broke parallel sets); a controller without it does not look at the field.
 */
function update(context: ControllerContext, { set, replicas, update: next, isUnavailable }: Plan, status: Counts): void {
  for (let place = replicas.length - 1; place >= partitionOf(set); place--) {
    const pod = replicas[place];
    if (pod && revisionOf(pod) !== next && !isTerminating(pod)) {
      deleteStatefulPod(context, set, pod);
      status.current -= 1;
      return;
    }
    if (isUnavailable(pod)) return;
  }
}

function writeStatus({ api, minor }: ControllerContext, { set, current, update: next }: Plan, status: Counts): void {
  const wanted = set.spec?.replicas ?? 1;
  const isRolling = set.spec?.updateStrategy?.type !== 'OnDelete';
  const isDone = isRolling && [status.updated, status.ready, status.replicas].every((count) => count === wanted);
  const currentReplicas = isDone ? status.updated : Math.max(0, status.current);
  const some = (key: string, count: number): object => (count > 0 ? { [key]: count } : {});
  api.modify<StatefulSet>(
    'StatefulSet',
    set.metadata.namespace,
    set.metadata.name,
    (draft) => {
      const { collisionCount = 0 } = draft.status ?? {};
      draft.status = {
        observedGeneration: set.metadata.generation ?? 0,
        replicas: status.replicas,
        ...some('readyReplicas', status.ready),
        ...some('currentReplicas', currentReplicas),
        ...some('updatedReplicas', status.updated),
        ...(minor >= AVAILABLE_SINCE ? { availableReplicas: status.available } : {}),
        currentRevision: isDone ? next : current,
        updateRevision: next,
        collisionCount,
      };
    },
    { subresource: 'status' },
  );
}
