/** The last moment that a date can tell, in the year 275760. */
const LAST_MS = 8.64e15;

/** A moment as the journal writes it: `2026-01-31T10:00:00.123000+00:00`. `at`: milliseconds since the epoch, fractions allowed. */
export function wallTime(at: number): string {
  const ms = Math.min(at, LAST_MS - 1000);
  const whole = Math.floor(ms / 1000) * 1000;
  const micro = Math.round((ms - whole) * 1000);
  const carried = micro >= 1_000_000 ? 1 : 0;
  const seconds = new Date(whole + carried * 1000).toISOString().slice(0, -5);
  return `${seconds}.${String(micro - carried * 1_000_000).padStart(6, '0')}+00:00`;
}
