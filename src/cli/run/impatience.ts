import { formatDuration, plural } from '../../base/index.ts';
import type { RunEvent } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';

export interface Impatience {
  /** Aborts with the second wish to stop: cuts the rollbacks that the experiment declares, never the undo. */
  readonly signal: AbortSignal;
  onEvent(event: RunEvent): void;
  stop(): void;
}

type Stage = 'run' | 'rollbacks' | 'undo' | 'after';

/** Answers every Ctrl-C but the first, and one that comes while the undo is under way: what is being undone, since when, what is left. */
export function createImpatience({ signal, clock, say, style, onInterruptedAgain }: CommandContext): Impatience {
  const second = new AbortController();
  let stage: Stage = 'run';
  let planned = 0;
  let now: { readonly summary: string; readonly left: number; readonly sinceMs: number } | undefined;
  const words = (): string => {
    if (stage === 'after' || (planned === 0 && stage !== 'rollbacks'))
      return 'Stopping: nothing is left to undo. The run ends in a moment.';
    if (stage === 'rollbacks') return "Leaving out the experiment's own rollbacks; the undo follows and ends by itself.";
    if (now === undefined) return `Stopping what is under way; then ${plural(planned, 'thing')} will be undone. This ends by itself.`;
    const since = formatDuration(clock.now() - now.sinceMs);
    return `Still undoing, since ${since}: ${now.summary} (${now.left} of ${planned} left). A machine takes a minute or two as a rule; this ends by itself, and nothing is to stay broken.`;
  };
  const first = (): void => {
    if (stage === 'undo') say(style.warn(words()));
  };
  const again = (): void => {
    say(style.warn(words()));
    second.abort(signal.reason);
  };
  signal.addEventListener('abort', first, { once: true });
  const forget = onInterruptedAgain?.(again);
  return {
    signal: second.signal,
    onEvent(event) {
      if (event.type === 'undo-planned') planned += 1;
      else if (event.type === 'rollbacks-started' && event.activities > 0) stage = 'rollbacks';
      else if (event.type === 'undo-started') {
        stage = 'undo';
        now = { summary: event.summary, left: event.left, sinceMs: event.atMs };
      } else if (event.type === 'run-ended') stage = 'after';
    },
    stop() {
      signal.removeEventListener('abort', first);
      forget?.();
    },
  };
}
