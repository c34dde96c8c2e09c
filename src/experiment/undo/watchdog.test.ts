import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRealClock } from '../../base/index.ts';
import { openDurableLog } from './durable-log.ts';
import { processIdentity } from './process-identity.ts';
import { listRuns, readRun } from './run-store.ts';
import { encodeRecord } from './undo-log.ts';
import { watchdogEntry } from './watchdog.ts';

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
      everyMs: 20,
      readRun: () => readRun(stateFolder, 'r1'),
      recover: () => {
        recovered = true;
        return Promise.resolve();
      },
    });
    expect((await listRuns(stateFolder))[0]?.state).toBe('running');
    expect(recovered).toBe(false);
    runner.kill('SIGKILL');
    await once(runner, 'exit');
    expect(await watching).toBe('recovered');
    expect(recovered).toBe(true);
    expect((await listRuns(stateFolder))[0]?.state).toBe('left');
  });

  it('takes a later process with the same number for what it is', async () => {
    await runOf(process.pid);
    const outcome = await watchdogEntry({
      wallClock: createRealClock(),
      pid: process.pid,
      processIdentity: 'start:1',
      readRun: () => readRun(stateFolder, 'r1'),
      recover: () => Promise.resolve(),
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
