/** Runs pods to completion. Source: pkg/controller/job/job_controller.go, ttlafterfinished (Kubernetes 1.36). */
import type { Cancel } from '../../../base/index.ts';
import type { Job, Pod } from '../../../kubernetes/index.ts';
import type { ApiError } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { controllerOf, isActive, isFinished, isReady, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { guarded } from '../runtime/guarded.ts';
import { timestamp } from '../runtime/time.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { indexRemainingMs, JobBackOff } from './job-back-off.ts';
import { hasFailed, onlyReplacesFailed } from './job-failure-policy.ts';
import { failuresOf, indexOf, isIndexed } from './job-indexes.ts';
import { isTracked, podOf, podsForRemoval, release, releaseOrphans } from './job-pods.ts';
import { outcomeOf, type Outcome } from './job-outcome.ts';
import { withCondition, withEnd, withInterim, writeJobStatus, type JobStatus } from './job-status.ts';
import { COMPLETE, standingVerdict, verdictOf, type Verdict } from './job-verdict.ts';
import { createPods, deletePods } from './own-pods.ts';

const NAME = 'job-controller';
const OWN_NAME = 'kubernetes.io/job-controller';
const BURST = 500;
/** A job is not called over before its last pod has ended, and says meanwhile what it will be, since this minor version. */
const INTERIM_SINCE = 31;

export const job = watchingController(NAME, 'Runs the pods of Jobs until enough of them succeeded, or too many failed.', () => {
  const backOff = new JobBackOff();
  const releases = new Set<Cancel>();
  return {
    watch: ({ api, clock, log, timing }, queue) => [
      api.watch<Job>('Job', ({ type, object, previous }) => {
        if (type === 'DELETED') {
          backOff.forget(object.metadata.uid ?? '');
          return releaseOrphans(api, object);
        }
        // Its own counts are gathered with those of its pods.
        const isStatusAlone =
          previous !== undefined && previous.metadata.generation === object.metadata.generation && !isTerminating(object);
        return queue.add(keyOf(object), isStatusAlone ? timing.jobSyncBatchMs : timing.reactionMs);
      }),
      api.watch<Pod>('Pod', ({ type, object }) => {
        const owner = controllerOf(object);
        if (owner?.kind !== 'Job') return;
        // Pod changes are gathered for a second.
        queue.add(`${object.metadata.namespace}/${owner.name}`, type === 'ADDED' ? timing.reactionMs : timing.jobSyncBatchMs);
        const { namespace } = object.metadata;
        const isOrphan = api.get<Job>('Job', namespace, owner.name)?.metadata.uid !== owner.uid;
        if (isOrphan && type !== 'DELETED' && isTracked(object)) {
          const letGo = clock.after(timing.reactionMs, () => {
            releases.delete(letGo);
            guarded(log, NAME, () => release(api, object))();
          });
          releases.add(letGo);
        }
      }),
      () => {
        for (const cancel of releases) cancel();
      },
    ],
    sync(context, key, queue) {
      const { namespace, name } = splitKey(key);
      const found = context.api.get<Job>('Job', namespace, name);
      if (found === undefined) return;
      if (isOver(found)) return removeExpired(context, found, queue.addAfter);
      const { managedBy = OWN_NAME } = (found.spec ?? {}) as { managedBy?: string }; // newer than the types
      if (managedBy === OWN_NAME) work({ context, found, backOff, addAfter: (delayMs) => queue.addAfter(key, delayMs) });
    },
  };
});

const isOver = ({ status }: Job): boolean =>
  (status?.conditions ?? []).some(({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True');

function removeExpired({ api, clock }: ControllerContext, found: Job, addAfter: (key: string, delayMs: number) => void): void {
  const seconds = found.spec?.ttlSecondsAfterFinished;
  const isEnd = ({ type, status }: { type: string; status: string }): boolean =>
    (type === 'Complete' || type === 'Failed') && status === 'True';
  const ended = found.status?.conditions?.find(isEnd)?.lastTransitionTime;
  if (seconds === undefined || ended === undefined || isTerminating(found)) return;
  const leftMs = Date.parse(ended) + seconds * 1000 - clock.now();
  if (leftMs > 0) addAfter(keyOf(found), leftMs);
  else api.delete('Job', found.metadata.namespace, found.metadata.name, { propagationPolicy: 'Foreground' });
}

interface Sync {
  readonly context: ControllerContext;
  readonly found: Job;
  readonly backOff: JobBackOff;
  readonly addAfter: (delayMs: number) => void;
}

/** What was done to the pods. */
interface Doing {
  /** How many are active then. */
  readonly active: number;
  readonly removed: readonly Pod[];
  readonly refusal?: ApiError | undefined;
}

function work(sync: Sync): void {
  const { context, found, backOff, addAfter } = sync;
  const { api, clock, minor } = context;
  const { uid = '', namespace } = found.metadata;
  const pods = api.list<Pod>('Pod', { namespace, index: { by: 'owner', value: uid } });
  const isSuspended = found.spec?.suspend === true;
  const startTime = found.status?.startTime ?? (isSuspended ? undefined : timestamp(clock.now()));
  const started = { ...found, status: { ...found.status, ...(startTime ? { startTime } : {}) } };
  const outcome = outcomeOf(found, pods);
  const { uncounted } = outcome;
  backOff.note(uid, [
    ...uncounted.succeeded.map((pod) => ({ pod, isFailure: false })),
    ...uncounted.failed.map((pod) => ({ pod, isFailure: true })),
  ]);
  const active = pods.filter(isActive);
  const decided = standingVerdict(found) ?? verdictOf(started, { ...outcome, nowMs: clock.now(), restarts: restartsOf(pods) });
  const doing = decided ? endAll(sync, active) : manage(sync, pods, outcome);
  const isComplete = !decided && outcome.succeeded >= (found.spec?.completions ?? 1) && doing.active === 0;
  const verdict = isComplete ? COMPLETE : decided;
  let status = withCounts(started.status, {
    active,
    doing,
    terminating: pods.filter((pod) => isTerminating(pod) && !isFinished(pod)).length,
  });
  if (verdict === undefined && !isTerminating(found)) status = suspended(sync, status);
  if (verdict && minor >= INTERIM_SINCE) status = withInterim(status, verdict, clock.now());
  count(sync, status, { pods, outcome, doing, verdict });
  const deadline = found.spec?.activeDeadlineSeconds;
  if (verdict === undefined && deadline !== undefined && status.startTime) {
    addAfter(Math.max(0, Date.parse(status.startTime) + deadline * 1000 - clock.now()));
  }
  if (doing.refusal) throw doing.refusal;
}

function withCounts(
  status: JobStatus,
  { active, doing, terminating }: { readonly active: readonly Pod[]; readonly doing: Doing; readonly terminating: number },
): JobStatus {
  const ready = active.filter((pod) => isReady(pod) && !doing.removed.includes(pod)).length;
  return { ...status, active: doing.active, ready, terminating: terminating + doing.removed.length };
}

const restartsOf = (pods: readonly Pod[]): number =>
  pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);

interface Tracking {
  readonly pods: readonly Pod[];
  readonly outcome: Outcome;
  readonly doing: Doing;
  readonly verdict: Verdict | undefined;
}

/** First the pods are noted, then let go, then counted: nothing is counted twice whenever this stops. */
function count({ context, found }: Sync, status: JobStatus, { pods, outcome, doing, verdict }: Tracking): void {
  const { api, clock, minor, recorder } = context;
  // Pods that are left over when a job fails are counted with the failed ones.
  const leftOver =
    verdict?.type === 'Failed' ? doing.removed.filter((pod) => isTracked(pod) && !outcome.uncounted.failed.includes(pod)) : [];
  const ended = { succeeded: outcome.uncounted.succeeded, failed: [...outcome.counted, ...leftOver] };
  const isLetGo = (pod: Pod): boolean =>
    verdict !== undefined || isTerminating(found) || pod.status?.phase === 'Succeeded' || hasFailed(found, pod);
  const letGo = pods.filter((pod) => isTracked(pod) && isLetGo(pod));
  const uids = (list: readonly Pod[]): string[] => list.map(({ metadata }) => metadata.uid ?? '');
  const uncountedTerminatedPods = { succeeded: isIndexed(found) ? [] : uids(ended.succeeded), failed: uids(ended.failed) };
  const isNews = letGo.length > 0 || status.conditions !== found.status?.conditions;
  if (isNews) writeJobStatus(api, found, { ...status, ...outcome.texts, uncountedTerminatedPods });
  for (const pod of letGo) release(api, pod);
  const { failed = 0 } = found.status ?? {};
  const counted = { succeeded: outcome.succeeded, failed: failed + ended.failed.length };
  const next: JobStatus = { ...status, ...outcome.texts, ...counted, uncountedTerminatedPods: {} };
  const isFinal = verdict !== undefined && (minor < INTERIM_SINCE || (status.terminating ?? 0) === 0);
  writeJobStatus(api, found, isFinal ? withEnd(next, verdict, clock.now()) : next);
  if (!isFinal) return;
  const events = recorder(NAME);
  if (verdict.type === 'Failed') return events.event(found, 'Warning', verdict.reason, verdict.message);
  if (found.spec?.completions !== undefined && counted.succeeded > found.spec.completions) {
    events.event(found, 'Warning', 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached');
  }
  events.event(found, 'Normal', 'Completed', 'Job completed');
}

/** The condition that tells of a pause, when it changes; a job that goes on starts its time anew. */
function suspended({ context: { clock, recorder }, found }: Sync, status: JobStatus): JobStatus {
  const before = status.conditions?.find(({ type }) => type === 'Suspended');
  const isSuspended = found.spec?.suspend === true;
  if (isSuspended === (before?.status === 'True')) return status;
  const nowMs = clock.now();
  const [reason, message] = isSuspended ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
  recorder(NAME).event(found, 'Normal', isSuspended ? 'Suspended' : 'Resumed', message);
  const conditions = withCondition(status, { type: 'Suspended', status: isSuspended ? 'True' : 'False', reason, message }, nowMs);
  return { ...status, conditions, ...(isSuspended ? {} : { startTime: timestamp(nowMs) }) };
}

/** What is left over when all is decided; it is counted before it may go. */
function endAll({ context, found }: Sync, active: readonly Pod[]): Doing {
  deletePods(context, { component: NAME, object: found }, active);
  return { active: 0, removed: active };
}

/** Takes away what is too much, or makes what is missing; after a failure only when the back-off is over. */
function manage({ context, found, backOff, addAfter }: Sync, pods: readonly Pod[], outcome: Outcome): Doing {
  const active = pods.filter(isActive);
  if (isTerminating(found)) return { active: active.length, removed: [] };
  const owner = { component: NAME, object: found };
  const wanted = wantedActive(found, outcome, active.length);
  const surplus = podsForRemoval(context, found, { active, atLeast: Math.max(0, active.length - wanted) }).slice(0, BURST);
  if (surplus.length > 0) {
    // Nobody asks how these end: they are not failures.
    for (const pod of surplus) release(context.api, pod);
    deletePods(context, owner, surplus);
    return { active: active.length - surplus.length, removed: surplus };
  }
  const ending = onlyReplacesFailed(found) ? pods.filter((pod) => isTerminating(pod) && !isFinished(pod)) : [];
  const missing = Math.min(wanted - ending.length - active.length, BURST);
  const wait = waitOf({ context, found, backOff, addAfter }, pods, { outcome, busy: [...active, ...ending], missing });
  if (wait === undefined) return { active: active.length, removed: [] };
  const failuresAt = (index: number): number => Math.max(0, ...pods.filter((pod) => indexOf(pod) === index).map(failuresOf));
  const fresh = wait.map((index) => podOf(found, index, index === undefined ? 0 : failuresAt(index)));
  const { made, refusal } = createPods(context, owner, fresh);
  return { active: active.length + made.length, removed: [], refusal };
}

function wantedActive({ spec }: Job, { succeeded, failedIndexes }: Outcome, active: number): number {
  const { parallelism = 1, completions, suspend } = spec ?? {};
  if (suspend === true) return 0;
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded - failedIndexes.size));
}

/** The pods that may be made now, by their indexes; undefined when there are none, or it is too early. */
function waitOf(
  { context: { clock, timing }, found, backOff, addAfter }: Sync,
  pods: readonly Pod[],
  { outcome, busy, missing }: { readonly outcome: Outcome; readonly busy: readonly Pod[]; readonly missing: number },
): readonly (number | undefined)[] | undefined {
  if (missing <= 0) return undefined;
  const nowMs = clock.now();
  const isPerIndex = found.spec?.backoffLimitPerIndex !== undefined;
  const waitMs = isPerIndex ? 0 : backOff.remainingMs(found.metadata.uid ?? '', nowMs, timing.jobBackoffMs);
  if (waitMs > 0) {
    addAfter(waitMs);
    return undefined;
  }
  if (!isIndexed(found)) return Array.from({ length: missing }, () => undefined);
  const free = freeIndexes(found, outcome, busy).slice(0, missing);
  if (!isPerIndex) return free;
  const failed = pods.filter((pod) => hasFailed(found, pod));
  const waits = free.map((index) => ({ index, waitMs: indexRemainingMs(index, failed, { nowMs, firstMs: timing.jobBackoffMs }) }));
  const later = waits.filter((each) => each.waitMs > 0);
  if (later.length > 0) addAfter(Math.min(...later.map((each) => each.waitMs)));
  const now = waits.filter((each) => each.waitMs === 0).map(({ index }) => index);
  return now.length > 0 ? now : undefined;
}

/** The lowest indexes that are neither done, nor lost, nor worked on. */
function freeIndexes({ spec }: Job, { completedIndexes, failedIndexes }: Outcome, busy: readonly Pod[]): number[] {
  const taken = new Set([...completedIndexes, ...failedIndexes, ...busy.flatMap((pod) => indexOf(pod) ?? [])]);
  return Array.from({ length: spec?.completions ?? 0 }, (_, index) => index).filter((index) => !taken.has(index));
}
