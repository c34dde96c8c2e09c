import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type VirtualClock, createRealClock, createVirtualClock, processIdentity } from '../../base/index.ts';
import { openDurableLog } from './durable-log.ts';
import { listRuns, readRun } from './run-store.ts';
import { encodeRecord } from './undo-log.ts';
import { type WatchdogState, watchdogEntry } from './watchdog.ts';

const AT = '2026-01-31T10:00:00.000000+00:00';
let stateFolder: string;
beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'evenkeel-watchdog-'));
});
afterEach(() => rm(stateFolder, { recursive: true, force: true }));

/** A run whose runner is another process, with one thing broken. */
async function runOf(pid: number) {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(stateFolder, 'runs', 'r1'), { recursive: true });
  const log = await openDurableLog(join(stateFolder, 'runs', 'r1', 'undo.jsonl'));
  const identity = processIdentity(pid) ?? '';
  await log.append(encodeRecord({ type: 'begin', seq: 0, runId: 'r1', title: 'T', seed: 's', pid, process: identity, at: AT }));
  await log.append(
    encodeRecord({ type: 'plan', seq: 1, id: '1', undo: 'u', state: {}, summary: 'start it', targets: ['t'], activity: 'a', at: AT }),
  );
  await log.close();
  return identity;
}

/** What an attempt to mend writes into the log. */
async function writeDown(status: 'mended' | 'still-broken', detail: string[] = []): Promise<void> {
  const run = await readRun(stateFolder, 'r1');
  const log = await openDurableLog(join(run.path, 'undo.jsonl'));
  await log.append(encodeRecord({ type: 'result', seq: run.records.length, id: '1', status, detail, by: 'watchdog', at: AT }));
  await log.close();
}

const PATIENCE = { firstWaitMs: 5000, longestWaitMs: 120_000, limitMs: 24 * 3_600_000 };

/** A watchdog of a dead runner on a clock that only we move, and what it said of itself. */
function watch(clock: VirtualClock, recover: () => Promise<void>, patience = PATIENCE, read = () => readRun(stateFolder, 'r1')) {
  const notes: WatchdogState[] = [];
  const outcome = watchdogEntry({
    wallClock: clock,
    pid: process.pid,
    processIdentity: 'start:1',
    patience,
    readRun: read,
    recover,
    note: (state) => Promise.resolve(void notes.push(state)),
  });
  return { outcome, notes };
}

/** Moves the clock, whenever somebody waits on it, until the promise is settled. */
async function playOut<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  const state = { settled: false };
  void promise.catch(() => {}).finally(() => (state.settled = true));
  while (!state.settled) await (clock.pending > 0 ? clock.advance(500) : new Promise((resolve) => setImmediate(resolve)));
  return promise;
}

describe('the watchdog that can not mend at once', () => {
  it('tries again with growing waits, says why, and ends when all is mended', async () => {
    await runOf(process.pid);
    const clock = createVirtualClock(0);
    let attempts = 0;
    const { outcome, notes } = watch(clock, () => writeDown(++attempts < 8 ? 'still-broken' : 'mended', ['no connection']));
    expect(await playOut(clock, outcome)).toBe('recovered');
    const waits = notes.filter(({ state }) => state === 'waiting');
    expect(waits.map(({ attempt }) => attempt)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(waits.every(({ reason }) => reason === 'no connection')).toBe(true);
    // 5 + 10 + 20 + 40 + 80 + 120 + 120 s, and no more than a look's length beside it.
    expect(clock.now()).toBeGreaterThanOrEqual(395_000);
    expect(clock.now()).toBeLessThan(410_000);
    expect(notes.at(-1)).toMatchObject({ state: 'ended', attempt: 8, reason: null });
  });

  it('takes an error for a reason to try again', async () => {
    await runOf(process.pid);
    const clock = createVirtualClock(0);
    let attempts = 0;
    const { outcome, notes } = watch(clock, () => (++attempts === 1 ? Promise.reject(new Error('no login')) : writeDown('mended')));
    expect(await playOut(clock, outcome)).toBe('recovered');
    expect(notes.find(({ state }) => state === 'waiting')?.reason).toBe('no login');
  });

  it('stays although the log can not be read for a while, but not when the folder is gone', async () => {
    await runOf(process.pid);
    const clock = createVirtualClock(0);
    let looks = 0;
    const nowAndThen = () => (looks++ % 3 < 2 ? Promise.reject(new Error('EMFILE: too many open files')) : readRun(stateFolder, 'r1'));
    expect(await playOut(clock, watch(clock, () => writeDown('mended'), PATIENCE, nowAndThen).outcome)).toBe('recovered');
    expect(looks).toBeGreaterThan(3);
    await rm(join(stateFolder, 'runs'), { recursive: true });
    await expect(playOut(clock, watch(clock, () => Promise.resolve()).outcome)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const brief = { ...PATIENCE, limitMs: 10_000 };
    const never = watch(
      clock,
      () => Promise.resolve(),
      brief,
      () => Promise.reject(new Error('EIO')),
    );
    await expect(playOut(clock, never.outcome)).rejects.toThrow('EIO');
  });

  it('leaves a moment between two attempts, whatever it was told', async () => {
    await runOf(process.pid);
    const clock = createVirtualClock(0);
    let attempts = 0;
    const { outcome } = watch(clock, () => (attempts++, writeDown('still-broken')), { firstWaitMs: 0, longestWaitMs: 0, limitMs: 2000 });
    expect(await playOut(clock, outcome)).toBe('gave-up');
    expect(attempts).toBeLessThan(12);
  });

  it('gives up when its time is over, and never calls that recovered', async () => {
    await runOf(process.pid);
    const clock = createVirtualClock(0);
    const { outcome, notes } = watch(clock, () => writeDown('still-broken', ['still stopped']), { ...PATIENCE, limitMs: 60_000 });
    expect(await playOut(clock, outcome)).toBe('gave-up');
    expect(notes.at(-1)).toMatchObject({ state: 'gave-up', attempt: 4, reason: 'still stopped' });
  });

  it('leaves when somebody else has mended it meanwhile', async () => {
    await runOf(process.pid);
    const clock = createVirtualClock(0);
    let attempts = 0;
    const { outcome, notes } = watch(clock, () => {
      attempts += 1;
      return writeDown('still-broken');
    });
    await untilNoted(clock, notes, 'waiting');
    await writeDown('mended');
    expect(await playOut(clock, outcome)).toBe('recovered');
    expect(attempts).toBe(1);
    expect(clock.now()).toBeLessThan(5000);
  });

  it('does not call a run mended of whose log a part is lost', async () => {
    await runOf(process.pid);
    const path = join(stateFolder, 'runs', 'r1', 'undo.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('start it', 'start IT'));
    const { outcome, notes } = watch(createVirtualClock(0), () => Promise.resolve());
    expect(await outcome).toBe('gave-up');
    expect(notes.at(-1)?.reason).toMatch(/part of the undo log is lost/);
  });
});

/** Gives files time, not the clock: the watchdog waits on a clock that stands still. */
async function untilNoted(clock: VirtualClock, notes: readonly WatchdogState[], state: string): Promise<void> {
  while (!notes.some((note) => note.state === state)) await clock.advance(0);
}

describe('the watchdog', () => {
  it('mends within a moment after the runner was killed, and not before', async () => {
    const runner = spawn('sleep', ['60']);
    const pid = runner.pid ?? 0;
    const identity = await runOf(pid);
    let recovered = false;
    const watching = watchdogEntry({
      wallClock: createRealClock(),
      pid,
      processIdentity: identity,
      patience: PATIENCE,
      everyMs: 20,
      readRun: () => readRun(stateFolder, 'r1'),
      recover: () => {
        recovered = true;
        return writeDown('mended');
      },
    });
    expect((await listRuns(stateFolder))[0]?.state).toBe('running');
    expect(recovered).toBe(false);
    runner.kill('SIGKILL');
    await once(runner, 'exit');
    expect(await watching).toBe('recovered');
    expect(recovered).toBe(true);
    expect((await listRuns(stateFolder))[0]?.state).toBe('mended');
  });

  it('takes a later process with the same number for what it is', async () => {
    await runOf(process.pid);
    const outcome = await watchdogEntry({
      wallClock: createRealClock(),
      pid: process.pid,
      processIdentity: 'start:1',
      patience: PATIENCE,
      readRun: () => readRun(stateFolder, 'r1'),
      recover: () => writeDown('mended'),
    });
    expect(outcome).toBe('recovered');
  });

  it('closes a torn line before it writes, so that only the torn record is lost', async () => {
    await runOf(process.pid);
    const { appendFile } = await import('node:fs/promises');
    const path = join(stateFolder, 'runs', 'r1', 'undo.jsonl');
    await appendFile(path, '12345678 {"type":"pl');
    const log = await openDurableLog(path);
    await log.append(encodeRecord({ type: 'end', seq: 2, outcome: 'recovered', at: AT }));
    await log.close();
    const run = await readRun(stateFolder, 'r1');
    expect(run.records.map((record) => record.type)).toEqual(['begin', 'plan', 'end']);
    expect(run.damage).toEqual(['line 3: the checksum does not fit']);
  });
});
