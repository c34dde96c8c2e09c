import { type Cancel, type Clock, type Logger, type Random, EvenkeelError } from '../base/index.ts';
import type { HttpSender } from './http-port.ts';
import { runIteration } from './run-iteration.ts';
import type { ServiceResolver } from './service-resolver.ts';
import { fill } from './template.ts';
import type { JourneyRecording, JourneySpec, SkippedJourney, StepResult } from './types.ts';

export interface StartJourneyOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Values for `${NAME}`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborting cuts what is on its way and stops. */
  readonly signal?: AbortSignal;
  readonly sender: HttpSender;
  readonly onResult?: (result: StepResult) => void;
  /** Url -> service, for steps that do not name theirs. */
  readonly resolve?: ServiceResolver;
  /** Journeys on their way at the same time; what is due beyond that is unknown. Default 200. */
  readonly maxInFlight?: number;
}

export interface RunningJourney {
  /** What was measured until now. */
  recording(): JourneyRecording;
  /** Sends nothing new, waits for the answers on their way (each has its limit), and resolves with everything measured. Safe to repeat. */
  stop(): Promise<JourneyRecording>;
}

/** How late a journey may start before it counts as not measured: the machine that measures was busy or asleep. Wall time. */
const LATEST_START_WALL_MS = 500;

/**
 * Starts journeys at a constant rate, the first at once, until stopped. A slow journey delays no other.
 *
 * Errors: `INVALID_INPUT` when the first step's URL needs a variable that the environment lacks.
 */
export function startJourney(spec: JourneySpec, options: StartJourneyOptions): RunningJourney {
  const { clock, sender, maxInFlight = 200 } = options;
  const random = options.random.fork(`journey/${spec.name}`);
  const environment = new Map(
    Object.entries(options.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
  const fromMs = clock.now();
  const periodMs = 1000 / spec.ratePerSecond;
  const results: StepResult[] = [];
  const skipped: SkippedJourney[] = [];
  const running = new Set<Promise<void>>();
  const cut = new AbortController();
  let toMs: number | undefined;
  let cancelTimer: Cancel = () => {};
  checkFirstUrl(spec, environment);

  const record = (result: StepResult): void => {
    results.push(result);
    options.onResult?.(result);
  };
  const begin = (iteration: number): void => {
    const atMs = clock.now();
    if (running.size >= maxInFlight) {
      skipped.push({ atMs, reason: `${maxInFlight} journeys were still on their way` });
      return;
    }
    const variables = new Map([...environment, ['random', randomWord(random, iteration)], ['iteration', String(iteration)]]);
    const connection = spec.connection === 'both' ? (iteration % 2 === 0 ? 'fresh' : 'kept-alive') : spec.connection;
    const context = {
      clock,
      sender,
      log: options.log,
      cut: cut.signal,
      stopping: () => toMs !== undefined,
      connection,
      iteration,
      record,
    } as const;
    const run = runIteration(spec.steps, variables, { ...context, resolve: options.resolve ?? (() => undefined) })
      .catch((error: unknown) => {
        skipped.push({ atMs, reason: error instanceof EvenkeelError ? error.message : 'a mistake of evenkeel' });
        options.log.error(`journey ${spec.name}: ${error instanceof Error ? error.message : String(error)}`);
      })
      .then(() => void running.delete(run));
    running.add(run);
  };
  const tick = (iteration: number): void => {
    let next = iteration;
    const lateMs = LATEST_START_WALL_MS * clock.speed;
    // After a sleep of the machine the journeys that were due are not sent in a burst: they were not measured.
    while (fromMs + next * periodMs < clock.now() - lateMs)
      skipped.push({ atMs: fromMs + next++ * periodMs, reason: 'the measuring machine was busy' });
    while (fromMs + next * periodMs <= clock.now()) begin(next++);
    cancelTimer = clock.after(fromMs + next * periodMs - clock.now(), () => tick(next));
  };
  const recording = (): JourneyRecording => ({
    journey: spec.name,
    ratePerSecond: spec.ratePerSecond,
    fromMs,
    toMs: toMs ?? clock.now(),
    results: [...results],
    skipped: [...skipped],
  });
  const end = (): void => {
    toMs ??= clock.now();
    cancelTimer();
  };
  const abort = (): void => {
    end();
    cut.abort();
  };

  if (options.signal?.aborted === true) abort();
  else {
    options.signal?.addEventListener('abort', abort, { once: true });
    tick(0);
  }
  return {
    recording,
    async stop() {
      end();
      await Promise.all(running);
      options.signal?.removeEventListener('abort', abort);
      return recording();
    },
  };
}

/** A variable that is missing would fail each journey; it is said once instead, before the first. */
function checkFirstUrl(spec: JourneySpec, environment: ReadonlyMap<string, string>): void {
  const known = new Map([...environment, ['random', ''], ['iteration', '']]);
  for (const step of spec.steps) {
    fill(step.url, known);
    for (const name of Object.keys(step.capture)) known.set(name, '');
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

function randomWord(random: Random, iteration: number): string {
  const source = random.fork(String(iteration));
  return Array.from({ length: 8 }, () => LETTERS[source.integer(LETTERS.length)] ?? 'a').join('');
}
