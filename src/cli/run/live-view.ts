/** Shows a run on a terminal: finished lines scroll up, below them a live part is redrawn in place. */
import type { Clock } from '../../base/index.ts';
import type { Style } from '../output/style.ts';
import type { JourneyPulse, LiveState } from './live-state.ts';

export interface LiveView {
  /** Prints a line above the live part. */
  readonly say: (this: void, text: string) => void;
  /** Takes the live part away. Safe to repeat. */
  stop(): void;
}

export interface LiveViewOptions {
  readonly state: LiveState;
  readonly stream: NodeJS.WriteStream;
  readonly clock: Clock;
  readonly style: Style;
  readonly journeys: () => readonly JourneyPulse[];
}

const REDRAW_WALL_MS = 250;

/** Starts drawing. */
export async function startLiveView({ state, stream, clock, style, journeys }: LiveViewOptions): Promise<LiveView> {
  const { createLogUpdate } = await import('log-update');
  const screen = createLogUpdate(stream);
  let stopped = false;
  const draw = (): void => {
    if (stopped) return;
    const { columns, rows } = stream;
    screen(state.lines({ nowMs: clock.now(), columns, rows, journeys: journeys(), style }).join('\n'));
  };
  // What is said of a Ctrl-C is written by another hand, and must not land in the live part.
  const giveWay = (): void => {
    screen.clear();
    setImmediate(draw);
  };
  process.prependListener('SIGINT', giveWay);
  process.prependListener('SIGTERM', giveWay);
  const timer = setInterval(draw, REDRAW_WALL_MS);
  draw();
  return {
    say(text) {
      if (!stopped) screen.clear();
      stream.write(`${text}\n`);
      draw();
    },
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      process.off('SIGINT', giveWay);
      process.off('SIGTERM', giveWay);
      screen.clear();
      // Shows the cursor again.
      screen.done();
    },
  };
}
