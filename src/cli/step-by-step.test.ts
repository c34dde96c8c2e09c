import { expect, it } from 'vitest';
import { stepByStep } from './step-by-step.ts';
import { createStyle } from './output/style.ts';

const style = createStyle(false);

/** So many steps that work takes longer than a turn. */
function* busy(ms: number, done: { steps: number }): Generator<string, string> {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs) yield `${++done.steps} steps are done`;
  return 'result';
}

it('gives what the steps come to', async () => {
  const { signal } = new AbortController();
  expect(await stepByStep(busy(1, { steps: 0 }), { signal, say: () => {}, style })).toBe('result');
});

it('lets Ctrl-C in between two steps', async () => {
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  const working = stepByStep(busy(60_000, { steps: 0 }), { signal: stop.signal, say: () => {}, style });
  await expect(working).rejects.toMatchObject({ code: 'CANCELLED' });
});
