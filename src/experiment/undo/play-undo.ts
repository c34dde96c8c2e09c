import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { UndoRecord } from '../journal.ts';
import type { UndoContext, UndoDescriptor, UndoOutcome } from '../ports.ts';
import { wallTime } from '../engine/wall-time.ts';
import { type RunCredentials, credentialsFor } from './run-credentials.ts';
import type { SecretMask } from '../engine/secret-mask.ts';
import type { RunFolder } from './run-store.ts';
import type { PlanRecord } from './undo-log.ts';

export interface PlayUndoOptions {
  readonly undos: readonly UndoDescriptor[];
  /** Without what the run signs in with. */
  readonly context: Omit<UndoContext, 'configuration' | 'secrets'>;
  readonly credentials: RunCredentials;
  readonly folder: Pick<RunFolder, 'record'>;
  /** Whether the act of a plan may still take effect, because nobody waited for its answer: what looks mended is then looked at again. */
  uncertain?(plan: PlanRecord): boolean;
  /** Takes secrets out of what is written down and told; absent = nothing is known to be one. */
  readonly mask?: Pick<SecretMask, 'deep'>;
  /** `runner`, `recover` or `watchdog`. */
  readonly by: string;
  onStart?(plan: PlanRecord, left: number): void;
  onEnd?(plan: PlanRecord, record: UndoRecord): void;
}

/**
 * Undoes plans in the order given (newest first), each verified and written down; one that fails does not stop the others.
 *
 * Result: one record per plan.
 */
export async function playUndo(plans: readonly PlanRecord[], options: PlayUndoOptions): Promise<UndoRecord[]> {
  const records: UndoRecord[] = [];
  for (const [index, plan] of plans.entries()) {
    options.onStart?.(plan, plans.length - index);
    const raw = await undoOne(plan, options);
    const outcome = options.mask?.deep(raw) ?? raw;
    const status = outcome.mended ? (outcome.alreadyDone ? 'already-mended' : 'mended') : 'still-broken';
    const at = wallTime(options.context.clock.now());
    await options.folder
      .record({ type: 'result', id: plan.id, status, detail: [...outcome.detail], by: options.by, at })
      .catch((thrown: unknown) => {
        options.context.log.error(`the undo of '${plan.summary}' ended (${status}) but can not be written down: ${messageOf(thrown)}`);
      });
    const record: UndoRecord = {
      undo: plan.undo,
      summary: plan.summary,
      status,
      detail: outcome.detail,
      plannedAt: plan.at,
      finishedAt: at,
    };
    records.push(record);
    options.onEnd?.(plan, record);
  }
  return records;
}

/** How long an act that was sent but not answered may take to show. */
const SHOWS_WITHIN_MS = 10_000;
/** However fast the clock: a request takes the wall's time. */
const SHOWS_WITHIN_WALL_MS = 500;

async function undoOne(plan: PlanRecord, options: PlayUndoOptions): Promise<UndoOutcome> {
  const { undos, context, credentials } = options;
  const descriptor = undos.find((candidate) => candidate.name === plan.undo);
  try {
    if (descriptor === undefined) {
      throw new EvenkeelError('UNSUPPORTED', `this version knows no undo called ${plan.undo}`, { blame: 'environment' });
    }
    const whole = { ...context, ...credentialsFor(plan, credentials) };
    const first = await descriptor.run(plan.state, whole);
    if (!first.alreadyDone || options.uncertain?.(plan) !== true) return first;
    await context.clock.sleep(Math.max(SHOWS_WITHIN_MS, SHOWS_WITHIN_WALL_MS * context.clock.speed), context.signal);
    return await descriptor.run(plan.state, whole);
  } catch (thrown) {
    return { mended: false, alreadyDone: false, detail: [messageOf(thrown)] };
  }
}
