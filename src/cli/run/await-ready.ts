import type { CommandContext } from '../context.ts';

/** Wall time: a list of a large cluster takes seconds, a watch that hangs takes for ever. */
const READY_LIMIT_MS = 20_000;

/** Waits until observers know how things stand; a run is not held up by what only helps to tell of it. */
export async function awaitReady(ready: Promise<void> | undefined, { clock, signal, say, style }: CommandContext): Promise<void> {
  if (ready === undefined) return;
  const waiting = new AbortController();
  const limit = clock.sleep(READY_LIMIT_MS * clock.speed, AbortSignal.any([waiting.signal, signal])).then(
    () => 'late' as const,
    () => 'stopped' as const,
  );
  const first = await Promise.race([ready.then(() => 'ready' as const), limit]);
  waiting.abort();
  if (first === 'late') {
    const words = `the cluster's changes can not be watched after ${READY_LIMIT_MS / 1000} s: what happens to nodes and pods may be missing in the report`;
    say(style.warn(`warning: ${words}`));
  }
}
