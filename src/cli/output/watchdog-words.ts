import { formatDuration } from '../../base/index.ts';
import type { WatchdogNote } from '../../experiment/index.ts';

/** What the watchdog of a run does now, in one sentence; undefined when there was none, or it has ended with nothing left to do. */
export function watchdogWords(note: (WatchdogNote & { readonly alive: boolean }) | undefined, nowMs: number): string | undefined {
  if (note === undefined || note.state === 'ended') return undefined;
  const why = note.reason === null ? '' : `: ${note.reason}`;
  const who = `watchdog pid ${note.pid}`;
  if (note.state === 'gave-up') return `${who} gave up after attempt ${note.attempt}${why}`;
  if (!note.alive) return `${who} is dead, nobody tries again by itself${why}`;
  switch (note.state) {
    case 'watching':
      return `${who} watches over it`;
    case 'mending':
      return `${who} mends it now, attempt ${note.attempt}${why}`;
    case 'waiting': {
      const waitMs = note.nextAt === null ? 0 : Math.max(0, Date.parse(note.nextAt) - nowMs);
      return `${who} tries again in ${formatDuration(waitMs)}, attempt ${note.attempt}${why}`;
    }
  }
}
