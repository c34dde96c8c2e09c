import {
  createHttpSender,
  type JourneyRecord,
  type JourneyRecording,
  type JourneySpec,
  type RunningJourney,
  type ServiceResolver,
  judgeRecord,
  settleMs,
  startJourney,
  summarise,
} from '../../journeys/index.ts';
import type { JourneyPulse } from './live-state.ts';
import type { CommandContext } from '../context.ts';

/** Journeys that run beside an experiment. */
export interface JourneysBeside {
  /** Second by second, what the last ones were like. */
  pulses(nowMs: number): JourneyPulse[];
  stop(): Promise<void>;
  /** Figures by phase, once stopped, each judged by its limits. `actedAtMs`: when something was broken first. */
  records(
    during: { readonly duringFromMs: number; readonly duringToMs: number | undefined } | undefined,
    actedAtMs: number | undefined,
  ): JourneyRecord[];
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
    pulses: (nowMs) => running.map((journey) => pulseOf(journey.recording(), nowMs)),
    async stop() {
      await Promise.all(running.map((journey) => journey.stop()));
      sender.close();
    },
    records: (phases, actedAtMs) =>
      journeys.flatMap(({ limits }, index): JourneyRecord[] => {
        const recording = running[index]?.recording();
        if (recording === undefined) return [];
        const record = summarise(recording, { phases });
        return [{ ...record, verdict: judgeRecord(record, limits, actedAtMs) }];
      }),
  };
}

const PULSE_SECONDS = 20;

/** A second is as bad as its worst step. */
function pulseOf(recording: JourneyRecording, nowMs: number): JourneyPulse {
  const { journey, results } = recording;
  const marks: JourneyPulse['marks'][number][] = Array.from({ length: PULSE_SECONDS }, () => 'none');
  for (let index = results.length - 1; index >= 0; index--) {
    const result = results[index];
    const secondsAgo = result === undefined ? PULSE_SECONDS : Math.floor((nowMs - result.startMs) / 1000);
    // A step may take long; those that began well before cannot matter any more.
    if (secondsAgo > 3 * PULSE_SECONDS) break;
    const at = PULSE_SECONDS - 1 - secondsAgo;
    if (result !== undefined && at >= 0 && at < PULSE_SECONDS && marks[at] !== 'failed') marks[at] = result.ok ? 'ok' : 'failed';
  }
  const sinceMs = outageSince(recording);
  return { name: journey, marks, ...(sinceMs !== undefined && { outageMs: nowMs - sinceMs }) };
}

/** When the outage began that goes on: failures nearer to each other than what ends one. Undefined when none does. */
function outageSince({ results, ratePerSecond, toMs }: JourneyRecording): number | undefined {
  const quietMs = settleMs(ratePerSecond);
  let since: number | undefined;
  for (let index = results.length - 1; index >= 0; index--) {
    const result = results[index];
    if (result === undefined || (since ?? toMs) - result.startMs - result.latencyMs > quietMs) break;
    if (!result.ok) since = result.startMs;
  }
  return since;
}
