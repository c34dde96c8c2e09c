import { setImmediate } from 'node:timers/promises';
import { EvenkeelError } from '../base/index.ts';
import type { CommandContext } from './context.ts';

const TELL_EVERY_MS = 5000;
/** So long nothing else is let in: no Ctrl-C, no line. */
const TURN_MS = 100;

/** Does long work in steps, each of which says how far it is; tells that every few seconds, and ends at Ctrl-C. Errors: `CANCELLED`. */
export async function stepByStep<T>(
  steps: Generator<string, T>,
  { signal, say, style }: Pick<CommandContext, 'signal' | 'say' | 'style'>,
): Promise<T> {
  let [toldMs, turnMs] = [performance.now(), performance.now()];
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    const nowMs = performance.now();
    if (nowMs - toldMs >= TELL_EVERY_MS) {
      toldMs = nowMs;
      say(style.dim(`${step.value} …`));
    }
    if (nowMs - turnMs < TURN_MS) continue;
    await setImmediate();
    turnMs = performance.now();
    if (signal.aborted) throw new EvenkeelError('CANCELLED', 'interrupted', { blame: 'input', cause: signal.reason });
  }
}
