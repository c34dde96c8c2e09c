import { EvenkeelError } from '../../base/index.ts';
import type { RunOptions } from '../engine/run-options.ts';
import type { RunWorld } from '../engine/run-world.ts';
import { wallTime } from '../engine/wall-time.ts';
import type { UndoRecord } from '../journal.ts';
import type { UndoPlan, UndoRecorder } from '../ports.ts';
import { playUndo } from './play-undo.ts';
import type { RunFolder } from './run-store.ts';
import type { PlanRecord } from './undo-log.ts';

/** The undo of one run: writes plans down, plays them at the end. */
export interface UndoKeeper {
  attach(world: RunWorld): void;
  recorder(activityName: string): UndoRecorder;
  /** Plays all plans, newest first. Not stopped by any signal. */
  play(): Promise<UndoRecord[]>;
  incomplete(): boolean;
  /** Writes the end of the run down and gives its targets back. */
  end(outcome: string): Promise<void>;
  /** Opens the run's folder at once, so that the run is listed although it plans nothing. */
  open(): Promise<RunFolder | undefined>;
}

/** Keeps the undo of a run in the store of the options. */
export function createUndoKeeper(options: RunOptions, run: { runId: string; title: string; seed: string }): UndoKeeper {
  const plans: PlanRecord[] = [];
  let records: UndoRecord[] = [];
  let opening: Promise<RunFolder> | undefined;
  let world: RunWorld | undefined;
  const now = (): string => wallTime(options.clock.now());
  const folder = (): Promise<RunFolder> => {
    if (options.store === undefined) {
      throw new EvenkeelError('REFUSED', 'there is no place to write down how to mend this', { blame: 'environment' });
    }
    return (opening ??= options.store.create({ ...run, at: now() }));
  };
  const plan = async (wish: UndoPlan, activity: string): Promise<void> => {
    await options.guard?.(wish, activity);
    const place = await folder();
    const id = `${plans.length + 1}`;
    const record = {
      type: 'plan' as const,
      seq: 0,
      id,
      undo: wish.undo,
      state: { ...wish.state },
      summary: wish.summary,
      targets: [...wish.targets],
      activity,
      at: now(),
    };
    for (const target of wish.targets) await place.lock(target, record.at);
    const planned = { ...record, seq: plans.length };
    plans.push(planned);
    const { seq: _, ...unnumbered } = record;
    await place.record(unnumbered);
    world?.emit({ type: 'undo-planned', id, undo: wish.undo, summary: wish.summary, targets: wish.targets });
  };
  return {
    attach: (attached) => void (world = attached),
    recorder: (activityName) => ({ plan: (wish) => plan(wish, activityName) }),
    open: async () => (options.store === undefined ? undefined : folder()),
    async play() {
      if (opening === undefined || plans.length === 0) return [];
      const place = await opening;
      const { clock, random, log, env, undos } = options;
      const context = { clock, random: random.fork('undo'), log, env, signal: new AbortController().signal, ...contextOf(world) };
      const newestFirst = plans.toReversed();
      records = await playUndo(newestFirst, {
        undos,
        context,
        folder: place,
        by: 'runner',
        onStart: (begun, left) => world?.emit({ type: 'undo-started', id: begun.id, summary: begun.summary, left }),
        onEnd: (ended, record) => world?.emit({ type: 'undo-ended', id: ended.id, record }),
      });
      return records;
    },
    incomplete: () => records.some((record) => record.status === 'still-broken'),
    async end(outcome) {
      if (opening === undefined) return;
      const place = await opening;
      await place.record({ type: 'end', outcome, at: now() });
      const broken = plans.toReversed().filter((_, index) => records[index]?.status === 'still-broken');
      await place.close(broken.flatMap((plan) => plan.targets));
    },
  };
}

function contextOf(world: RunWorld | undefined): { configuration: Record<string, unknown>; secrets: Record<string, unknown> } {
  const secrets: Record<string, unknown> = {};
  for (const group of Object.values(world?.secrets ?? {})) Object.assign(secrets, group);
  return { configuration: world?.configuration ?? {}, secrets };
}
