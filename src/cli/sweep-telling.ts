import type { ClusterModel } from '../cluster/index.ts';
import { type Prediction, failuresOf, sweepEach } from '../whatif/index.ts';
import type { CommandContext } from './context.ts';
import { stepByStep } from './step-by-step.ts';

/** Sweeps, tells every few seconds how far it is, and ends at Ctrl-C. Errors: `CANCELLED`; as `sweep`. */
export function sweepTelling(
  model: ClusterModel,
  context: Pick<CommandContext, 'signal' | 'say' | 'style'>,
  options: Parameters<typeof sweepEach>[1],
): Promise<Prediction[]> {
  return stepByStep(tellingSweep(model, options), context);
}

function* tellingSweep(model: ClusterModel, options: Parameters<typeof sweepEach>[1]): Generator<string, Prediction[]> {
  const total = failuresOf(model, options).length;
  const predictions: Prediction[] = [];
  for (const prediction of sweepEach(model, options)) {
    predictions.push(prediction);
    yield `${predictions.length} of ${total} failures are predicted`;
  }
  return predictions;
}
