/** Ctrl-C, twice Ctrl-C and SIGTERM in every phase of a run, against a real lab: it stops, undoes, verifies, and says so. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CrashLab, startCrashLab } from '../campaigns/crash-lab.ts';
import { type CliResult, type RunningCli, startCli } from './_run-cli.ts';

const EXPERIMENT = `
title: one instance is down
description: until a signal comes
configuration:
  azure_subscription_id: {type: env, key: AZURE_SUBSCRIPTION_ID}
steady-state-hypothesis:
  title: a look that takes a while
  probes:
    - {type: probe, name: a look, tolerance: {type: range, range: [0, 1], target: status}, provider: {type: process, path: sleep, arguments: "0.4"}}
method:
  - type: action
    name: stop an instance
    provider: {type: python, module: chaosazure.vmss.actions, func: stop_vmss}
    pauses: {after: PAUSE}
rollbacks:
  - {type: action, name: a rollback that takes long, provider: {type: process, path: sleep, arguments: "ROLLBACK"}}
`;

let lab: CrashLab;
beforeAll(async () => {
  lab = await startCrashLab('signals', { speed: '60', programs: false });
  // The first look at a new lab is slow.
  await lab.start(['spread']).ended;
  const file = (name: string, pause: string, rollback: string): Promise<void> =>
    writeFile(join(lab.folder, name), EXPERIMENT.replace('PAUSE', pause).replace('ROLLBACK', rollback));
  await file('paused.yaml', '3600', '0.1');
  await file('short.yaml', '1', '600');
  await file('long.yaml', '3600', '600');
  await file('ends.yaml', '1', '0.1');
});
afterAll(() => lab.stop());

const start = (file: string, ...more: readonly string[]): RunningCli =>
  startCli(['run', file, '--yes', '--lead', '0s', '--journal-path', 'j.json', ...more], { env: lab.env, cwd: lab.folder });

/** What the journal says became of what was broken. */
async function undoOf(): Promise<readonly string[]> {
  const journal = JSON.parse(await readFile(join(lab.folder, 'j.json'), 'utf8')) as { evenkeel: { undo: { status: string }[] } };
  return journal.evenkeel.undo.map(({ status }) => status);
}

async function pendingOf(result: Promise<CliResult>): Promise<readonly string[]> {
  await result;
  const { stdout } = await startCli(['runs', '-o', 'json'], { env: lab.env }).ended;
  return (JSON.parse(stdout) as { runs: { pending: string[] }[] }).runs.flatMap(({ pending }) => pending);
}

describe('one signal', () => {
  it.each([
    ['in the hypothesis before', 'paused.yaml', /Steady state: /, 'SIGINT', 130, []],
    ['while the fault chooses and the guard looks', 'paused.yaml', /▸ stop an instance/, 'SIGINT', 130, undefined],
    ['in the act', 'paused.yaml', /noted how to mend/, 'SIGINT', 130, undefined],
    ['in the pause', 'paused.yaml', /pause of/, 'SIGTERM', 143, ['mended']],
    ['in the hypothesis while it is broken', 'short.yaml', /Steady state again/, 'SIGHUP', 143, ['mended']],
    ['in a rollback of its own', 'short.yaml', /a rollback that takes long …/, 'SIGTERM', 143, ['mended']],
  ] as const)(
    '%s stops the run and undoes all',
    async (_, file, seen, signal, code, undo) => {
      const run = start(file);
      await run.seen(seen);
      run.child.kill(signal);
      const result = await run.ended;
      expect(result.code, result.stderr).toBe(code);
      expect(await lab.broken()).toEqual([]);
      // What was not yet broken may have been noted all the same; then it was looked at.
      if (undo === undefined) expect(['', 'mended', 'already-mended']).toContain((await undoOf()).join());
      else expect(await undoOf()).toEqual(undo);
      expect(await pendingOf(run.ended)).toEqual([]);
    },
    60_000,
  );

  it('while the undo goes on is answered with what is undone', async () => {
    const run = start('ends.yaml');
    await run.seen(/Undo: /);
    run.child.kill('SIGINT');
    await run.seen(/Still undoing, since .*: start instance .* \(1 of 1 left\)/);
    expect((await run.ended).code).toBe(130);
    expect(await undoOf()).toEqual(['mended']);
    expect(await lab.broken()).toEqual([]);
  }, 60_000);

  it('before the run began says that nothing was begun', async () => {
    // An API server that takes connections and says nothing.
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number }; // it listens on TCP
    const config = {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: {} }],
    };
    await writeFile(join(lab.folder, 'silent.json'), JSON.stringify(config));
    const connected = new Promise((resolve) => silent.once('connection', resolve));
    const run = start('paused.yaml', '--kubeconfig', 'silent.json');
    await connected;
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    silent.close();
    expect(stderr.trim().split('\n').at(-1)).toBe('Interrupted. Nothing was begun, nothing was changed.');
    expect(code).toBe(130);
  });
});

describe('two signals', () => {
  it('let the undo go on, and it is said what it does and since when', async () => {
    const run = start('paused.yaml');
    await run.seen(/pause of/);
    run.child.kill('SIGINT');
    await run.seen(/Undo: /);
    run.child.kill('SIGINT');
    await run.seen(/Still undoing, since .*: start instance .* \(1 of 1 left\)/);
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(130);
    expect(await undoOf()).toEqual(['mended']);
    expect(await lab.broken()).toEqual([]);
  }, 60_000);

  it("cut the experiment's own rollbacks, never the undo", async () => {
    const run = start('long.yaml', '--rollback-strategy', 'always');
    await run.seen(/pause of/);
    run.child.kill('SIGTERM');
    await run.seen(/a rollback that takes long …/);
    run.child.kill('SIGTERM');
    await run.seen(/Leaving out the experiment's own rollbacks/);
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(143);
    expect(await undoOf()).toEqual(['mended']);
    expect(await lab.broken()).toEqual([]);
  }, 60_000);
});
