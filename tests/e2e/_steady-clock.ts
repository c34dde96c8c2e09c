/** A fast clock that stands still whenever its process does. */
import { type Clock, createVirtualClock } from '../../src/base/index.ts';

const STEP_WALL_MS = 2;

/**
 * A clock for a whole lab in the test's own process: `speed` times as fast as the wall, by small steps of the event loop.
 *
 * A clock that follows the wall counts a stall of the machine as lab time: at speed 40 a busy second makes a pod's start 40 s longer,
 * which a prediction then takes for what the pod needs.
 */
export function startSteadyClock(speed: number, originMs: number): { readonly clock: Clock; readonly stop: () => void } {
  const virtual = createVirtualClock(originMs);
  const stopped = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await virtual.advance(STEP_WALL_MS * speed);
      await new Promise((resolve) => setTimeout(resolve, STEP_WALL_MS));
    }
  };
  void run();
  return { clock: { ...virtual, speed }, stop: () => stopped.abort() };
}
