/** Starts Jobs at their times. Source: pkg/controller/cronjob/cronjob_controllerv2.go (Kubernetes 1.36). */
import { EvenkeelError, messageOf } from '../../../base/index.ts';
import type { CronJob, Job } from '../../../kubernetes/index.ts';
import { ApiError } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { controllerOf, controllerReference, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { timestamp } from '../runtime/time.ts';
import { canonicalJson } from '../runtime/template-hash.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { parseCronSchedule, zonedTimestamp, type CronSchedule } from './cron-schedule.ts';
import { dueTime, nextLookMs } from './cron-times.ts';

const NAME = 'cronjob-controller';

export const cronJob = watchingController(NAME, 'Starts the Jobs of CronJobs when they are due, and clears old ones away.', () => ({
  watch: (context, queue) => [
    context.api.watch<CronJob>('CronJob', ({ type, object, previous }) => {
      if (type === 'DELETED') return;
      const isMoved = previous && canonicalJson(timesOf(previous)) !== canonicalJson(timesOf(object));
      const waitMs = isMoved ? nextLook(context, object) : 0;
      if (waitMs !== undefined && waitMs > 0) queue.addAfter(keyOf(object), waitMs);
      else queue.add(keyOf(object));
    }),
    context.api.watch<Job>('Job', ({ object }) => {
      const owner = controllerOf(object);
      if (owner?.kind === 'CronJob') queue.add(`${object.metadata.namespace}/${owner.name}`);
    }),
  ],
  sync(context, key, queue) {
    const { namespace, name } = splitKey(key);
    const cron = context.api.get<CronJob>('CronJob', namespace, name);
    if (cron === undefined) return;
    const pass = passOver(context, cron);
    try {
      clearHistory(pass);
      noteJobs(pass);
      if (isTerminating(cron) || cron.spec?.suspend === true) return;
      const schedule = scheduleOf(pass);
      if (schedule === undefined) return;
      start(pass, schedule);
      const waitMs = nextLookMs({ schedule, sinceMs: sinceMsOf(pass), nowMs: context.clock.now() });
      if (waitMs !== undefined) queue.addAfter(key, waitMs);
    } finally {
      writeStatus(pass);
    }
  },
}));

const timesOf = ({ spec }: CronJob): unknown => [spec?.schedule, spec?.timeZone];

type Reference = NonNullable<NonNullable<CronJob['status']>['active']>[number];

/** One look at a CronJob: what it says of itself is gathered and written once. */
interface Pass {
  readonly context: ControllerContext;
  readonly cron: CronJob;
  readonly jobs: readonly Job[];
  readonly tell: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  active: readonly Reference[];
  lastScheduleTime: string | undefined;
  lastSuccessfulTime: string | undefined;
}

function passOver(context: ControllerContext, cron: CronJob): Pass {
  const { namespace, uid = '' } = cron.metadata;
  const { active = [], lastScheduleTime, lastSuccessfulTime } = cron.status ?? {};
  return {
    context,
    cron,
    jobs: context.api.list<Job>('Job', { namespace, index: { by: 'owner', value: uid } }),
    tell: (type, reason, message) => context.recorder(NAME).event(cron, type, reason, message),
    active,
    lastScheduleTime,
    lastSuccessfulTime,
  };
}

const sinceMsOf = ({ cron, lastScheduleTime }: Pick<Pass, 'cron' | 'lastScheduleTime'>): number =>
  Date.parse(lastScheduleTime ?? cron.metadata.creationTimestamp ?? '');

function nextLook({ clock }: ControllerContext, cron: CronJob): number | undefined {
  try {
    const schedule = parseCronSchedule(cron.spec?.schedule ?? '', cron.spec?.timeZone);
    return nextLookMs({ schedule, sinceMs: sinceMsOf({ cron, lastScheduleTime: cron.status?.lastScheduleTime }), nowMs: clock.now() });
  } catch {
    // The look itself tells what is wrong with the schedule.
    return undefined;
  }
}

const endOf = (job: Job): 'Complete' | 'Failed' | undefined =>
  (job.status?.conditions ?? []).find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')?.type as
    | 'Complete'
    | 'Failed'
    | undefined; // one of the two looked for

function clearHistory(pass: Pass): void {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = pass.cron.spec ?? {};
  const limits = { Complete: successfulJobsHistoryLimit, Failed: failedJobsHistoryLimit };
  for (const [end, limit] of Object.entries(limits)) {
    const ended = pass.jobs.filter((job) => endOf(job) === end && !isTerminating(job)).toSorted(byStart);
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) remove(pass, job);
  }
}

const byStart = (a: Job, b: Job): number =>
  (a.status?.startTime ?? '~').localeCompare(b.status?.startTime ?? '~') || a.metadata.name.localeCompare(b.metadata.name);

function remove(pass: Pass, { metadata }: Job): void {
  pass.context.api.delete('Job', metadata.namespace, metadata.name, { propagationPolicy: 'Background' });
  pass.active = pass.active.filter(({ uid }) => uid !== metadata.uid);
  pass.tell('Normal', 'SuccessfulDelete', `Deleted job ${metadata.name}`);
}

/** Tells of jobs that have ended, that nobody knows, or that are gone, and when the last success was. */
function noteJobs(pass: Pass): void {
  const { jobs, tell } = pass;
  for (const job of jobs) {
    const end = endOf(job);
    const isKnown = pass.active.some(({ uid }) => uid === job.metadata.uid);
    if (!isKnown && end === undefined) {
      tell('Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${job.metadata.name}`);
    }
    if (isKnown && end !== undefined) {
      pass.active = pass.active.filter(({ uid }) => uid !== job.metadata.uid);
      tell('Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${end}`);
    }
    const { completionTime } = job.status ?? {};
    if (end === 'Complete' && completionTime && completionTime > (pass.lastSuccessfulTime ?? '')) pass.lastSuccessfulTime = completionTime;
  }
  for (const { uid, name = '' } of pass.active.filter((reference) => jobs.every(({ metadata }) => metadata.uid !== reference.uid))) {
    tell('Normal', 'MissingJob', `Active job went missing: ${name}`);
    pass.active = pass.active.filter((reference) => reference.uid !== uid);
  }
}

function scheduleOf({ cron, tell }: Pass): CronSchedule | undefined {
  const { schedule = '', timeZone } = cron.spec ?? {};
  try {
    return parseCronSchedule(schedule, timeZone);
  } catch (error) {
    if (error instanceof RangeError) {
      tell('Warning', 'UnknownTimeZone', `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`);
      return undefined;
    }
    if (!(error instanceof EvenkeelError)) throw error;
    tell('Warning', 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(schedule)} : ${messageOf(error)}`);
    return undefined;
  }
}

/** Starts the job whose time has come, if one's has. */
function start(pass: Pass, schedule: CronSchedule): void {
  const { context, cron, tell } = pass;
  const nowMs = context.clock.now();
  const { startingDeadlineSeconds, concurrencyPolicy = 'Allow' } = cron.spec ?? {};
  // What is further back than the deadline is not looked at: it is missed without a word.
  const sinceMs = Math.max(sinceMsOf(pass), startingDeadlineSeconds === undefined ? 0 : nowMs - startingDeadlineSeconds * 1000);
  const { dueMs, isManyMissed } = dueTime({ schedule, sinceMs, nowMs });
  if (isManyMissed) {
    const hint = 'Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    tell('Warning', 'TooManyMissedTimes', `too many missed start times. ${hint}`);
  }
  if (dueMs === undefined || pass.lastScheduleTime === timestamp(dueMs)) return;
  const job = jobOf(cron, dueMs);
  if (pass.active.some(({ name }) => name === job.metadata.name)) return;
  if (concurrencyPolicy === 'Forbid' && pass.active.length > 0) {
    const why = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    return tell('Normal', 'JobAlreadyActive', why);
  }
  if (concurrencyPolicy === 'Replace') {
    for (const { uid } of pass.active) pass.jobs.filter(({ metadata }) => metadata.uid === uid).forEach((each) => remove(pass, each));
  }
  const made = create(pass, job);
  if (made === undefined) return;
  const { apiVersion = '', kind = '', metadata } = made;
  const { namespace = '', uid = '', resourceVersion = '' } = metadata;
  pass.active = [...pass.active, { apiVersion, kind, name: metadata.name, namespace, resourceVersion, uid }];
  pass.lastScheduleTime = timestamp(dueMs);
}

/** Undefined when a job of that name is there that is not ours. */
function create({ context: { api }, cron, tell }: Pass, job: Job): Job | undefined {
  try {
    const made = api.create<Job>('Job', job);
    tell('Normal', 'SuccessfulCreate', `Created job ${made.metadata.name}`);
    return made;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const found = error.code === 409 ? api.get<Job>('Job', cron.metadata.namespace, job.metadata.name) : undefined;
    if (found) return controllerOf(found)?.uid === cron.metadata.uid ? found : undefined;
    const isNamespaceGoing = error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
    if (!isNamespaceGoing) tell('Warning', 'FailedCreate', `Error creating job: ${error.message}`);
    throw error;
  }
}

function jobOf(cron: CronJob, dueMs: number): Job {
  const template = cron.spec?.jobTemplate;
  const { labels, annotations } = template?.metadata ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      // The minute of its time names a job, so none is started twice.
      name: `${cron.metadata.name}-${Math.floor(dueMs / 60_000)}`,
      namespace: cron.metadata.namespace ?? 'default',
      ...(labels ? { labels } : {}),
      annotations: { ...annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': zonedTimestamp(dueMs, cron.spec?.timeZone) },
      ownerReferences: [controllerReference(cron)],
    },
    ...(template?.spec ? { spec: template.spec } : {}),
  };
}

function writeStatus({ context: { api }, cron, active, lastScheduleTime, lastSuccessfulTime }: Pass): void {
  const { namespace, name } = cron.metadata;
  api.modify<CronJob>(
    'CronJob',
    namespace,
    name,
    (draft) => {
      draft.status = {
        ...(active.length > 0 ? { active: active.map((reference) => ({ ...reference })) } : {}),
        ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
        ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
      };
    },
    { subresource: 'status' },
  );
}
