import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger, createRandom, createVirtualClock, silentLogger, processIdentity } from '../../base/index.ts';
import type { UndoDescriptor } from '../ports.ts';
import { z } from 'zod';
import { recoverRun } from './recover-run.ts';
import { listRuns, openRunStore, readRun } from './run-store.ts';
import { encodeRecord } from './undo-log.ts';

const AT = '2026-01-31T10:00:00.000000+00:00';
let stateFolder: string;
beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'evenkeel-store-'));
});
afterEach(() => rm(stateFolder, { recursive: true, force: true }));

const begin = (pid: number) => encodeRecord({ type: 'begin', seq: 0, runId: 'r1', title: 'T', seed: 's', pid, process: 'start:1', at: AT });
const plan = encodeRecord({
  type: 'plan',
  seq: 1,
  id: '1',
  undo: 'machine/start',
  state: {},
  summary: 'start it',
  targets: ['t'],
  activity: 'a',
  at: AT,
});

async function leftRun(log: string, runId = 'r1'): Promise<string> {
  const path = join(stateFolder, 'runs', runId);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'undo.jsonl'), log);
  return path;
}

function startUndo() {
  let started = 0;
  const undo: UndoDescriptor = {
    name: 'machine/start',
    summary: 'start the machine',
    state: z.object({}),
    run: () => {
      started += 1;
      return Promise.resolve({ mended: true, alreadyDone: false, detail: [] });
    },
  };
  return { undo, started: () => started };
}

const context = () => ({
  clock: createVirtualClock(0),
  random: createRandom('s'),
  log: silentLogger,
  signal: new AbortController().signal,
  env: {},
  configuration: {},
  secrets: {},
});

describe('the runs of a state folder', () => {
  it('are listed beside one that died before its first record was written', async () => {
    await leftRun(begin(1) + plan);
    await mkdir(join(stateFolder, 'runs', 'r0'));
    await writeFile(join(stateFolder, 'runs', 'a-file'), '');
    expect((await listRuns(stateFolder)).map(({ runId, state }) => `${runId} ${state}`)).toEqual(['r1 left']);
  });

  it('are none when there is no state folder, and an error when it can not be read', async () => {
    expect(await listRuns(join(stateFolder, 'nothing'))).toEqual([]);
    await writeFile(join(stateFolder, 'runs'), 'no folder');
    await expect(listRuns(stateFolder)).rejects.toMatchObject({ code: 'ENVIRONMENT' });
  });

  it('tell of a record in the middle that is lost: what it broke is not known', async () => {
    const broken = plan.replace('start it', 'start IT');
    await leftRun(begin(1) + broken + encodeRecord({ type: 'end', seq: 2, outcome: 'as-hoped', at: AT }));
    const run = await readRun(stateFolder, 'r1');
    expect(run.pending).toEqual([]);
    expect(run.plansLost).toBe(true);
    await leftRun(begin(1) + plan + plan.slice(0, 40), 'r2');
    expect((await readRun(stateFolder, 'r2')).plansLost).toBe(false);
  });

  it('can be mended although the log can not be written any more', async () => {
    await leftRun(begin(1) + plan);
    const run = await readRun(stateFolder, 'r1');
    const { undo, started } = startUndo();
    const records = await recoverRun(run, {
      stateFolder,
      undos: [undo],
      context: context(),
      openFolder: () => Promise.reject(new Error('EROFS: read-only file system')),
    });
    expect(records.map(({ status }) => status)).toEqual(['mended']);
    expect(started()).toBe(1);
  });

  it('can be mended although another process, which is suspended, has begun to and does not end', async () => {
    const path = await leftRun(begin(1) + plan);
    const holder = { target: 'r1', runId: 'r1', by: 'recover', pid: process.pid, process: processIdentity(process.pid), at: AT };
    await writeFile(join(path, 'mending.recover-1.json'), JSON.stringify(holder));
    const wallClock = createVirtualClock(Date.parse(AT));
    const [said, { undo, started }]: [string[], ReturnType<typeof startUndo>] = [[], startUndo()];
    const log = createLogger((_, message) => said.push(message));
    const recovering = recoverRun(await readRun(stateFolder, 'r1'), {
      stateFolder,
      undos: [undo],
      context: { ...context(), log },
      wallClock,
      busyLimitMs: 5000,
      onBusy: (words) => void said.push(words),
    });
    const state = { settled: false };
    void recovering.finally(() => (state.settled = true));
    while (!state.settled) await (wallClock.pending > 0 ? wallClock.advance(500) : new Promise((resolve) => setImmediate(resolve)));
    expect((await recovering).map(({ status }) => status)).toEqual(['mended']);
    expect([started(), wallClock.now() - Date.parse(AT)]).toEqual([1, 5000]);
    expect(said[0]).toMatch(/^recover \(process \d+, since 0 s\)$/);
    expect(said[1]).toMatch(/mending without a sign for others: recover .* since 5 s\) has come to no end/);
  });
});

describe('a target', () => {
  it('is taken by one of many runs that want it at once', async () => {
    const store = openRunStore(stateFolder);
    const folders = await Promise.all(
      Array.from({ length: 12 }, (_, index) => store.create({ runId: `r${index}`, title: 'T', seed: 's', at: AT })),
    );
    const taken = await Promise.allSettled(folders.map((folder) => folder.lock('vm/1', AT)));
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await Promise.all(folders.map((folder) => folder.close([])));
  });

  it('is taken once for two activities of a run that want it at once, and can be asked for again when it was refused', async () => {
    const store = openRunStore(stateFolder);
    const [first, second] = await Promise.all(['r1', 'r2'].map((runId) => store.create({ runId, title: 'T', seed: 's', at: AT })));
    await Promise.all([first?.lock('vm/1', AT), first?.lock('vm/1', AT), first?.lock('vm/1', AT)]);
    await expect(second?.lock('vm/1', AT)).rejects.toMatchObject({ code: 'REFUSED' });
    await first?.close([]);
    await second?.lock('vm/1', AT);
    await second?.close([]);
    expect(await readdir(join(stateFolder, 'locks'))).toEqual([]);
  });

  it('stays taken by a dead run whose log is damaged: the lost record may be about it', async () => {
    const path = await leftRun(
      begin(1) + plan.replace('start it', 'start IT') + encodeRecord({ type: 'end', seq: 2, outcome: 'x', at: AT }),
    );
    const store = openRunStore(stateFolder);
    const second = await store.create({ runId: 'r2', title: 'T', seed: 's', at: AT });
    const claim = { target: 'vm/1', runId: 'r1', pid: 2 ** 22 + 1, process: 'start:1', at: AT, held: true };
    const key = createHash('sha256').update('vm/1').digest('hex').slice(0, 32);
    await mkdir(join(stateFolder, 'locks'));
    await writeFile(join(stateFolder, 'locks', `${key}.r1.json`), JSON.stringify(claim));
    await expect(second.lock('vm/1', AT)).rejects.toMatchObject({ code: 'REFUSED' });
    await rm(path, { recursive: true });
    await second.lock('vm/1', AT);
    await second.close([]);
  });
});
