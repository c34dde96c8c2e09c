/** One activity: its pauses, its provider, its entry in the journal. Source: chaostoolkit-compat.md a.5, b.4, b.6. */
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { secretsOf } from '../configuration/load-secrets.ts';
import { notedNumber } from '../format/numbers.ts';
import { isObject, pythonText } from '../format/python-values.ts';
import type { ActivityContext } from '../ports.ts';
import type { Activity, Provider } from '../spec.ts';
import { substitute, substituteInto } from '../substitution.ts';
import { callControls } from './call-controls.ts';
import { defaultTimeout, extrasOf } from './extras.ts';
import { findActivity } from './find-activity.ts';
import { linkedSignal } from './linked-signal.ts';
import { nativeActivity, runNative, unknownNative } from './native-activities.ts';
import { Interruption, interruptionOf } from './run-event.ts';
import { isStrict } from './run-options.ts';
import type { RunEvent, RunPhase } from './run-event.ts';
import { seconds } from './run-world.ts';
import type { RunEntry, RunWorld } from './run-world.ts';
import { wallTime } from './wall-time.ts';

/** Thrown when an activity could not be run at all: its entry has no status, and the run is aborted. */
export class ActivityAborted extends Error {
  override readonly name = 'ActivityAborted';
}

export interface ActivityPlace {
  readonly phase: RunPhase;
  /** Cuts the activity and its pauses. */
  readonly signal: AbortSignal;
  /** Called when the entry begins: after the pause before it. */
  readonly onEntry?: (entry: RunEntry) => void;
  /** Whether this is in the hypothesis, where a probe that can not be run counts as failed. */
  readonly abortIsFailure: boolean;
}

/**
 * Runs one activity to its end. What its provider refuses is a failed entry.
 *
 * Errors: `Interruption`; `ActivityAborted`.
 */
export async function executeActivity(world: RunWorld, declared: Activity, place: ActivityPlace): Promise<RunEntry> {
  const activity = declared.ref === undefined ? declared : findActivity(world.experiment, declared.ref);
  if (activity === undefined) throw new ActivityAborted(`could not find referenced activity '${String(declared.ref)}'`);
  await callControls(world, 'before', 'activity', activity, undefined, activity.controls);
  const skipped = isSkipped(world, activity);
  if (skipped && world.dry === undefined) {
    world.flags.leftOut ||= world.manner === 'evenkeel';
    world.emit({ type: 'notice', level: 'warning', message: `'${activity.name ?? ''}' is left out: its 'dry' is true` });
  }
  await pause(world, activity, 'before', { ...place, skipped });
  const entry = await runAndRecord(world, { activity, skipped }, place);
  const inVain = place.phase === 'method' && activity.type === 'action' && entry.status === 'failed' && isStrict(world.options);
  if (inVain) world.flags.actionFailed = true;
  else await pause(world, activity, 'after', { ...place, skipped });
  await callControls(world, 'after', 'activity', activity, entry, activity.controls);
  world.touch();
  return entry;
}

/** By the dry mode, or by its own `dry: true`, which controls set (chaosaddons' bypass; the original plays the activity nonetheless). */
export function isSkipped(world: RunWorld, activity: Activity): boolean {
  if (activity['dry'] === true) return true;
  switch (world.dry) {
    case 'probes':
      return activity.type === 'probe';
    case 'actions':
      return activity.type === 'action';
    case 'activities':
      return true;
    default:
      return false;
  }
}

/** A pause that a dry run leaves out is told of all the same. */
async function pause(
  world: RunWorld,
  activity: Activity,
  when: 'before' | 'after',
  { phase, signal, skipped }: ActivityPlace & { readonly skipped: boolean },
): Promise<void> {
  const declared: unknown = activity.pauses;
  if (!isObject(declared)) return;
  const pauses = substitute(declared, world.names);
  const value = isObject(pauses) ? pauses[when] : undefined;
  const length = typeof value === 'string' ? Number(value) : value;
  if (length === undefined || length === null || length === 0) return;
  if (typeof length !== 'number' || Number.isNaN(length)) {
    throw new ActivityAborted(`the pause ${when} must be a number of seconds, not '${String(value)}'`);
  }
  const name = activity.name ?? '';
  const { clock } = world.options;
  const waitMs = skipped || world.dry === 'pause' ? 0 : length * 1000;
  const text = pythonText(value, isObject(pauses) ? notedNumber(pauses, when) : undefined);
  world.emit({ type: 'pause-started', phase, name, when, seconds: waitMs / 1000, text, untilMs: clock.now() + waitMs });
  if (waitMs > 0) await cutShort(sleepUntilMissed(world, waitMs, { phase, signal }), signal);
  world.emit({ type: 'pause-ended', phase, name, when });
}

/** What is broken is not kept broken for the rest of a pause when a miss has ended the method; the original keeps it. */
async function sleepUntilMissed(
  { manner, missed, options: { clock } }: RunWorld,
  ms: number,
  { phase, signal }: Pick<ActivityPlace, 'phase' | 'signal'>,
): Promise<void> {
  if (manner === 'chaos' || phase !== 'method') return clock.sleep(ms, signal);
  await clock.sleep(ms, AbortSignal.any([signal, missed.signal])).catch((thrown: unknown) => {
    if (!missed.signal.aborted) throw thrown;
  });
}

/** Waits for a promise, but not longer than until the signal aborts: then throws the interruption at once. */
export async function cutShort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {});
  if (signal.aborted) throw interruptionOf(signal);
  let stop = (): void => {};
  const cut = new Promise<never>((_, reject) => {
    stop = () => reject(interruptionOf(signal));
    signal.addEventListener('abort', stop, { once: true });
  });
  cut.catch(() => {});
  try {
    return await Promise.race([work, cut]);
  } catch (thrown) {
    throw signal.aborted && !(thrown instanceof Interruption) ? interruptionOf(signal) : thrown;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

interface Running {
  readonly activity: Activity;
  readonly skipped: boolean;
}

async function runAndRecord(world: RunWorld, { activity, skipped }: Running, place: ActivityPlace): Promise<RunEntry> {
  const kind = activity.type === 'action' ? 'action' : 'probe';
  const name = activity.name ?? '';
  const background = activity.background === true;
  const { clock } = world.options;
  const startMs = clock.now();
  world.emit({ type: 'activity-started', phase: place.phase, kind, name, background });
  const entry: RunEntry = { activity, output: null, start: wallTime(startMs) };
  place.onEntry?.(entry);
  world.touch();
  let hint: string | null = null;
  const ended = (status: Extract<RunEvent, { type: 'activity-ended' }>['status'], message: string | null): void => {
    const endMs = clock.now();
    const took = seconds(endMs - startMs);
    entry.end = wallTime(endMs);
    entry.duration = took;
    world.emit({ type: 'activity-ended', phase: place.phase, kind, name, background, status, message, hint, seconds: took });
  };
  try {
    entry.output = skipped ? null : await callProvider(world, activity, place.signal);
    // The original says succeeded of what it does not play.
    entry.status = skipped && world.manner === 'evenkeel' ? 'left-out' : 'succeeded';
    if (!skipped) world.outputs.set(name, entry.output);
  } catch (thrown) {
    if (thrown instanceof Interruption || place.signal.aborted) {
      ended('cut', null);
      throw thrown instanceof Interruption ? thrown : interruptionOf(place.signal);
    }
    if (!isFailure(world, activity, thrown) && !place.abortIsFailure) {
      ended('aborted', messageOf(thrown));
      throw new ActivityAborted(messageOf(thrown), { cause: thrown });
    }
    if (place.phase === 'rollbacks' && !isFailure(world, activity, thrown)) world.flags.rollbackAborted = true;
    entry.status = 'failed';
    hint = thrown instanceof EvenkeelError ? (thrown.hint ?? null) : null;
    entry.exception = ['Traceback (most recent call last):\n', `chaoslib.exceptions.ActivityFailed: ${messageOf(thrown)}\n`];
    if (thrown instanceof EvenkeelError && (thrown.code === 'REFUSED' || thrown.code === 'CONFLICT')) {
      world.flags.refused ||= thrown.code === 'REFUSED';
    }
  }
  ended(entry.status, entry.status === 'failed' ? failureText(entry) : null);
  return entry;
}

/** The message of a failed entry. */
export function failureText(entry: RunEntry): string {
  return (entry.exception?.at(-1) ?? '').trim().replace(/^chaoslib\.exceptions\.ActivityFailed: /, '');
}

/** Whether an error is the activity's failure; else it makes no sense as it is written, and the run is aborted. */
function isFailure(world: RunWorld, activity: Activity, thrown: unknown): boolean {
  if (!(thrown instanceof EvenkeelError)) return false;
  if (activity.provider !== undefined && nativeActivity(activity.provider, world.options.activities) !== undefined) return true;
  return thrown.code !== 'INVALID_INPUT';
}

async function callProvider(world: RunWorld, activity: Activity, signal: AbortSignal): Promise<unknown> {
  const declared: unknown = activity.provider;
  if (!isObject(declared)) throw new ActivityAborted(`the activity '${activity.name ?? ''}' has no provider`);
  // An object with a type is all that a provider needs to be.
  const provider = substituteProvider(declared as Provider, world);
  const { options } = world;
  const limitMs = timeLimitMs(world, activity);
  const link = linkedSignal(options.clock, signal, limitMs);
  const undo = world.undoFor({ name: activity.name ?? '', secretGroups: provider['secrets'], signal: link.signal });
  const context: ActivityContext = {
    clock: options.clock,
    random: options.random.fork(`activity/${activity.name ?? ''}`),
    log: options.log,
    signal: link.signal,
    env: options.env,
    configuration: world.configuration,
    secrets: secretsOf(provider['secrets'], world.secrets),
    activityName: activity.name ?? '',
    undo,
    tolerated: activity.tolerance !== undefined,
  };
  const work = dispatch(world, provider, context);
  try {
    return await cutShort(work, link.signal);
  } catch (thrown) {
    if (link.signal.aborted) await undo.quiet(work);
    if (link.timedOut()) {
      throw new EvenkeelError('TIMED_OUT', `the activity took longer than its limit of ${(limitMs ?? 0) / 1000} s`, {
        blame: 'target',
        cause: thrown,
      });
    }
    throw thrown;
  } finally {
    link.stop();
  }
}

async function dispatch(world: RunWorld, provider: Provider, context: ActivityContext): Promise<unknown> {
  const { activities, providers } = world.options;
  const native = nativeActivity(provider, activities);
  if (native !== undefined) return runNative(native, provider, context);
  if (provider.type === 'evenkeel') throw unknownNative(provider, activities);
  const found = providers.find((candidate) => candidate.type === provider.type);
  if (found !== undefined) return found.run(provider, context);
  throw new EvenkeelError('INVALID_INPUT', `unknown provider type '${pythonText(provider.type)}'`, { blame: 'input' });
}

/** Only extras give an activity a time limit of its own; the original reads `timeout` there, checks it and never uses it. */
function timeLimitMs(world: RunWorld, activity: Activity): number | undefined {
  const own = extrasOf(activity).timeout ?? (world.manner === 'evenkeel' ? activity['timeout'] : undefined);
  const limit = own ?? defaultTimeout(world.experiment);
  return typeof limit === 'number' ? limit * 1000 : undefined;
}

/** Outputs can be referred to although there is neither configuration nor secret. */
function refersToOutputs(args: unknown): boolean {
  return JSON.stringify(args).includes('${outputs.');
}

/** Substitutes what the format substitutes in a provider of each type. */
export function substituteProvider(provider: Provider, { names }: Pick<RunWorld, 'names'>): Provider {
  const copy: Record<string, unknown> = { ...provider };
  const args = provider['arguments'];
  if (args !== undefined && (!names.empty || refersToOutputs(args))) substituteInto(provider['arguments'], names, copy, 'arguments');
  if (provider.type === 'http') {
    for (const key of ['url', 'headers', 'timeout', 'method']) {
      if (provider[key] !== undefined) substituteInto(provider[key], names, copy, key);
    }
  }
  return { ...copy, type: provider.type };
}
