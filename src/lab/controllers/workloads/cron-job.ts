/** Starts Jobs at their times. Source: pkg/controller/cronjob (Kubernetes 1.36). */
import { EvenkeelError, messageOf } from '../../../base/index.ts';
import { type CronJob, type Job } from '../../../kubernetes/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { controllerOf, controllerReference, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { timestamp } from '../runtime/time.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { parseCronSchedule, type CronSchedule } from './cron-schedule.ts';

const NAME = 'cronjob-controller';

export const cronJob = watchingController(NAME, 'Starts the Jobs of CronJobs when they are due, and clears old ones away.', () => ({
  watch: ({ api }, queue) => [
    api.watch<CronJob>('CronJob', ({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    api.watch<Job>('Job', ({ object }) => {
      const owner = controllerOf(object);
      if (owner?.kind === 'CronJob') queue.add(`${object.metadata.namespace}/${owner.name}`);
    }),
  ],
  sync(context, key, queue) {
    const { namespace, name } = splitKey(key);
    const cron = context.api.get<CronJob>('CronJob', namespace, name);
    if (cron === undefined || isTerminating(cron)) return;
    const jobs = context.api.list<Job>('Job', { namespace, index: { by: 'owner', value: cron.metadata.uid ?? '' } });
    noteEnds(context, cron, jobs);
    clearHistory(context, cron, jobs);
    const schedule = scheduleOf(context, cron);
    if (schedule === undefined) return;
    const dueMs = start(context, cron, { jobs, schedule });
    if (dueMs !== undefined) queue.addAfter(key, Math.max(0, dueMs - context.clock.now()));
  },
}));

/** Tells of jobs that have ended since, and when the last success was. */
function noteEnds({ api, recorder }: ControllerContext, cron: CronJob, jobs: readonly Job[]): void {
  const running = new Set((cron.status?.active ?? []).map(({ uid }) => uid));
  for (const job of jobs) {
    const end = endOf(job);
    if (end === undefined || !running.has(job.metadata.uid)) continue;
    recorder(NAME).event(cron, 'Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${end}`);
  }
  const successes = jobs.flatMap(({ status }) => status?.completionTime ?? []);
  const latest = [...successes, cron.status?.lastSuccessfulTime ?? ''].sort().at(-1);
  if (!latest || latest === cron.status?.lastSuccessfulTime) return;
  api.modify<CronJob>(
    'CronJob',
    cron.metadata.namespace,
    cron.metadata.name,
    (draft) => void (draft.status = { ...draft.status, lastSuccessfulTime: latest }),
    { subresource: 'status' },
  );
}

function scheduleOf({ recorder }: ControllerContext, cron: CronJob): CronSchedule | undefined {
  const { timeZone } = cron.spec ?? {};
  try {
    return parseCronSchedule(cron.spec?.schedule ?? '', timeZone);
  } catch (error) {
    if (error instanceof RangeError) {
      recorder(NAME).event(cron, 'Warning', 'UnknownTimeZone', `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`);
      return undefined;
    }
    if (!(error instanceof EvenkeelError)) throw error;
    recorder(NAME).event(cron, 'Warning', 'UnparseableSchedule', messageOf(error));
    return undefined;
  }
}

const endOf = (job: Job): 'Complete' | 'Failed' | undefined =>
  (job.status?.conditions ?? []).find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')?.type as
    | 'Complete'
    | 'Failed'
    | undefined; // one of the two looked for

/** Result: when to look again. */
function start(
  context: ControllerContext,
  cron: CronJob,
  { jobs, schedule }: { readonly jobs: readonly Job[]; readonly schedule: CronSchedule },
): number | undefined {
  const { api, clock, recorder } = context;
  const active = jobs.filter((job) => endOf(job) === undefined && !isTerminating(job));
  const sinceMs = Date.parse(cron.status?.lastScheduleTime ?? cron.metadata.creationTimestamp ?? '');
  const dueMs = latestDue(schedule, sinceMs, clock.now());
  const references = active.map(({ apiVersion = '', kind = '', metadata }) => ({
    apiVersion,
    kind,
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
  }));
  if (cron.spec?.suspend === true) return undefined;
  const deadline = cron.spec?.startingDeadlineSeconds;
  const isMissed = dueMs !== undefined && deadline !== undefined && clock.now() > dueMs + deadline * 1000;
  if (isMissed) recorder(NAME).event(cron, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${timestamp(dueMs)}`);
  const policy = cron.spec?.concurrencyPolicy ?? 'Allow';
  const isHeld = policy === 'Forbid' && active.length > 0;
  if (dueMs !== undefined && !isMissed && isHeld) {
    recorder(NAME).event(
      cron,
      'Normal',
      'JobAlreadyActive',
      'Not starting job because prior execution is running and concurrency policy is Forbid',
    );
  }
  if (dueMs === undefined || isMissed || isHeld) {
    writeStatus(context, cron, { active: references, lastScheduleTime: cron.status?.lastScheduleTime });
    return schedule.next(clock.now());
  }
  if (policy === 'Replace') {
    for (const job of active) api.delete('Job', job.metadata.namespace, job.metadata.name, { propagationPolicy: 'Background' });
  }
  const made = api.create<Job>('Job', jobOf(cron, dueMs));
  recorder(NAME).event(cron, 'Normal', 'SuccessfulCreate', `Created job ${made.metadata.name}`);
  const { apiVersion = '', kind = '', metadata } = made;
  const reference = { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? '', uid: metadata.uid ?? '' };
  const kept = policy === 'Replace' ? [] : references;
  writeStatus(context, cron, { active: [...kept, reference], lastScheduleTime: timestamp(dueMs) });
  return schedule.next(clock.now());
}

/** The last of the times since then that have passed; missed ones in between are not caught up. */
function latestDue(schedule: CronSchedule, sinceMs: number, nowMs: number): number | undefined {
  let due: number | undefined;
  for (let next = schedule.next(sinceMs); next !== undefined && next <= nowMs; next = schedule.next(next)) due = next;
  return due;
}

function jobOf(cron: CronJob, dueMs: number): Job {
  const template = cron.spec?.jobTemplate;
  const { labels, annotations } = template?.metadata ?? {};
  return {
    metadata: {
      // The minute of its time names a job, so none is started twice.
      name: `${cron.metadata.name}-${Math.floor(dueMs / 60_000)}`,
      namespace: cron.metadata.namespace ?? 'default',
      ...(labels ? { labels } : {}),
      annotations: { ...annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(dueMs) },
      ownerReferences: [controllerReference(cron)],
    },
    ...(template?.spec ? { spec: template.spec } : {}),
  };
}

type Reference = NonNullable<NonNullable<CronJob['status']>['active']>[number];

function writeStatus(
  { api }: ControllerContext,
  cron: CronJob,
  { active, lastScheduleTime }: { readonly active: readonly Reference[]; readonly lastScheduleTime: string | undefined },
): void {
  api.modify<CronJob>(
    'CronJob',
    cron.metadata.namespace,
    cron.metadata.name,
    (draft) => {
      const { lastSuccessfulTime } = draft.status ?? {};
      draft.status = {
        ...(active.length > 0 ? { active: [...active] } : {}),
        ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
        ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
      };
    },
    { subresource: 'status' },
  );
}

function clearHistory({ api }: ControllerContext, cron: CronJob, jobs: readonly Job[]): void {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cron.spec ?? {};
  const limits = { Complete: successfulJobsHistoryLimit, Failed: failedJobsHistoryLimit };
  for (const [end, limit] of Object.entries(limits)) {
    const ended = jobs.filter((job) => endOf(job) === end && !isTerminating(job));
    ended.sort((a, b) => (a.status?.startTime ?? '').localeCompare(b.status?.startTime ?? ''));
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) {
      api.delete('Job', job.metadata.namespace, job.metadata.name, { propagationPolicy: 'Background' });
    }
  }
}
