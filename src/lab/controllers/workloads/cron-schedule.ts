/** Times of a five-field cron expression. Source: robfig/cron as the CronJob controller uses it. */
import { EvenkeelError } from '../../../base/index.ts';

const FIELDS: readonly (readonly [string, number, number])[] = [
  ['minute', 0, 59],
  ['hour', 0, 23],
  ['day of month', 1, 31],
  ['month', 1, 12],
  ['day of week', 0, 6],
];
const SHORTHANDS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};
const NAMES = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MINUTE_MS = 60_000;
/** An expression that never comes due within this long (30 February) has no next time. */
const LONGEST_MINUTES = 5 * 366 * 24 * 60;

export interface CronSchedule {
  /** The first time after the given one (UTC), or undefined when there is none within five years. */
  next(afterMs: number): number | undefined;
}

/** Errors: `INVALID_INPUT`. */
export function parseCronSchedule(text: string): CronSchedule {
  const parts = (SHORTHANDS[text] ?? text).trim().split(/\s+/);
  if (parts.length !== FIELDS.length) throw invalid(text);
  const [minutes, hours, days, months, weekdays] = parts.map((part, index) => valuesOf(part, index, text));
  const isAnyDay = parts[2]?.startsWith('*') === true;
  const isAnyWeekday = parts[4]?.startsWith('*') === true;
  const matches = (time: Date): boolean => {
    const day = days?.has(time.getUTCDate()) === true;
    const weekday = weekdays?.has(time.getUTCDay()) === true;
    // When both days are given, either is enough.
    const isDay = isAnyDay || isAnyWeekday ? day && weekday : day || weekday;
    return (
      isDay &&
      minutes?.has(time.getUTCMinutes()) === true &&
      hours?.has(time.getUTCHours()) === true &&
      months?.has(time.getUTCMonth() + 1) === true
    );
  };
  return {
    next(afterMs) {
      let atMs = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
      for (let tried = 0; tried < LONGEST_MINUTES; tried++, atMs += MINUTE_MS) if (matches(new Date(atMs))) return atMs;
      return undefined;
    },
  };
}

function valuesOf(part: string, index: number, whole: string): ReadonlySet<number> {
  const [, low, high] = FIELDS[index] ?? ['', 0, 0];
  const number = (text: string): number => {
    const named = index === 3 ? NAMES.indexOf(text.toLowerCase()) + 1 : index === 4 ? DAYS.indexOf(text.toLowerCase()) : -1;
    return named > (index === 3 ? 0 : -1) ? named : /^\d+$/.test(text) ? Number(text) % (index === 4 ? 7 : Infinity) : Number.NaN;
  };
  const values = new Set<number>();
  for (const item of part.split(',')) {
    const [range = '', step = '1'] = item.split('/');
    const [from = '', to] = range === '*' || range === '?' ? [String(low), String(high)] : range.split('-');
    const first = number(from);
    const last = to === undefined ? (item.includes('/') ? high : first) : number(to);
    if (!(first >= low && last <= high && first <= last && Number(step) >= 1)) throw invalid(whole);
    for (let value = first; value <= last; value += Number(step)) values.add(value);
  }
  return values;
}

const invalid = (text: string): EvenkeelError => new EvenkeelError('INVALID_INPUT', `unparseable schedule: ${text}`, { blame: 'input' });
