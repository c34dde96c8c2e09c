/** Runs on disk: `<state>/runs/<id>/undo.jsonl` and `journal.json`, and locks of targets under `<state>/locks/`. */
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EvenkeelError, createRealClock, formatDuration, makeFolder, messageOf, isSameProcess, processIdentity } from '../../base/index.ts';
import type { DurableLog } from '../ports.ts';
import { openDurableLog, readLogText, syncFolder } from './durable-log.ts';
import { type Claim, readClaims, takeClaim } from './claims.ts';
import { wallTime } from '../engine/wall-time.ts';
import { codeOf } from './error-code.ts';
import { decodeLog, encodeRecord, pendingPlans } from './undo-log.ts';
import type { BeginRecord, PlanRecord, RunSource, UndoLogRecord } from './undo-log.ts';

export interface RunStore {
  /** Makes the folder of a new run. */
  create(begin: Omit<BeginRecord, 'type' | 'seq' | 'pid' | 'process'>): Promise<RunFolder>;
}

/** The folder of a run that is under way. */
export interface RunFolder {
  readonly runId: string;
  readonly path: string;
  /** Writes a record; resolves when it is on the disk. */
  record(record: UnnumberedRecord): Promise<void>;
  /** Takes a target for this run; `at` is of the wall's clock. Errors: `REFUSED` when another run holds it. */
  lock(target: string, at: string): Promise<void>;
  /** Gives all targets back and closes the log. Targets of plans that are still pending stay taken. */
  close(keepTargets: readonly string[]): Promise<void>;
}

export type UnnumberedRecord = UndoLogRecord extends infer R ? (R extends { seq: number } ? Omit<R, 'seq'> : never) : never;

/** What is known of a run from its folder. */
export interface RunSummary {
  readonly runId: string;
  readonly path: string;
  readonly title: string;
  /** By the run's own clock, as is all that it wrote down. */
  readonly startedAt: string | null;
  /** The same moment by the wall's clock: for ages, and to put runs of several labs into an order. */
  readonly begunAt: string | null;
  /** When it ended; null when it has not, or died. */
  readonly endedAt: string | null;
  /** `running`: its process lives; `ended`; `left`: it died with something to mend; `mended`: it died, nothing is pending. */
  readonly state: 'running' | 'ended' | 'left' | 'mended';
  readonly outcome: string | null;
  readonly pid: number | null;
  readonly pending: readonly PlanRecord[];
  readonly records: readonly UndoLogRecord[];
  readonly damage: readonly string[];
  /** Records that once were on the disk are lost: something may be broken of which `pending` does not know. */
  readonly plansLost: boolean;
  /** Where its secrets came from; null when it was not written down. */
  readonly source: RunSource | null;
}

const LOG_FILE = 'undo.jsonl';
const MOST_AT_ONCE = 64;

/** The store under a state folder (`$EVENKEEL_HOME`). The folder is made when the first run is. `source`: where its runs' secrets come from. */
export function openRunStore(stateFolder: string, { source }: { readonly source?: RunSource } = {}): RunStore {
  const about = source === undefined ? {} : { source };
  return {
    async create(begin) {
      const path = join(stateFolder, 'runs', begin.runId);
      await makeFolder(path);
      const log = await openDurableLog(join(path, LOG_FILE));
      // Where the folders themselves may be new, a power cut takes them away with all that is in them.
      for (const above of [join(stateFolder, 'runs'), stateFolder]) await syncFolder(above);
      const folder = runFolder(stateFolder, { path, log, runId: begin.runId, nextSeq: 0 });
      const wallAt = wallTime(createRealClock().now());
      await folder.record({ type: 'begin', pid: process.pid, process: processIdentity(process.pid) ?? '', wallAt, ...about, ...begin });
      return folder;
    },
  };
}

/** Opens a run's folder again, to write down what was mended later. */
export async function reopenRun(stateFolder: string, run: RunSummary): Promise<RunFolder> {
  const log = await openDurableLog(join(run.path, LOG_FILE));
  const nextSeq = Math.max(-1, ...run.records.map((record) => record.seq)) + 1;
  return runFolder(stateFolder, { path: run.path, log, runId: run.runId, nextSeq });
}

interface FolderParts {
  readonly path: string;
  readonly runId: string;
  readonly log: DurableLog;
  readonly nextSeq: number;
}

function runFolder(stateFolder: string, { path, runId, log, nextSeq }: FolderParts): RunFolder {
  let seq = nextSeq;
  /** By target: two activities that want the same at once wait for one claim. */
  const claims = new Map<string, Promise<() => Promise<void>>>();
  return {
    runId,
    path,
    record: (record) => log.append(encodeRecord({ ...record, seq: seq++ })),
    async lock(target, at) {
      const claim = claims.get(target) ?? takeLock(stateFolder, { target, runId, at });
      claims.set(target, claim);
      try {
        await claim;
      } catch (thrown) {
        // It may be free when it is wanted again.
        if (claims.get(target) === claim) claims.delete(target);
        throw thrown;
      }
    },
    async close(keepTargets) {
      try {
        for (const [target, claim] of claims) if (!keepTargets.includes(target)) await (await claim)();
      } finally {
        await log.close();
      }
    },
  };
}

/** Takes a target for a run. Result: gives it back. Errors: `REFUSED` with owner and age when another run has it, `ENVIRONMENT`. */
async function takeLock(stateFolder: string, { target, runId, at }: Pick<Claim, 'target' | 'runId' | 'at'>): Promise<() => Promise<void>> {
  const answer = await takeClaim({
    folder: join(stateFolder, 'locks'),
    key: createHash('sha256').update(target.toLowerCase()).digest('hex').slice(0, 32),
    claimant: runId,
    claim: { target, runId, at },
    counts: (owner) => stillHolds(stateFolder, owner, runId),
    wallClock: createRealClock(),
  });
  if (answer.taken) return answer.release;
  throw inUse({ target, at }, answer.holder);
}

function notUsable(path: string, what: string, thrown: unknown): EvenkeelError {
  return new EvenkeelError('ENVIRONMENT', `${path} can not be ${what}: ${messageOf(thrown)}`, {
    blame: 'environment',
    hint: 'Name another folder with EVENKEEL_HOME.',
    cause: thrown,
  });
}

/** A lock counts while its owner lives, or while something that its run broke there is still to be mended. */
async function stillHolds(stateFolder: string, owner: Claim, runId: string): Promise<boolean> {
  if (owner.runId === runId) return false;
  if (isSameProcess(owner.pid, owner.process)) return true;
  // Who died before its claim was confirmed had not acted on it.
  if (owner.held === false) return false;
  const run = await runIn(stateFolder, owner.runId);
  // Of a log that is damaged the lost record may be the one about this target.
  return run !== undefined && (run.plansLost || run.pending.some((plan) => plan.targets.includes(owner.target)));
}

function inUse({ target, at }: Pick<Claim, 'target' | 'at'>, owner: Claim): EvenkeelError {
  const age = formatDuration(Math.max(0, Date.parse(at) - Date.parse(owner.at)));
  const alive = isSameProcess(owner.pid, owner.process);
  return new EvenkeelError(
    'REFUSED',
    `${target} is in use by run ${owner.runId} (process ${owner.pid}${alive ? '' : ', which is dead'}, since ${age})`,
    {
      blame: 'environment',
      hint: alive
        ? `Wait for it, or stop it (it mends before it ends): evenkeel stop ${owner.runId}`
        : `Mend it first: evenkeel recover ${owner.runId}`,
    },
  );
}

/** Gives back what a run still claims once nothing of it is to be mended. */
export async function releaseTargets(stateFolder: string, runId: string): Promise<void> {
  for (const { path, claim } of await readClaims(join(stateFolder, 'locks'))) if (claim?.runId === runId) await rm(path, { force: true });
}

/** All runs of a state folder, oldest first by the wall's clock. */
export async function listRuns(stateFolder: string): Promise<RunSummary[]> {
  const path = join(stateFolder, 'runs');
  const names = await readdir(path).catch((thrown: unknown) => {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw notUsable(path, 'read', thrown);
  });
  const runs: (RunSummary | undefined)[] = [];
  // A state folder of years holds more runs than a process may open files.
  for (let at = 0; at < names.length; at += MOST_AT_ONCE)
    runs.push(...(await Promise.all(names.slice(at, at + MOST_AT_ONCE).map((name) => runIn(stateFolder, name)))));
  return runs
    .filter((run) => run !== undefined)
    .toSorted(
      (a, b) =>
        (a.begunAt ?? '').localeCompare(b.begunAt ?? '') ||
        (a.startedAt ?? '').localeCompare(b.startedAt ?? '') ||
        a.runId.localeCompare(b.runId),
    );
}

/** Undefined for a folder without a record: its run died before it had written down, and hence before it had broken, anything. */
async function runIn(stateFolder: string, name: string): Promise<RunSummary | undefined> {
  try {
    return await readRun(stateFolder, name);
  } catch (thrown) {
    if (thrown instanceof EvenkeelError && thrown.code === 'NOT_FOUND') return undefined;
    throw thrown;
  }
}

/** One run. Errors: `NOT_FOUND`. A damaged log is read as far as it is sound; `damage` tells. */
export async function readRun(stateFolder: string, runId: string): Promise<RunSummary> {
  const path = join(stateFolder, 'runs', runId);
  const text = /^[\w.-]+$/.test(runId) ? await readLogText(join(path, LOG_FILE)) : '';
  if (text === '') {
    throw new EvenkeelError('NOT_FOUND', `there is no run ${runId}`, { blame: 'input', hint: 'List them: evenkeel runs' });
  }
  const { records, damage, lost } = decodeLog(text);
  const begin = records.find((record) => record.type === 'begin');
  const end = records.findLast((record) => record.type === 'end');
  const pending = pendingPlans(records);
  return {
    runId,
    path,
    title: begin?.title ?? '(its first record is lost)',
    startedAt: begin?.at ?? null,
    begunAt: begin?.wallAt ?? begin?.at ?? null,
    endedAt: end?.at ?? null,
    state: stateOf(begin, end !== undefined, pending.length),
    outcome: end?.outcome ?? null,
    pid: begin?.pid ?? null,
    pending,
    records,
    damage,
    plansLost: lost,
    source: begin?.source ?? null,
  };
}

function stateOf(begin: BeginRecord | undefined, ended: boolean, pending: number): RunSummary['state'] {
  if (!ended && begin !== undefined && isSameProcess(begin.pid, begin.process)) return 'running';
  if (pending > 0) return 'left';
  return ended ? 'ended' : 'mended';
}
