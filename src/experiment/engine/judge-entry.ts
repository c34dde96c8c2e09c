/** Runs an activity and judges its output, again and again where it asks for that. */
import { notedNumber } from '../format/numbers.ts';
import { isObject, pythonText, pythonTruth } from '../format/python-values.ts';
import type { Activity, Provider } from '../spec.ts';
import { substituteInto } from '../substitution.ts';
import { withinTolerance } from '../tolerance/within-tolerance.ts';
import type { ToleranceResult } from '../tolerance/within-tolerance.ts';
import { cutShort, executeActivity, failureText, isSkipped } from './execute-activity.ts';
import type { ActivityPlace } from './execute-activity.ts';
import { extrasOf } from './extras.ts';
import { findActivity } from './find-activity.ts';
import type { RunEntry, RunWorld } from './run-world.ts';

export interface JudgedEntry {
  readonly entry: RunEntry;
  /** Undefined when nothing was to be judged. */
  readonly result: ToleranceResult | undefined;
}

/**
 * Runs an activity; where a tolerance counts (`judged`, or the extra `tolerance`), judges it; with the extra `until`, does both again
 * until the tolerance is met or the limit is over. The entry is that of the last attempt, in the place of the first.
 *
 * Errors: `Interruption`, `ActivityAborted`.
 */
export async function executeAndJudge(
  world: RunWorld,
  declared: Activity,
  place: ActivityPlace & { readonly judged: boolean },
): Promise<JudgedEntry> {
  const target = declared.ref === undefined ? declared : (findActivity(world.experiment, declared.ref) ?? declared);
  const extras = extrasOf(target);
  const holder: object = place.judged ? declared : extras;
  if (!place.judged && extras.tolerance === undefined) return { entry: await executeActivity(world, declared, place), result: undefined };
  const { clock } = world.options;
  const endMs = clock.now() + (extras.until?.limit ?? 0) * 1000;
  let first: RunEntry | undefined;
  for (;;) {
    const onEntry = first === undefined ? place.onEntry : undefined;
    const attempt = await executeActivity(world, declared, { ...place, ...(onEntry === undefined ? { onEntry: () => {} } : { onEntry }) });
    const entry = first === undefined ? attempt : replaceContent(first, attempt);
    first = entry;
    if (entry.status === 'left-out') return { entry, result: undefined };
    const result = await judge(world, holder, entry, place.signal);
    entry.tolerance_met = result.met;
    if (result.met || extras.until === undefined || clock.now() + extras.until.every * 1000 > endMs) return { entry, result };
    await cutShort(clock.sleep(extras.until.every * 1000, place.signal), place.signal);
  }
}

function replaceContent(entry: RunEntry, by: RunEntry): RunEntry {
  delete entry.exception;
  delete entry.tolerance_met;
  return Object.assign(entry, by);
}

/** `holder`: the object under whose key `tolerance` the tolerance stands. */
async function judge(world: RunWorld, holder: object, entry: RunEntry, signal: AbortSignal): Promise<ToleranceResult> {
  if (entry.status === 'failed') return { met: false, why: failureText(entry) };
  if (world.dry === 'probes' || isSkipped(world, entry.activity)) return { met: true };
  const declared: unknown = 'tolerance' in holder ? holder.tolerance : undefined;
  const place: Record<string, unknown> = {};
  if (typeof declared === 'string') substituteInto(declared, world.names, place, 'tolerance');
  return withinTolerance({
    tolerance: typeof declared === 'string' ? place['tolerance'] : declared,
    note: typeof declared === 'string' ? notedNumber(place, 'tolerance') : notedNumber(holder, 'tolerance'),
    value: entry.output,
    names: world.names,
    runProbe: (rule, value) => runToleranceProbe(world, rule, value, signal),
  });
}

/** A tolerance that is itself a probe, given the value as its argument `value`. */
async function runToleranceProbe(
  world: RunWorld,
  rule: Record<string, unknown>,
  value: unknown,
  signal: AbortSignal,
): Promise<ToleranceResult> {
  const provider = isObject(rule['provider']) ? rule['provider'] : {};
  // The value stays in the experiment, as the original's journal shows it.
  if (isObject(provider['arguments'])) provider['arguments']['value'] = value;
  else if (provider['type'] === 'python') provider['arguments'] = { value };
  // A provider without a type is refused where it is called.
  const activity: Activity = { type: 'probe', name: pythonText(rule['name'] ?? ''), ...rule, provider: provider as Provider };
  // It is part of the judging: nothing is told of it.
  const quiet: RunWorld = { ...world, emit: () => {} };
  const entry = await executeActivity(quiet, activity, { phase: 'during', signal, abortIsFailure: true });
  if (entry.status !== 'succeeded') return { met: false, why: 'the probe of the tolerance failed' };
  const status = isObject(entry.output) ? entry.output['status'] : undefined;
  if (provider['type'] === 'process') return { met: status === 0 };
  if (provider['type'] === 'http') return { met: typeof status === 'number' && status < 400 };
  return { met: pythonTruth(entry.output) };
}
