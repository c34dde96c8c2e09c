import type { Clock } from '../../base/index.ts';

export interface LinkedSignal {
  readonly signal: AbortSignal;
  timedOut(): boolean;
  /** Forgets both the outer signal and the limit. */
  stop(): void;
}

/** A signal that aborts with another one, or when a limit is over. */
export function linkedSignal(clock: Clock, outer: AbortSignal, limitMs?: number): LinkedSignal {
  const controller = new AbortController();
  let over = false;
  const abort = (): void => controller.abort(outer.reason);
  if (outer.aborted) abort();
  else outer.addEventListener('abort', abort, { once: true });
  const cancel =
    limitMs === undefined
      ? () => {}
      : clock.after(limitMs, () => {
          over = true;
          controller.abort(new Error('the time limit is over'));
        });
  return {
    signal: controller.signal,
    timedOut: () => over && !outer.aborted,
    stop() {
      cancel();
      outer.removeEventListener('abort', abort);
    },
  };
}
