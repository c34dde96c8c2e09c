import { EvenkeelError, createRealClock } from '../../base/index.ts';
import { interruptionOf } from '../engine/run-event.ts';
import type { RunOptions } from '../engine/run-options.ts';
import type { RunWorld } from '../engine/run-world.ts';
import { wallTime } from '../engine/wall-time.ts';
import type { SecretMask } from '../engine/secret-mask.ts';
import type { UndoRecord } from '../journal.ts';
import type { UndoPlan, UndoRecorder } from '../ports.ts';
import { playUndo } from './play-undo.ts';
import type { RunCredentials } from './run-credentials.ts';
import type { RunFolder } from './run-store.ts';
import type { PlanRecord } from './undo-log.ts';

/** The undo of one run: writes plans down, plays them at the end. */
export interface UndoKeeper {
  attach(world: RunWorld): void;
  recorder(activity: RecordedActivity): ActivityRecorder;
  /** Plays all plans, newest first. Not stopped by any signal. */
  play(): Promise<UndoRecord[]>;
  incomplete(): boolean;
  /** Writes the end of the run down and gives its targets back. */
  end(outcome: string): Promise<void>;
  /** Opens the run's folder at once, so that the run is listed although it plans nothing. */
  open(): Promise<RunFolder | undefined>;
}

export interface RecordedActivity {
  readonly name: string;
  /** What its provider says under `secrets`: the undo signs in with the same groups. */
  readonly secretGroups: unknown;
  /** Once it is aborted nothing new is begun. */
  readonly signal: AbortSignal;
}

/** The recorder of one activity. */
export interface ActivityRecorder extends UndoRecorder {
  /**
   * After the activity was cut: waits until it really does nothing any more, so that the undo does not look before the act. At most half a
   * minute, and not at all when it broke nothing.
   */
  quiet(work: Promise<unknown>): Promise<void>;
}

const QUIET_LIMIT_MS = 30_000;

/** Keeps the undo of a run in the store of the options. */
export function createUndoKeeper(options: RunOptions, run: { runId: string; title: string; seed: string }, mask: SecretMask): UndoKeeper {
  const plans: PlanRecord[] = [];
  /** Their act was cut: it may still take effect although it was not answered. */
  const uncertain = new Set<string>();
  let planned = 0;
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
  const plan = async (wish: UndoPlan, { name, secretGroups, signal }: RecordedActivity): Promise<string> => {
    const place = await folder();
    await options.guard?.(wish, name, credentialsOf(world));
    beginsNothing(signal);
    const id = `${++planned}`;
    const record = {
      type: 'plan' as const,
      id,
      undo: wish.undo,
      state: { ...wish.state },
      summary: wish.summary,
      targets: [...wish.targets],
      activity: name,
      secretGroups: Array.isArray(secretGroups) ? secretGroups.filter((group) => typeof group === 'string') : [],
      at: now(),
    };
    for (const target of wish.targets) await place.lock(target, wallTime(createRealClock().now()));
    beginsNothing(signal);
    plans.push({ ...record, seq: plans.length });
    await place.record(record);
    world?.emit({ type: 'undo-planned', id, undo: wish.undo, summary: wish.summary, targets: wish.targets });
    beginsNothing(signal);
    return id;
  };
  const recorder = (activity: RecordedActivity): ActivityRecorder => {
    const ids: string[] = [];
    let begun = false;
    return {
      async plan(wish) {
        begun = true;
        ids.push(await plan(wish, activity));
      },
      async quiet(work) {
        if (!begun) return;
        const tooLong = new AbortController();
        const ended = work.catch(() => {});
        await Promise.race([ended, options.clock.sleep(QUIET_LIMIT_MS, tooLong.signal).catch(() => {})]);
        tooLong.abort();
        for (const id of ids) uncertain.add(id);
      },
    };
  };
  return {
    attach: (attached) => void (world = attached),
    recorder,
    open: async () => (options.store === undefined ? undefined : folder()),
    async play() {
      if (opening === undefined || plans.length === 0) return [];
      const place = await opening;
      const { clock, random, log, env, undos } = options;
      const context = { clock, random: random.fork('undo'), log, env, signal: new AbortController().signal };
      const newestFirst = plans.toReversed();
      records = await playUndo(newestFirst, {
        undos,
        context,
        credentials: credentialsOf(world),
        folder: place,
        uncertain: ({ id }) => uncertain.has(id),
        mask,
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

/** Errors: the interruption, when there is one. */
function beginsNothing(signal: AbortSignal): void {
  if (signal.aborted) throw interruptionOf(signal);
}

const credentialsOf = (world: RunWorld | undefined): RunCredentials => ({
  configuration: world?.configuration ?? {},
  secrets: world?.secrets ?? {},
});
