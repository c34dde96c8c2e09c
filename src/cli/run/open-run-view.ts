import { createLogger } from '../../base/index.ts';
import type { Experiment, RunEvent } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import { createStyle } from '../output/style.ts';
import { createLiveState, type JourneyPulse } from './live-state.ts';
import { startLiveView } from './live-view.ts';
import { tellRun } from './tell-run.ts';

/** `plain`: a line for each thing that happened; `live`: the same, and below it what goes on now; `json`: an object a line. */
export type RunTelling = 'plain' | 'live' | 'json';

export interface RunView {
  /** The context for what tells something during the run. */
  readonly context: CommandContext;
  onEvent(event: RunEvent): void;
  stop(): void;
}

/** Opens the view of a run on standard error. `json` expects a context that speaks JSON; `write` puts a line out as it is. */
export async function openRunView(
  context: CommandContext,
  {
    telling,
    experiment,
    journeys,
  }: { readonly telling: RunTelling; readonly experiment: Experiment; readonly journeys: () => readonly JourneyPulse[] },
): Promise<RunView> {
  if (telling === 'json') {
    return { context, onEvent: (event) => void process.stderr.write(`${JSON.stringify(event)}\n`), stop: () => {} };
  }
  if (telling === 'plain') return { context, onEvent: tellRun(context.say, context.style), stop: () => {} };
  const colour = !process.env['NO_COLOR'] && context.style.bold('x') !== 'x';
  const style = createStyle(colour);
  const state = createLiveState(experiment);
  const view = await startLiveView({ state, stream: process.stderr, clock: context.clock, style, journeys });
  const tell = tellRun(view.say, style);
  return {
    context: {
      ...context,
      say: view.say,
      log: createLogger((level, message) => view.say(style.dim(`${level}: ${message}`)), context.globals.verbose ? 'debug' : 'warning'),
    },
    onEvent: (event) => {
      state.onEvent(event);
      tell(event);
    },
    stop: () => view.stop(),
  };
}

/** How a run is told here: live on a terminal that can redraw. */
export function tellingHere(env: CommandContext['env'], format: string): RunTelling {
  if (format === 'json') return 'json';
  return process.stderr.isTTY && env['TERM'] !== 'dumb' && !env['CI'] ? 'live' : 'plain';
}
