/** Which of its times a CronJob has missed, and when it is due again. Source: pkg/controller/cronjob/utils.go, mostRecentScheduleTime (Kubernetes 1.36). */
import type { CronSchedule } from './cron-schedule.ts';

/** Looks come a moment after the time itself, so that the clocks of the cluster's machines may differ. */
const DELTA_MS = 100;
const MANY = 100;

interface Look {
  readonly schedule: CronSchedule;
  /** When the last job was started, or the CronJob made. */
  readonly sinceMs: number;
  readonly nowMs: number;
}

export interface DueTime {
  /** The latest time that has passed; missed ones before it are not caught up. */
  readonly dueMs: number | undefined;
  /** More than a hundred times have passed: worth a word. */
  readonly isManyMissed: boolean;
}

export function dueTime({ schedule, sinceMs, nowMs }: Look): DueTime {
  const first = schedule.next(sinceMs);
  if (first === undefined || nowMs < first) return { dueMs: undefined, isManyMissed: false };
  const second = schedule.next(first);
  if (second === undefined || nowMs < second) return { dueMs: first, isManyMissed: false };
  // Taken to be regular, so that a year of minutes is not walked through.
  const betweenMs = Math.max(1000, Math.round((second - first) / 1000) * 1000);
  const missed = Math.floor((nowMs - first) / betweenMs) + 1;
  let dueMs: number | undefined;
  const fromMs = first + (missed - 2) * betweenMs;
  for (let next = schedule.next(fromMs); next !== undefined && next <= nowMs; next = schedule.next(next)) dueMs = next;
  return { dueMs, isManyMissed: missed > MANY };
}

/** Until the next look; undefined when no time ever comes. */
export function nextLookMs(look: Look): number | undefined {
  const { dueMs } = dueTime(look);
  const isNoneMissed = (look.schedule.next(look.sinceMs) ?? Infinity) > look.nowMs;
  const next = look.schedule.next(dueMs ?? (isNoneMissed ? look.sinceMs : look.nowMs));
  return next === undefined ? undefined : Math.max(0, next + DELTA_MS - look.nowMs);
}
