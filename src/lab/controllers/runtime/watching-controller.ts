/** A controller of the usual shape: watches that put keys into a queue, and one function that works on a key. */
import type { Cancel } from '../../../base/index.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { createWorkQueue, type WorkQueue } from './work-queue.ts';

export interface WatchingController {
  readonly name: string;
  readonly summary: string;
  /** Result: what undoes each watch. */
  watch(context: ControllerContext, queue: Pick<WorkQueue, 'add' | 'addAfter'>): readonly Cancel[];
  /** Called with one key; `ApiError`s lead to another try. */
  sync(context: ControllerContext, key: string, queue: Pick<WorkQueue, 'add' | 'addAfter'>): void;
}

/** Builds a controller that starts with a fresh `make()` each time, so that nothing is shared between labs. */
export function watchingController(name: string, summary: string, make: () => Omit<WatchingController, 'name' | 'summary'>): Controller {
  return {
    name,
    summary,
    start(context) {
      const { clock, log, timing } = context;
      const parts = make();
      const queue: WorkQueue = createWorkQueue({
        clock,
        log,
        name,
        delayMs: timing.reactionMs,
        run: (key) => parts.sync(context, key, queue),
      });
      const cancels = parts.watch(context, queue);
      return () => {
        for (const cancel of cancels) cancel();
        queue.stop();
      };
    },
  };
}
