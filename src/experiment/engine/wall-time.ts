/** A moment as the journal writes it: `2026-01-31T10:00:00.123000+00:00`. `ms`: milliseconds since the epoch, fractions allowed. */
export function wallTime(ms: number): string {
  const whole = Math.floor(ms / 1000) * 1000;
  const micro = Math.round((ms - whole) * 1000);
  const carried = micro >= 1_000_000 ? 1 : 0;
  const seconds = new Date(whole + carried * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(micro - carried * 1_000_000).padStart(6, '0')}+00:00`;
}
