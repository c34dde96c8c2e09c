/** Runs pods to completion. Source: pkg/controller/job (Kubernetes 1.36). Indexed completion and pod failure policies are not played. */
import { type Job, type Pod } from '../../../kubernetes/index.ts';
import { ApiError } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { conditionOf, controllerOf, controllerReference, isFinished, isReady, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { timestamp } from '../runtime/time.ts';
import { watchingController } from '../runtime/watching-controller.ts';

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

/** A pod that is being deleted counts as failed, unless it succeeded. */
function sorted(pods: readonly Pod[]): Pods {
  const uncounted = pods.filter(isTracked);
  return {
    active: pods.filter((pod) => !isFinished(pod) && !isTerminating(pod)),
    terminating: pods.filter((pod) => !isFinished(pod) && isTerminating(pod)),
    succeeded: uncounted.filter((pod) => pod.status?.phase === 'Succeeded'),
    failed: uncounted.filter((pod) => pod.status?.phase !== 'Succeeded' && (isFinished(pod) || isTerminating(pod))),
  };
}

function work(context: ControllerContext, found: Job, addAfter: AddAfter): void {
  const { api, clock } = context;
  const key = keyOf(found);
  const pods = sorted(
    api.list<Pod>('Pod', { namespace: found.metadata.namespace, index: { by: 'owner', value: found.metadata.uid ?? '' } }),
  );
  const before: JobStatus = found.status ?? {};
  const succeeded = (before.succeeded ?? 0) + pods.succeeded.length;
  const failed = (before.failed ?? 0) + pods.failed.length;
  const verdict = verdictOf(found, { succeeded, failed, active: pods.active.length, nowMs: clock.now() });
  if (verdict?.type === 'Failed') for (const pod of pods.active) removePod(context, found, pod);
  const made = verdict === undefined && found.spec?.suspend !== true ? fill(context, found, pods, { succeeded, addAfter }) : 0;
  if (found.spec?.suspend === true) for (const pod of pods.active) removePod(context, found, pod);
  const counts = {
    active: pods.active.length + made,
    ready: pods.active.filter(isReady).length,
    terminating: pods.terminating.length,
  };
  const startTime = before.startTime ?? (found.spec?.suspend === true ? undefined : timestamp(clock.now()));
  const uncounted = [...pods.succeeded, ...pods.failed];
  const stillUncounted = { uncountedTerminatedPods: { succeeded: uids(pods.succeeded), failed: uids(pods.failed) } };
  // First the pods are noted, then let go, then counted: nothing is counted twice whenever this stops.
  if (uncounted.length > 0) write(context, found, { ...before, ...counts, ...(startTime ? { startTime } : {}), ...stillUncounted });
  for (const pod of uncounted) untrack(context, pod);
  // A job whose pods are still ending is not over: it fails once the last is gone.
  const isFinal = verdict !== undefined && pods.terminating.length === 0 && (verdict.type === 'Complete' || pods.active.length === 0);
  write(context, found, {
    ...before,
    ...counts,
    ...(startTime ? { startTime } : {}),
    succeeded,
    failed,
    ...(isFinal ? endOf(context, found, verdict) : {}),
    uncountedTerminatedPods: {},
  });
  const deadline = found.spec?.activeDeadlineSeconds;
  if (deadline !== undefined && startTime) addAfter(key, Math.max(0, Date.parse(startTime) + deadline * 1000 - clock.now()));
}

const uids = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.uid ?? '');

interface Verdict {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

interface Tally {
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly nowMs: number;
}

function verdictOf({ spec, status }: Job, { succeeded, failed, active, nowMs }: Tally): Verdict | undefined {
  const deadline = spec?.activeDeadlineSeconds;
  if (deadline !== undefined && status?.startTime && nowMs >= Date.parse(status.startTime) + deadline * 1000) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  if (failed > (spec?.backoffLimit ?? 6)) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const enough = spec?.completions === undefined ? succeeded > 0 && active === 0 : succeeded >= spec.completions;
  return enough ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' } : undefined;
}

/** Creates what is missing; after a failure only when the back-off is over. Result: how many. */
function fill(
  context: ControllerContext,
  found: Job,
  pods: Pods,
  { succeeded, addAfter }: { readonly succeeded: number; readonly addAfter: AddAfter },
): number {
  const { api, clock, recorder, timing } = context;
  const parallelism = found.spec?.parallelism ?? 1;
  const left = found.spec?.completions === undefined ? (succeeded > 0 ? 0 : parallelism) : found.spec.completions - succeeded;
  const missing = Math.min(parallelism, left) - pods.active.length;
  if (missing < 0) {
    for (const pod of pods.active.slice(missing)) removePod(context, found, pod);
    return missing;
  }
  if (missing === 0) return 0;
  const waitMs =
    backoffEndMs(found, api.list<Pod>('Pod', { index: { by: 'owner', value: found.metadata.uid ?? '' } }), timing.jobBackoffMs) -
    clock.now();
  if (waitMs > 0) {
    addAfter(keyOf(found), waitMs);
    return 0;
  }
  for (let made = 0; made < missing; made++) {
    const pod = api.create<Pod>('Pod', podOf(found));
    recorder(NAME).event(found, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  }
  return missing;
}

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

function podOf(found: Job): Pod {
  const template = found.spec?.template;
  const { labels, annotations } = template?.metadata ?? {};
  return {
    metadata: {
      name: '',
      generateName: `${found.metadata.name}-`,
      namespace: found.metadata.namespace ?? 'default',
      labels: { ...found.spec?.selector?.matchLabels, ...labels },
      ...(annotations ? { annotations } : {}),
      finalizers: [TRACKING],
      ownerReferences: [controllerReference(found)],
    },
    spec: { ...template?.spec, containers: template?.spec?.containers ?? [] },
  };
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
  return { conditions: [first, { type, ...condition }], ...(type === 'Complete' ? { completionTime: now } : {}) };
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
