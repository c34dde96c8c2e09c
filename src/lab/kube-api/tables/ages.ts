/** How long ago, as kubectl's columns have it. Source: apimachinery util/duration HumanDuration. */

/** `5s`, `2m30s`, `45m`, `3h20m`, `2d4h`, `16d`, `2y30d`. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return withRest(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? withRest(years, 'y', days % 365, 'd') : `${years}y`;
}

const withRest = (amount: number, unit: string, rest: number, restUnit: string): string =>
  rest === 0 ? `${amount}${unit}` : `${amount}${unit}${rest}${restUnit}`;

/** The age of a time stamp, or `<unknown>`. */
export const ageOf = (timestamp: string | undefined | null, nowMs: number): string =>
  timestamp === undefined || timestamp === null || timestamp === '' ? '<unknown>' : humanDuration(nowMs - Date.parse(timestamp));
