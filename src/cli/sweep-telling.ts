import { setImmediate } from 'node:timers/promises';
import { EvenkeelError } from '../base/index.ts';
import type { ClusterModel } from '../cluster/index.ts';
import { type Prediction, failuresOf, sweepEach } from '../whatif/index.ts';
import type { CommandContext } from './context.ts';

const TELL_EVERY_MS = 5000;
/** So long nothing else is let in: no Ctrl-C, no line. */
const TURN_MS = 100;

/** Sweeps, tells every few seconds how far it is, and ends at Ctrl-C. Errors: `CANCELLED`; as `sweep`. */
export async function sweepTelling(
  model: ClusterModel,
  { signal, say, style }: Pick<CommandContext, 'signal' | 'say' | 'style'>,
  options: Parameters<typeof sweepEach>[1],
): Promise<Prediction[]> {
  const total = failuresOf(model, options).length;
  const predictions: Prediction[] = [];
  let [toldMs, turnMs] = [performance.now(), performance.now()];
  for (const prediction of sweepEach(model, options)) {
    predictions.push(prediction);
    const nowMs = performance.now();
    if (nowMs - toldMs >= TELL_EVERY_MS) {
      toldMs = nowMs;
      say(style.dim(`${predictions.length} of ${total} failures are predicted …`));
    }
    if (nowMs - turnMs < TURN_MS) continue;
    await setImmediate();
    turnMs = performance.now();
    if (signal.aborted) throw new EvenkeelError('CANCELLED', 'interrupted', { blame: 'input', cause: signal.reason });
  }
  return predictions;
}
