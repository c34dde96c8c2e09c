/** Runs pods to completion. Source: pkg/controller/job (Kubernetes 1.36). */
import { type Job, type Pod } from '../../../kubernetes/index.ts';
import { ApiError } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { conditionOf, controllerOf, controllerReference, isFinished, isReady, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { timestamp } from '../runtime/time.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { hasFailed, judgeFailure } from './job-failure-policy.ts';
import { COMPLETION_INDEX, FAILURE_COUNT, failuresOf, formatIndexes, indexOf, isIndexed, parseIndexes } from './job-indexes.ts';
import { verdictOf, type Verdict } from './job-verdict.ts';

const NAME = 'job-controller';
const TRACKING = 'batch.kubernetes.io/job-tracking';
const LONGEST_BACKOFF_MS = 600_000;

type JobStatus = NonNullable<Job['status']> & { ready?: number; terminating?: number };

export const job = watchingController(NAME, 'Runs the pods of Jobs until enough of them succeeded, or too many failed.', () => ({
  watch: ({ api, timing }, queue) => [
    api.watch<Job>('Job', ({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    api.watch<Pod>('Pod', ({ type, object }) => {
      const owner = controllerOf(object);
      // Pod changes are gathered for a second.
      if (owner?.kind === 'Job')
        queue.add(`${object.metadata.namespace}/${owner.name}`, type === 'ADDED' ? timing.reactionMs : timing.jobSyncBatchMs);
    }),
  ],
  sync(context, key, queue) {
    const { namespace, name } = splitKey(key);
    const found = context.api.get<Job>('Job', namespace, name);
    if (found === undefined || isTerminating(found)) return;
    if (isOver(found)) return removeExpired(context, found, queue.addAfter);
    work(context, found, queue.addAfter);
  },
}));

const isOver = ({ status }: Job): boolean =>
  (status?.conditions ?? []).some(({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True');

type AddAfter = (key: string, delayMs: number) => void;

function removeExpired({ api, clock }: ControllerContext, found: Job, addAfter: AddAfter): void {
  const seconds = found.spec?.ttlSecondsAfterFinished;
  const ended = found.status?.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed')?.lastTransitionTime;
  if (seconds === undefined || ended === undefined) return;
  const leftMs = Date.parse(ended) + seconds * 1000 - clock.now();
  if (leftMs > 0) addAfter(keyOf(found), leftMs);
  else api.delete('Job', found.metadata.namespace, found.metadata.name, { propagationPolicy: 'Foreground' });
}

interface Pods {
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  readonly succeeded: readonly Pod[];
  readonly failed: readonly Pod[];
}

const isTracked = (pod: Pod): boolean => (pod.metadata.finalizers ?? []).includes(TRACKING);

function sorted(found: Job, pods: readonly Pod[]): Pods {
  const uncounted = pods.filter(isTracked);
  return {
    active: pods.filter((pod) => !isFinished(pod) && !isTerminating(pod)),
    terminating: pods.filter((pod) => !isFinished(pod) && isTerminating(pod)),
    succeeded: uncounted.filter((pod) => pod.status?.phase === 'Succeeded'),
    failed: uncounted.filter((pod) => hasFailed(found, pod)),
  };
}

interface Outcome {
  readonly succeeded: number;
  readonly failed: number;
  readonly completedIndexes: ReadonlySet<number>;
  readonly failedIndexes: ReadonlySet<number>;
  readonly policyMessage: string | undefined;
}

/** What is done so far, with the pods that have ended since. Failures that a rule ignores are not counted. */
function outcomeOf(found: Job, pods: Pods): Outcome {
  const { status, spec } = found;
  const judged = pods.failed.map((pod) => ({ pod, ...judgeFailure(found, pod) }));
  const policyMessage = judged.find(({ action }) => action === 'FailJob')?.message;
  const failed = (status?.failed ?? 0) + judged.filter(({ action }) => action !== 'Ignore').length;
  if (!isIndexed(found)) {
    const succeeded = (status?.succeeded ?? 0) + pods.succeeded.length;
    return { succeeded, failed, completedIndexes: new Set(), failedIndexes: new Set(), policyMessage };
  }
  const completions = spec?.completions ?? 0;
  const completedIndexes = parseIndexes(status?.completedIndexes, completions);
  for (const pod of pods.succeeded) note(completedIndexes, indexOf(pod), completions);
  const failedIndexes = parseIndexes(status?.failedIndexes, completions);
  for (const { pod, action } of judged) {
    const limit = spec?.backoffLimitPerIndex;
    const isLost = limit !== undefined && (action === 'FailIndex' || (action !== 'Ignore' && failuresOf(pod) > limit));
    if (isLost) note(failedIndexes, indexOf(pod), completions);
  }
  return { succeeded: completedIndexes.size, failed, completedIndexes, failedIndexes, policyMessage };
}

function note(indexes: Set<number>, index: number | undefined, completions: number): void {
  if (index !== undefined && index < completions) indexes.add(index);
}

function work(context: ControllerContext, found: Job, addAfter: AddAfter): void {
  const { api, clock } = context;
  const key = keyOf(found);
  const pods = sorted(
    found,
    api.list<Pod>('Pod', { namespace: found.metadata.namespace, index: { by: 'owner', value: found.metadata.uid ?? '' } }),
  );
  const isSuspended = found.spec?.suspend === true;
  const before: JobStatus = { ...found.status, ...suspension(context, found) };
  const outcome = outcomeOf(found, pods);
  const verdict = verdictOf(found, { ...outcome, active: pods.active.length, nowMs: clock.now() });
  // Pods that are left over when the job is decided are ended with it.
  const isLeftOver = isSuspended || verdict?.type === 'Failed' || verdict?.reason === 'SuccessPolicy';
  if (isLeftOver) for (const pod of pods.active) removePod(context, found, pod);
  const made = verdict === undefined && !isSuspended ? fill(context, found, pods, { outcome, addAfter }) : 0;
  const counts = {
    active: pods.active.length + made,
    ready: pods.active.filter(isReady).length,
    terminating: pods.terminating.length,
  };
  const startTime = before.startTime ?? (isSuspended ? undefined : timestamp(clock.now()));
  const uncounted = [...pods.succeeded, ...pods.failed];
  const stillUncounted = { uncountedTerminatedPods: { succeeded: uids(pods.succeeded), failed: uids(pods.failed) } };
  // First the pods are noted, then let go, then counted: nothing is counted twice whenever this stops.
  if (uncounted.length > 0) write(context, found, { ...before, ...counts, ...(startTime ? { startTime } : {}), ...stillUncounted });
  for (const pod of uncounted) untrack(context, pod);
  // A job whose pods are still ending is not over: it fails once the last is gone.
  const isFinal = verdict !== undefined && pods.terminating.length === 0 && (!isLeftOver || pods.active.length === 0);
  write(context, found, {
    ...before,
    ...counts,
    ...(startTime ? { startTime } : {}),
    succeeded: outcome.succeeded,
    failed: outcome.failed,
    ...indexTexts(found, outcome),
    ...(isFinal ? endOf(context, found, verdict) : {}),
    uncountedTerminatedPods: {},
  });
  const deadline = found.spec?.activeDeadlineSeconds;
  if (deadline !== undefined && startTime) addAfter(key, Math.max(0, Date.parse(startTime) + deadline * 1000 - clock.now()));
}

function indexTexts(found: Job, { completedIndexes, failedIndexes }: Outcome): Partial<JobStatus> {
  if (!isIndexed(found)) return {};
  return {
    completedIndexes: formatIndexes(completedIndexes),
    ...(found.spec?.backoffLimitPerIndex === undefined ? {} : { failedIndexes: formatIndexes(failedIndexes) }),
  };
}

/** The condition that tells of a pause, when it changes; a job that goes on starts its time anew. */
function suspension({ clock, recorder }: ControllerContext, found: Job): Partial<JobStatus> {
  const before = found.status?.conditions?.find(({ type }) => type === 'Suspended');
  const isSuspended = found.spec?.suspend === true;
  if (isSuspended === (before?.status === 'True')) return {};
  const now = timestamp(clock.now());
  const [reason, message] = isSuspended ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
  const others = (found.status?.conditions ?? []).filter(({ type }) => type !== 'Suspended');
  const condition = { type: 'Suspended', status: isSuspended ? 'True' : 'False', reason, message };
  recorder(NAME).event(found, 'Normal', isSuspended ? 'Suspended' : 'Resumed', message);
  const conditions = [...others, { ...condition, lastProbeTime: now, lastTransitionTime: now }];
  return isSuspended ? { conditions } : { conditions, startTime: now };
}

const uids = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.uid ?? '');

/** Creates what is missing; after a failure only when the back-off is over. Result: how many. */
function fill(
  context: ControllerContext,
  found: Job,
  pods: Pods,
  { outcome, addAfter }: { readonly outcome: Outcome; readonly addAfter: AddAfter },
): number {
  const { api, clock, recorder, timing } = context;
  const { parallelism = 1, completions, podReplacementPolicy, podFailurePolicy } = found.spec ?? {};
  const { succeeded, failedIndexes } = outcome;
  const left = completions === undefined ? (succeeded > 0 ? 0 : parallelism) : completions - succeeded - failedIndexes.size;
  // Where only failed pods are replaced, those that are ending keep their places.
  const waits = podFailurePolicy !== undefined || podReplacementPolicy === 'Failed';
  const busy = waits ? [...pods.active, ...pods.terminating] : pods.active;
  const missing = Math.min(parallelism, left) - busy.length;
  if (missing < 0) {
    for (const pod of pods.active.slice(missing)) removePod(context, found, pod);
    return Math.max(missing, -pods.active.length);
  }
  if (missing === 0) return 0;
  const own = api.list<Pod>('Pod', { index: { by: 'owner', value: found.metadata.uid ?? '' } });
  const waitMs = backoffEndMs(found, own, timing.jobBackoffMs) - clock.now();
  if (waitMs > 0) {
    addAfter(keyOf(found), waitMs);
    return 0;
  }
  const wanted = isIndexed(found) ? freeIndexes(found, outcome, busy).slice(0, missing) : Array.from({ length: missing }, () => undefined);
  for (const index of wanted) {
    const pod = api.create<Pod>('Pod', podOf(found, index, index === undefined ? 0 : failuresAt(index, own)));
    recorder(NAME).event(found, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  }
  return wanted.length;
}

/** The lowest indexes that are neither done, nor lost, nor worked on. */
function freeIndexes({ spec }: Job, { completedIndexes, failedIndexes }: Outcome, busy: readonly Pod[]): number[] {
  const taken = new Set([...completedIndexes, ...failedIndexes, ...busy.flatMap((pod) => indexOf(pod) ?? [])]);
  return Array.from({ length: spec?.completions ?? 0 }, (_, index) => index).filter((index) => !taken.has(index));
}

const failuresAt = (index: number, pods: readonly Pod[]): number =>
  Math.max(0, ...pods.filter((pod) => indexOf(pod) === index).map(failuresOf));

/** Ten seconds after the last failure, doubled with each more. A pod that is being deleted failed when it was last Ready. */
function backoffEndMs(found: Job, pods: readonly Pod[], firstMs: number): number {
  const failures = pods.filter((pod) => pod.status?.phase !== 'Succeeded' && (isFinished(pod) || isTerminating(pod)));
  if (failures.length === 0) return 0;
  const endedMs = failures.map((pod) => {
    const ends = (pod.status?.containerStatuses ?? []).flatMap(({ state }) => state?.terminated?.finishedAt ?? []);
    return Math.max(0, ...ends.map((end) => Date.parse(end))) || Date.parse(conditionOf(pod, 'Ready')?.lastTransitionTime ?? '') || 0;
  });
  const count = Math.max(1, failures.length, found.status?.failed ?? 0);
  return Math.max(...endedMs) + Math.min(LONGEST_BACKOFF_MS, firstMs * 2 ** (count - 1));
}

function podOf(found: Job, index: number | undefined, failures: number): Pod {
  const template = found.spec?.template;
  const { labels, annotations } = template?.metadata ?? {};
  const isCounted = index !== undefined && found.spec?.backoffLimitPerIndex !== undefined;
  const marks = index === undefined ? {} : { [COMPLETION_INDEX]: String(index) };
  const notes = { ...annotations, ...marks, ...(isCounted ? { [FAILURE_COUNT]: String(failures) } : {}) };
  const spec = { ...template?.spec, containers: template?.spec?.containers ?? [] };
  return {
    metadata: {
      name: '',
      generateName: index === undefined ? `${found.metadata.name}-` : `${found.metadata.name}-${index}-`,
      namespace: found.metadata.namespace ?? 'default',
      labels: { ...found.spec?.selector?.matchLabels, ...labels, ...marks },
      ...(Object.keys(notes).length > 0 ? { annotations: notes } : {}),
      finalizers: [TRACKING],
      ownerReferences: [controllerReference(found)],
    },
    spec: index === undefined ? spec : { ...spec, hostname: `${found.metadata.name}-${index}`, containers: spec.containers.map(withIndex) },
  };
}

type Container = NonNullable<Pod['spec']>['containers'][number];

/** Programs find their index in the environment. */
function withIndex(container: Container): Container {
  const name = 'JOB_COMPLETION_INDEX';
  if (container.env?.some((each) => each.name === name)) return container;
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${COMPLETION_INDEX}']` };
  return { ...container, env: [...(container.env ?? []), { name, valueFrom: { fieldRef } }] };
}

function removePod({ api, recorder }: ControllerContext, found: Job, pod: Pod): void {
  api.delete('Pod', pod.metadata.namespace, pod.metadata.name);
  recorder(NAME).event(found, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
}

function untrack({ api }: ControllerContext, pod: Pod): void {
  api.modify<Pod>('Pod', pod.metadata.namespace, pod.metadata.name, (draft) => {
    const rest = (draft.metadata.finalizers ?? []).filter((finalizer) => finalizer !== TRACKING);
    if (rest.length > 0) draft.metadata.finalizers = rest;
    else delete draft.metadata.finalizers;
  });
}

function endOf({ clock, recorder }: ControllerContext, found: Job, { type, reason, message }: Verdict): Partial<JobStatus> {
  const now = timestamp(clock.now());
  const condition = { status: 'True', reason, message, lastProbeTime: now, lastTransitionTime: now };
  if (type === 'Complete') recorder(NAME).event(found, 'Normal', 'Completed', 'Job completed');
  else recorder(NAME).event(found, 'Warning', reason, message);
  const first = { type: type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', ...condition };
  const kept = (found.status?.conditions ?? []).filter(({ type: known }) => known === 'Suspended');
  return { conditions: [...kept, first, { type, ...condition }], ...(type === 'Complete' ? { completionTime: now } : {}) };
}

function write({ api }: ControllerContext, found: Job, status: JobStatus): void {
  try {
    api.modify<Job>(
      'Job',
      found.metadata.namespace,
      found.metadata.name,
      (draft) => {
        draft.status = Object.fromEntries(
          Object.entries(status).filter(([key, value]) => value !== 0 || key === 'ready' || key === 'terminating'),
        );
      },
      { subresource: 'status' },
    );
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
  }
}
