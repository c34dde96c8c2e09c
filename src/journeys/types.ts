/** A user's path through the application, and what was measured of it. Times are epoch milliseconds of the clock in use; latencies are milliseconds of it. */

export interface Expectations {
  /** Numbers, or ranges such as `2xx` and `500-503`; one of them must match. */
  readonly status: readonly (number | string)[];
  /** Header name (any case) -> text that its value contains, or `/pattern/`. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSONPath (RFC 9535) -> expected value, or a comparison (`{ atLeast: 1 }`). */
  readonly json: Readonly<Record<string, unknown>>;
  readonly bodyContains: readonly string[];
  /** Regular expressions (flag `u`) of which each must match. */
  readonly bodyMatches: readonly string[];
  readonly latencyMs: number | undefined;
}

export interface StepSpec {
  readonly name: string;
  readonly method: string;
  /** With `${…}` for the environment and for captured values. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else but undefined as JSON. */
  readonly body: unknown;
  readonly expect: Expectations;
  /** Name -> JSONPath into the answer. */
  readonly capture: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** The Service behind it (`namespace/name` or `name`), for blame; otherwise derived from the Ingress. */
  readonly service: string | undefined;
  /** Repeats the step while it is answered, but not yet as expected (a search index that lags), at most this long. No answer, or a 5xx, fails it at once. */
  readonly untilMs: number | undefined;
}

export interface JourneySpec {
  readonly name: string;
  readonly description: string;
  /** Journeys started per second; open loop: a slow one delays no other. */
  readonly ratePerSecond: number;
  /** `both`: every other journey on connections of its own. */
  readonly connection: 'fresh' | 'kept-alive' | 'both';
  readonly steps: readonly StepSpec[];
  /** What it may suffer at most while something is broken. */
  readonly limits: JourneyLimits;
}

/** Where none is stated, no step may fail. */
export interface JourneyLimits {
  readonly longestOutageMs: number | undefined;
  /** 0 to 1, of the steps while the fault lasts (or of all, where there is none). */
  readonly availability: number | undefined;
}

/** Whether a journey kept within its limits. `unknown`: what was not measured may hide that it did not. */
export interface JourneyVerdict {
  readonly status: 'held' | 'broken' | 'unknown';
  readonly limits: JourneyLimits;
  /** Each limit that does not hold (or all that do), in words, with the window. */
  readonly reasons: readonly string[];
}

export interface StepResult {
  readonly step: string;
  readonly service: string | undefined;
  readonly connection: 'fresh' | 'kept-alive';
  /** Which journey it belongs to, counted from 0. */
  readonly iteration: number;
  readonly startMs: number;
  readonly latencyMs: number;
  readonly ok: boolean;
  readonly status: number | undefined;
  /** Why it is not ok: `no answer within 2 s`, `status 503, expected 200`. */
  readonly failure: string | undefined;
}

/** A journey that was due and not (or not wholly) measured: its time is unknown, not up. */
export interface SkippedJourney {
  readonly atMs: number;
  readonly reason: string;
}

/** All that was measured, for `summarise`. */
export interface JourneyRecording {
  readonly journey: string;
  readonly ratePerSecond: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly results: readonly StepResult[];
  readonly skipped: readonly SkippedJourney[];
}

/** From the first failed step to the end of the last failed one before success resumes. */
export interface OutageWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** True when it had not ended when the measuring did. */
  readonly open: boolean;
  readonly failed: number;
  /** Steps of the same services started inside the window, those that failed included: half of them failing is not "down". */
  readonly attempts?: number;
  readonly services: readonly string[];
}

/** `whole`: measured without a fault to divide the time. */
export type Phase = 'before' | 'during' | 'after' | 'whole';

export interface PhaseFigures {
  readonly phase: Phase;
  readonly fromMs: number;
  readonly toMs: number;
  readonly attempts: number;
  readonly failed: number;
  /** 0 to 1; undefined when nothing was measured. */
  readonly availability: number | undefined;
  /** Of the steps that went well. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | undefined;
  /** Time in which nothing was measured: unknown, not up. */
  readonly unknownMs: number;
}

export interface JourneyRecord {
  readonly journey: string;
  readonly ratePerSecond: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly phases: readonly PhaseFigures[];
  readonly outages: readonly OutageWindow[];
  /** Length of the longest outage. */
  readonly longestGapMs: number;
  /** Per service (or step, where none is known). */
  readonly byService: readonly {
    readonly service: string;
    readonly attempts: number;
    readonly failed: number;
    readonly outages: readonly OutageWindow[];
  }[];
  /** Journeys that were due and not measured, by reason. */
  readonly skipped?: readonly { readonly reason: string; readonly count: number }[];
  /** The most frequent failures in words, most frequent first. */
  readonly failures?: readonly { readonly service: string; readonly failure: string; readonly count: number }[];
  /** Spans in which journeys were due and not sent: unknown, not up. */
  readonly unmeasured?: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly verdict?: JourneyVerdict;
  /** Buckets for drawing: counts per `bucketMs`. */
  readonly bucketMs: number;
  readonly buckets: readonly { readonly atMs: number; readonly ok: number; readonly failed: number; readonly p95Ms: number | undefined }[];
}
