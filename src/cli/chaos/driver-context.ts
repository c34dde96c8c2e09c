import { createRandom } from '../../base/index.ts';
import type { Logger } from '../../base/index.ts';
import type { ActivityContext } from '../../experiment/index.ts';
import type { ChaosIo } from './chaos-io.ts';

/** What a driver needs when it is used outside of a run. */
export function contextOf(io: ChaosIo, log: Logger, env: ActivityContext['env'] = io.env): ActivityContext {
  return {
    clock: io.clock,
    random: createRandom('chaos'),
    log,
    signal: new AbortController().signal,
    env,
    configuration: {},
    secrets: {},
    activityName: '',
    undo: { plan: () => Promise.reject(new Error('nothing is undone here')) },
  };
}
