import {
  createHttpSender,
  type JourneyRecord,
  type JourneySpec,
  type RunningJourney,
  type ServiceResolver,
  startJourney,
  summarise,
} from '../../journeys/index.ts';
import type { CommandContext } from '../context.ts';

/** Journeys that run beside an experiment. */
export interface JourneysBeside {
  stop(): Promise<void>;
  /** Figures by phase, once stopped. */
  records(during: { readonly duringFromMs: number; readonly duringToMs: number | undefined } | undefined): JourneyRecord[];
}

/** Starts them all. */
export function startJourneysBeside(
  journeys: readonly JourneySpec[],
  resolve: ServiceResolver | undefined,
  context: CommandContext,
): JourneysBeside {
  const sender = createHttpSender();
  const running: RunningJourney[] = journeys.map((journey) =>
    startJourney(journey, {
      clock: context.clock,
      random: context.random,
      log: context.log,
      env: context.env,
      sender,
      ...(resolve === undefined ? {} : { resolve }),
    }),
  );
  return {
    async stop() {
      await Promise.all(running.map((journey) => journey.stop()));
      sender.close();
    },
    records: (phases) => running.map((journey) => summarise(journey.recording(), { phases })),
  };
}
