import { EvenkeelError } from './evenkeel-error.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads `90s`, `1m30s`, `1.5h`, `250ms`, or a bare number of seconds. Result: milliseconds.
 *
 * Errors: `INVALID_INPUT`. Source: Go's time.ParseDuration, with `d` for 24 h.
 */
export function parseDuration(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) {
    throw new EvenkeelError('INVALID_INPUT', `'${text}' is not a duration`, { blame: 'input', hint: 'Write it like 90s, 1m30s or 2h.' });
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}

/** Milliseconds in words for people: `0.4 s`, `12 s`, `5 min 45 s`, `2 h 3 min`, `4 d`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 9_950) return ms < 950 && ms > 0 ? `${(ms / 1000).toFixed(1)} s` : `${trim((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

function trim(number: string): string {
  return number.endsWith('.0') ? number.slice(0, -2) : number;
}
