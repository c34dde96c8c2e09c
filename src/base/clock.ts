import { EvenkeelError } from './evenkeel-error.ts';

/** Stops a timer or a subscription; calling it again does nothing. */
export type Cancel = () => void;

/**
 * Time as an argument. Everything that waits takes one, so that the lab may run faster than the wall and tests need no waiting.
 *
 * Units: milliseconds of this clock's own time, unless a name says "wall".
 */
export interface Clock {
  /** How many milliseconds of this clock pass in one of the wall's: 1 for the real clock. */
  readonly speed: number;
  /** Milliseconds since the Unix epoch, in this clock's time. */
  now(): number;
  /** Calls `run` once, after the delay (at least on the next turn of the event loop). */
  after(delayMs: number, run: () => void): Cancel;
  /** Resolves after the delay. Errors: `CANCELLED` as soon as the signal aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The wall clock. */
export function createRealClock(): Clock {
  return createScaledClock({ speed: 1, originMs: 0, wallOriginMs: 0 });
}

export interface ScaledClockOptions {
  /** Milliseconds of this clock per millisecond of the wall; greater than 0. */
  readonly speed: number;
  /** What this clock showed when the wall clock showed `wallOriginMs`. */
  readonly originMs: number;
  readonly wallOriginMs: number;
}

// Node turns longer timers into immediate ones, so long waits are made of several.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A clock that runs `speed` times as fast as the wall. Two processes that share the three options show the same time. */
export function createScaledClock({ speed, originMs, wallOriginMs }: ScaledClockOptions): Clock {
  const now = (): number => originMs + (Date.now() - wallOriginMs) * speed;
  const after = (delayMs: number, run: () => void): Cancel => {
    let left = Math.max(0, delayMs / speed);
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const part = Math.min(left, LONGEST_TIMER_MS);
      left -= part;
      timer = setTimeout(left > 0 ? wait : run, part);
    };
    wait();
    return () => clearTimeout(timer);
  };
  return { speed, now, after, sleep: (delayMs, signal) => sleepOn(after, delayMs, signal) };
}

/** `speed:originMs:wallOriginMs`: with these another process shows this clock's time (`createScaledClock`). */
export function describeClock(clock: Clock): string {
  return [clock.speed, clock.now(), Date.now()].join(':');
}

/** A clock that moves only when told to. */
export interface VirtualClock extends Clock {
  /** Moves time forward, running what falls due in order of time; promises settle between two timers. */
  advance(deltaMs: number): Promise<void>;
  /** Number of timers that wait. */
  readonly pending: number;
}

/** Creates a stepped clock for tests and predictions. Timers due at the same moment run in the order they were set. */
export function createVirtualClock(startMs = 0): VirtualClock {
  let nowMs = startMs;
  let nextId = 0;
  const timers = new Map<number, { dueMs: number; run: () => void }>();
  const after = (delayMs: number, run: () => void): Cancel => {
    const id = nextId++;
    timers.set(id, { dueMs: nowMs + Math.max(0, delayMs), run });
    return () => timers.delete(id);
  };
  const earliest = (limitMs: number): number | undefined => {
    let found: number | undefined;
    let foundDue = Infinity;
    for (const [id, timer] of timers) {
      if (timer.dueMs <= limitMs && timer.dueMs < foundDue) {
        found = id;
        foundDue = timer.dueMs;
      }
    }
    return found;
  };
  return {
    speed: 1,
    now: () => nowMs,
    after,
    sleep: (delayMs, signal) => sleepOn(after, delayMs, signal),
    get pending() {
      return timers.size;
    },
    async advance(deltaMs) {
      const targetMs = nowMs + deltaMs;
      await settle();
      for (let id = earliest(targetMs); id !== undefined; id = earliest(targetMs)) {
        const timer = timers.get(id);
        timers.delete(id);
        if (timer === undefined) continue;
        nowMs = Math.max(nowMs, timer.dueMs);
        timer.run();
        await settle();
      }
      nowMs = targetMs;
    },
  };
}

/** Calls `run` every `periodMs`, first after one period. A period that is still running delays the next. */
export function every(clock: Clock, periodMs: number, run: () => void | Promise<void>): Cancel {
  let stopped = false;
  let cancel: Cancel = () => {};
  const schedule = (): void => {
    cancel = clock.after(periodMs, () => {
      void Promise.resolve(run()).finally(() => {
        if (!stopped) schedule();
      });
    });
  };
  schedule();
  return () => {
    stopped = true;
    cancel();
  };
}

const SHORTEST_NETWORK_LIMIT_MS = 200;

/**
 * Turns a network time limit in the clock's time into wall milliseconds for a socket.
 *
 * Never below 200 ms of wall time: a fast lab must not make failures that are none.
 */
export function networkLimitMs(clock: Clock, limitMs: number): number {
  return clock.speed === 1 ? limitMs : Math.max(SHORTEST_NETWORK_LIMIT_MS, limitMs / clock.speed);
}

function sleepOn(after: Clock['after'], delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cancel();
      reject(new EvenkeelError('CANCELLED', 'the wait was cancelled', { blame: 'input', cause: signal?.reason }));
    };
    const cancel = after(delayMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Lets promise reactions and immediates run, so that what a timer set in motion can set its own timers. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
