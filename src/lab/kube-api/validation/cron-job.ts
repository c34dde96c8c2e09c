/** Cron jobs. Source: ValidateCronJobCreate and ValidateCronJobUpdate, pkg/apis/batch/validation, 1.36. */
import type { CronJob } from '../../../kubernetes/index.ts';
import type { Problems } from '../problems.ts';
import { validateNonnegative } from './_numbers.ts';
import type { Loose } from './_pod-fields.ts';
import { scheduleProblem } from './cron-schedule.ts';
import { validateJobSpec, type JobSpecFields } from './job.ts';

export interface CronJobFields {
  readonly metadata: { readonly name: string };
  readonly spec?:
    | (Omit<Loose<NonNullable<CronJob['spec']>>, 'jobTemplate'> & { readonly jobTemplate?: { readonly spec?: JobSpecFields } | undefined })
    | undefined;
}
type CronJobSpec = NonNullable<CronJobFields['spec']>;

const POLICIES = ['Allow', 'Forbid', 'Replace'];
// A Job's name has eleven characters more: a dash and the time.
const LONGEST_NAME = 52;

export function validateCronJob({ metadata, spec = {} }: CronJobFields, problems: Problems, previous?: CronJobFields): void {
  validateSchedule(spec, problems, previous?.spec);
  validateNonnegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds', problems);
  if (previous?.spec === undefined || previous.spec.timeZone !== spec.timeZone) validateTimeZone(spec.timeZone, problems);
  const { concurrencyPolicy = '' } = spec;
  if (concurrencyPolicy === '') problems.required('spec.concurrencyPolicy');
  else if (!POLICIES.includes(concurrencyPolicy)) problems.unsupported('spec.concurrencyPolicy', concurrencyPolicy, POLICIES);
  validateTemplate(spec.jobTemplate?.spec ?? {}, problems);
  validateNonnegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit', problems);
  validateNonnegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit', problems);
  if (previous === undefined && metadata.name.length > LONGEST_NAME) {
    problems.invalid('metadata.name', metadata.name, `must be no more than ${LONGEST_NAME} characters`);
  }
}

function validateTemplate(spec: JobSpecFields, problems: Problems): void {
  const path = 'spec.jobTemplate.spec';
  validateJobSpec(spec, path, problems);
  if (spec.selector) problems.invalid(`${path}.selector`, spec.selector, '`selector` will be auto-generated');
  if (spec.manualSelector === true) problems.unsupported(`${path}.manualSelector`, true, ['nil', 'false']);
}

function validateSchedule({ schedule = '', timeZone }: CronJobSpec, problems: Problems, previous?: CronJobSpec): void {
  const path = 'spec.schedule';
  if (schedule === '') return problems.required(path);
  const problem = scheduleProblem(schedule);
  if (problem !== undefined) problems.invalid(path, schedule, problem);
  if (!schedule.includes('TZ')) return undefined;
  // Whoever had a zone in the schedule may keep it.
  if (previous?.schedule?.includes('TZ') !== true) {
    problems.invalid(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  } else if (timeZone !== undefined) {
    problems.invalid(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule');
  }
  return undefined;
}

function validateTimeZone(zone: string | undefined, problems: Problems): void {
  const path = 'spec.timeZone';
  if (zone === undefined) return undefined;
  if (zone === '') return problems.invalid(path, zone, 'timeZone must be nil or non-empty string');
  const unknown = `unknown time zone ${zone}`;
  const isPart = (part: string): boolean => part !== '.' && part !== '..' && /^(?!-)[A-Za-z._0-9+-]{1,14}$/.test(part);
  if (!zone.split('/').every(isPart)) return problems.invalid(path, zone, unknown);
  if (zone.toLowerCase() === 'local') {
    problems.invalid(path, zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
    if (zone === 'Local') return undefined;
  }
  return isTimeZone(zone) ? undefined : problems.invalid(path, zone, unknown);
}

/** Zones are files to the server: upper and lower case count. */
export function isTimeZone(zone: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    return timeZone === zone || timeZone.toLowerCase() !== zone.toLowerCase();
  } catch {
    return false;
  }
}
