import { jsonpath, type JSONValue } from 'json-p3';
import { EvenkeelError, formatDuration, networkLimitMs, type Clock, type Logger } from '../base/index.ts';
import type { HttpAnswer, HttpSender } from './http-port.ts';
import { judgeAnswer, parseJson } from './judge-answer.ts';
import type { ServiceResolver } from './service-resolver.ts';
import { fill, fillDeep, referencesIn, textsIn } from './template.ts';
import type { StepResult, StepSpec } from './types.ts';

export interface IterationContext {
  readonly clock: Clock;
  readonly sender: HttpSender;
  readonly log: Logger;
  /** Cuts requests that are on their way; what is cut is not recorded. */
  readonly cut: AbortSignal;
  /** True as soon as no further request shall be sent. */
  readonly stopping: () => boolean;
  readonly connection: 'fresh' | 'kept-alive';
  readonly iteration: number;
  readonly resolve: ServiceResolver;
  readonly record: (result: StepResult) => void;
}

/** How long a step with `until` waits between two attempts, in the clock's time. */
const UNTIL_INTERVAL_MS = 1000;

type Attempt = { readonly kind: 'cut' } | { readonly kind: 'answered' | 'lost'; readonly result: StepResult; readonly captured: Captured };
type Captured = ReadonlyMap<string, string>;
type Capturing = { readonly failure: string | undefined; readonly captured: Captured };

/**
 * Walks the path once. A step that fails does not end the walk: later steps that need nothing of it are still taken,
 * so that each service is blamed for its own failures only. Result: whether the walk came to its end.
 */
export async function runIteration(steps: readonly StepSpec[], start: Captured, context: IterationContext): Promise<boolean> {
  const variables = new Map(start);
  const lost = new Set<string>();
  for (const step of steps) {
    if (needs(step).some((name) => lost.has(name))) {
      for (const name of Object.keys(step.capture)) lost.add(name);
      continue;
    }
    if (context.stopping()) return false;
    const captured = await runStep(step, variables, context);
    if (captured === 'stopped') return false;
    if (captured === undefined) for (const name of Object.keys(step.capture)) lost.add(name);
    else for (const [name, value] of captured) variables.set(name, value);
  }
  return true;
}

function needs(step: StepSpec): string[] {
  return [step.url, ...textsIn(step.headers), ...textsIn(step.body), ...textsIn(step.expect)].flatMap(referencesIn).map(({ name }) => name);
}

/** Captured values when the step went well, undefined when it failed. */
async function runStep(step: StepSpec, variables: Captured, context: IterationContext): Promise<Captured | undefined | 'stopped'> {
  const { clock } = context;
  const deadlineMs = clock.now() + (step.untilMs ?? 0);
  for (;;) {
    const attempt = await attemptStep(step, variables, context);
    if (attempt.kind === 'cut') return 'stopped';
    // An answer that is not yet as hoped is no failure while there is time left; no answer, or an error of the server, is one at once.
    const over = attempt.kind === 'lost' || clock.now() + UNTIL_INTERVAL_MS > deadlineMs;
    if (attempt.result.ok || over) context.record(attempt.result);
    if (attempt.result.ok) return attempt.captured;
    if (over) return undefined;
    try {
      await clock.sleep(UNTIL_INTERVAL_MS, context.cut);
    } catch {
      return 'stopped';
    }
    if (context.stopping()) return 'stopped';
  }
}

async function attemptStep(step: StepSpec, variables: Captured, context: IterationContext): Promise<Attempt> {
  const { clock, connection, iteration } = context;
  const filled = fillStep(step, variables);
  const startMs = clock.now();
  const limitWallMs = networkLimitMs(clock, step.timeoutMs);
  const about = { step: step.name, service: step.service ?? context.resolve(filled.url), connection, iteration, startMs };
  try {
    const answer = await context.sender.send({ ...filled, connection, limitWallMs }, context.cut);
    const latencyMs = clock.now() - startMs;
    const latencyLimitMs = step.expect.latencyMs === undefined ? Infinity : networkLimitMs(clock, step.expect.latencyMs) * clock.speed;
    const judged = judgeAnswer(answer, { expect: filled.expect, written: step.expect, latencyMs, latencyLimitMs });
    const { failure, captured } = judged === undefined ? capture(step.capture, answer) : { failure: judged, captured: new Map() };
    const result = { ...about, latencyMs, ok: failure === undefined, status: answer.status, failure };
    return { kind: answer.status >= 500 ? 'lost' : 'answered', result, captured };
  } catch (error) {
    if (!(error instanceof EvenkeelError)) throw error;
    if (error.code === 'CANCELLED') return { kind: 'cut' };
    const failure = error.code === 'TIMED_OUT' ? `no answer within ${formatDuration(limitWallMs * clock.speed)}` : error.message;
    return {
      kind: 'lost',
      captured: new Map(),
      result: { ...about, latencyMs: clock.now() - startMs, ok: false, status: undefined, failure },
    };
  }
}

function fillStep(step: StepSpec, variables: Captured) {
  const body = fillDeep(step.body, variables);
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const headers = Object.fromEntries(Object.entries(step.headers).map(([name, value]) => [name, fill(value, variables)]));
  const isJson =
    body !== undefined && typeof body !== 'string' && !Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  return {
    method: step.method,
    url: fill(step.url, variables),
    headers: isJson ? { ...headers, 'content-type': 'application/json' } : headers,
    body: text,
    expect: fillDeep(step.expect, variables) as StepSpec['expect'], // filling keeps the shape
  };
}

function capture(wanted: Readonly<Record<string, string>>, answer: HttpAnswer): Capturing {
  const captured = new Map<string, string>();
  const names = Object.entries(wanted);
  if (names.length === 0) return { failure: undefined, captured };
  const parsed = parseJson(answer.body);
  if (!parsed.ok) return { failure: 'the body is not JSON', captured };
  for (const [name, path] of names) {
    const [value]: unknown[] = jsonpath.query(path, parsed.value as JSONValue).values(); // it came out of JSON.parse
    if (value === undefined) return { failure: `${path} is absent`, captured };
    captured.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return { failure: undefined, captured };
}
