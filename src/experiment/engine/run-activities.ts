/** The method or the rollbacks: activities in order, some beside them. Source: chaostoolkit-compat.md b.2, b.6. */
import { listInWords, messageOf, plural } from '../../base/index.ts';
import { isObject } from '../format/python-values.ts';
import type { Activity } from '../spec.ts';
import { ActivityAborted } from './execute-activity.ts';
import { extrasOf } from './extras.ts';
import { isWanted } from './is-wanted.ts';
import { executeAndJudge } from './judge-entry.ts';
import type { RunPhase } from './run-event.ts';
import { Interruption } from './run-event.ts';
import type { RunEntry, RunWorld } from './run-world.ts';

export interface ActivitiesPlace {
  readonly phase: RunPhase;
  readonly signal: AbortSignal;
  /** Cuts background activities; the original lets them end. */
  readonly backgroundSignal: AbortSignal;
  readonly entries: RunEntry[];
  /** An activity that can not be run is marked as failed and the next one played. */
  readonly abortIsFailure: boolean;
  /** Asked before each activity. */
  stopped(): boolean;
}

/** Plays activities; resolves when those in the background have ended too. Errors: `Interruption`, `ActivityAborted`. */
export async function runActivities(world: RunWorld, activities: readonly Activity[], place: ActivitiesPlace): Promise<void> {
  const background: Promise<unknown>[] = [];
  let group: { readonly name: string; readonly running: Promise<void>[] } | undefined;
  const endGroup = async (): Promise<void> => {
    const ended = await Promise.allSettled(group?.running ?? []);
    group = undefined;
    const rejected = ended.find((result) => result.status === 'rejected');
    if (rejected !== undefined) throw rejected.reason;
  };
  let problem: unknown;
  try {
    for (const [index, activity] of activities.entries()) {
      if (!isObject(activity)) throw new ActivityAborted('an activity must be an object');
      const { parallel } = extrasOf(activity);
      if (group !== undefined && group.name !== parallel) await endGroup();
      if (place.stopped()) {
        tellOfRest(world, activities.length - index, place);
        break;
      }
      if (!(await isWanted(world, activity))) continue;
      if (place.phase === 'rollbacks') world.emit({ type: 'rollback-started', name: activity.name ?? null });
      const signal = activity.background === true ? place.backgroundSignal : place.signal;
      const running = runOne(world, activity, { ...place, signal });
      if (activity.background === true) {
        running.catch(() => {});
        background.push(running);
      } else if (parallel !== undefined) {
        running.catch(() => {});
        group ??= { name: parallel, running: [] };
        group.running.push(running);
      } else await running;
    }
    await endGroup();
  } catch (thrown) {
    problem = thrown;
    await Promise.allSettled(group?.running ?? []);
  }
  const ended = await Promise.allSettled(background);
  if (problem !== undefined) throw problem;
  const rejected = ended.find((result) => result.status === 'rejected');
  if (rejected !== undefined) throw rejected.reason;
}

/** What is left out must be told: the log would look complete. The original has no words for it. */
function tellOfRest({ manner, emit }: RunWorld, count: number, { entries }: ActivitiesPlace): void {
  if (manner === 'chaos') return;
  const failed = entries
    .filter((entry) => entry.status === 'failed' && entry.activity.type === 'action')
    .map((entry) => `'${entry.activity.name ?? ''}'`);
  const why = failed.length === 0 ? '' : `, for ${listInWords(failed)} failed`;
  emit({
    type: 'notice',
    level: 'warning',
    message: `Left out: the rest of the method (${plural(count, 'activity', 'activities')})${why}.`,
  });
}

async function runOne(world: RunWorld, activity: Activity, place: ActivitiesPlace): Promise<void> {
  const { phase, signal, entries, abortIsFailure } = place;
  try {
    const onEntry = (begun: RunEntry): void => void entries.push(begun);
    const { entry, result } = await executeAndJudge(world, activity, { phase, signal, abortIsFailure, judged: false, onEntry });
    if (result !== undefined) {
      const failed = entry.status === 'failed';
      world.emit({ type: 'probe-judged', phase, name: entry.activity.name ?? '', met: result.met, failed, why: result.why ?? null });
    }
    if (entry.status === 'failed' || result?.met === false) world.flags.somethingFailed = true;
    if (result?.met === false) world.flags.toleranceMissed = true;
  } catch (thrown) {
    if (thrown instanceof Interruption || !abortIsFailure) throw thrown;
    // A rollback that can not even be begun must not keep the others from being played.
    world.flags.somethingFailed = true;
    world.flags.rollbackAborted = true;
    world.emit({ type: 'notice', level: 'error', message: `  => failed: ${messageOf(thrown)}` });
  }
}
