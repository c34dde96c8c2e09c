import { messageOf } from '../../base/index.ts';
import { Interruption } from './run-event.ts';
import { runHypothesis } from './run-hypothesis.ts';
import type { RunWorld } from './run-world.ts';

/** Checks the hypothesis again and again while the method is played. Result: stops it and waits for its end. */
export function startContinuousHypothesis(world: RunWorld): () => Promise<void> {
  const everySeconds = world.options.hypothesisFrequency ?? 1;
  world.emit({ type: 'continuous-started', everySeconds });
  const stop = new AbortController();
  const cut = (): void => stop.abort(world.options.signal.reason);
  world.options.signal.addEventListener('abort', cut, { once: true });
  const ended = checkUntilStopped(world, everySeconds * 1000, stop.signal);
  return async () => {
    stop.abort(new Interruption('stop'));
    await ended;
    world.options.signal.removeEventListener('abort', cut);
  };
}

async function checkUntilStopped(world: RunWorld, everyMs: number, stop: AbortSignal): Promise<void> {
  // A check that is under way when the method ends is let to its end: only an interruption cuts it.
  const { signal, clock, failFast } = world.options;
  let missedFraction: number | null = null;
  try {
    while (!stop.aborted && missedFraction === null) {
      const state = await runHypothesis(world, 'during', signal);
      if (state === undefined) break;
      world.journal.steady_states.during.push(state);
      world.touch();
      if (state.steady_state_met === false) {
        world.flags.continuousMissed = true;
        world.flags.continuousFailed ||= state.probes.at(-1)?.status === 'failed';
        if (failFast === true) {
          const { during } = world.journal.steady_states;
          missedFraction = during.filter((check) => check.steady_state_met === false).length / during.length;
          world.flags.failFast = true;
          world.missed.abort();
          break;
        }
      }
      await clock.sleep(everyMs, stop).catch(() => {});
    }
  } catch (thrown) {
    if (!(thrown instanceof Interruption)) {
      world.journal.status = 'aborted';
      world.emit({ type: 'continuous-crashed', message: messageOf(thrown) });
    }
  }
  world.emit({ type: 'continuous-ended', missedFraction });
}
