import { describe, expect, it } from 'vitest';
import { parseCronSchedule } from './cron-schedule.ts';

const next = (schedule: string, after: string): string | undefined => {
  const atMs = parseCronSchedule(schedule).next(Date.parse(after));
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
};

describe('a cron schedule', () => {
  it.each([
    ['* * * * *', '2026-01-05T08:00:30Z', '2026-01-05T08:01:00.000Z'],
    ['*/15 * * * *', '2026-01-05T08:15:00Z', '2026-01-05T08:30:00.000Z'],
    ['0 3 * * 1-5', '2026-01-09T03:00:00Z', '2026-01-12T03:00:00.000Z'],
    ['30 6 1 jan,jul *', '2026-01-05T00:00:00Z', '2026-07-01T06:30:00.000Z'],
    ['0 0 13 * 5', '2026-01-05T00:00:00Z', '2026-01-09T00:00:00.000Z'],
    ['0 0 * * 7', '2026-01-05T00:00:00Z', '2026-01-11T00:00:00.000Z'],
    ['@daily', '2026-01-05T00:00:00Z', '2026-01-06T00:00:00.000Z'],
  ])('%s after %s is due at %s', (schedule, after, due) => {
    expect(next(schedule, after)).toBe(due);
  });

  it.each([
    ['Europe/Berlin', '0 8 * * *', '2026-01-05T08:00:00Z', '2026-01-06T07:00:00.000Z'],
    ['Europe/Berlin', '0 8 * * *', '2026-07-01T07:00:00Z', '2026-07-02T06:00:00.000Z'],
    ['America/New_York', '30 23 * * 0', '2026-01-05T08:00:00Z', '2026-01-12T04:30:00.000Z'],
    // The clock goes from 2:00 to 3:00 on 29 March: that night has no 2:30.
    ['Europe/Berlin', '30 2 * * *', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00.000Z'],
  ])('in %s %s after %s is due at %s', (zone, schedule, after, due) => {
    expect(new Date(parseCronSchedule(schedule, zone).next(Date.parse(after)) ?? 0).toISOString()).toBe(due);
  });

  it('has no next time when its day never comes', () => {
    expect(next('0 0 30 2 *', '2026-01-05T00:00:00Z')).toBeUndefined();
  });

  it.each(['', '* * * *', '60 * * * *', '5-1 * * * *', 'often'])('refuses %j', (schedule) => {
    expect(() => parseCronSchedule(schedule)).toThrow('unparseable schedule');
  });
});
