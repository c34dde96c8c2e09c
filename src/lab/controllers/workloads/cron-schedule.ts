/** Times of a five-field cron expression, in a time zone. Source: robfig/cron as the CronJob controller uses it. */
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
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** An expression that never comes due within this long (30 February) has no next time. */
const LONGEST_DAYS = 5 * 366;

export interface CronSchedule {
  /** The first time after the given one, or undefined when there is none within five years. */
  next(afterMs: number): number | undefined;
}

/**
 * `timeZone`: an IANA name whose clock the expression is about; UTC without. Times that a clock skips in spring are not due.
 *
 * Errors: `INVALID_INPUT` for the expression, `RangeError` for a zone that nobody knows.
 */
export function parseCronSchedule(text: string, timeZone = 'UTC'): CronSchedule {
  const delay = /^@every\s+(\S+)$/.exec(text)?.[1];
  if (delay !== undefined) return constantDelay(delay, text);
  const parts = (SHORTHANDS[text] ?? text).trim().split(/\s+/);
  if (parts.length !== FIELDS.length) throw invalid(text);
  const [minutes, hours, days, months, weekdays] = parts.map((part, index) => valuesOf(part, index, text));
  const isAnyDay = parts[2]?.startsWith('*') === true;
  const isAnyWeekday = parts[4]?.startsWith('*') === true;
  const isDue = (date: Date): boolean => {
    const day = days?.has(date.getUTCDate()) === true;
    const weekday = weekdays?.has(date.getUTCDay()) === true;
    // When both days are given, either is enough.
    return (isAnyDay || isAnyWeekday ? day && weekday : day || weekday) && months?.has(date.getUTCMonth() + 1) === true;
  };
  const times = [...(hours ?? [])].flatMap((hour) => [...(minutes ?? [])].map((minute) => hour * HOUR_MS + minute * MINUTE_MS));
  times.sort((a, b) => a - b);
  const zone = zoneClock(timeZone);
  return {
    next(afterMs) {
      const local = afterMs + zone.offsetMs(afterMs);
      const today = Math.floor(local / DAY_MS) * DAY_MS;
      for (let day = 0; day < LONGEST_DAYS; day++) {
        const dateMs = today + day * DAY_MS;
        if (!isDue(new Date(dateMs))) continue;
        for (const time of times) {
          const dueMs = dateMs + time > local ? zone.instant(dateMs + time, afterMs) : undefined;
          if (dueMs !== undefined) return dueMs;
        }
      }
      return undefined;
    },
  };
}

const UNITS_MS: Readonly<Record<string, number>> = { h: HOUR_MS, m: MINUTE_MS, s: 1000, ms: 1 };

/** `@every 1h30m`: from whole second to whole second, at least one. */
function constantDelay(delay: string, whole: string): CronSchedule {
  const parts = [...delay.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== delay) throw invalid(whole);
  const ms = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS_MS[unit] ?? 0), 0);
  const everyMs = Math.max(1000, Math.floor(ms / 1000) * 1000);
  return { next: (afterMs) => Math.floor((afterMs + everyMs) / 1000) * 1000 };
}

/** The time on a zone's clock, with its distance from UTC: `2026-01-05T09:05:00+01:00`. Source: Go's time.RFC3339. */
export function zonedTimestamp(ms: number, timeZone = 'UTC'): string {
  const offsetMs = zoneClock(timeZone).offsetMs(ms);
  const local = new Date(ms + offsetMs).toISOString().slice(0, 19);
  if (offsetMs === 0) return `${local}Z`;
  const minutes = Math.abs(offsetMs) / MINUTE_MS;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${local}${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

interface ZoneClock {
  /** How far ahead of UTC the zone's clock is at that instant. */
  offsetMs(atMs: number): number;
  /** When, after an instant, the zone's clock shows that time; undefined when it never does. */
  instant(localMs: number, afterMs: number): number | undefined;
}

function zoneClock(timeZone: string): ZoneClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const offsetMs = (atMs: number): number => {
    if (timeZone === 'UTC') return 0;
    const part = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const [year = 0, month = 1, day, hour, minute, second] = (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map((type) =>
      part.get(type),
    );
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
  };
  return {
    offsetMs,
    instant(localMs, afterMs) {
      // The offset of a day before and after: one of them holds, unless the clock skips this time.
      const guesses = [localMs - offsetMs(localMs - DAY_MS), localMs - offsetMs(localMs + DAY_MS)].sort((a, b) => a - b);
      return guesses.find((atMs) => atMs > afterMs && atMs + offsetMs(atMs) === localMs);
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
