/** The watchdog of a run whose process died while the cluster is silent: when it tries again, when it gives up, what it says. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWatchdogNote } from '../../src/experiment/index.ts';
import { type CrashLab, startCrashLab } from '../campaigns/crash-lab.ts';
import { leaves, newestRun, noted } from './_dead-runs.ts';
import { type CliResult, startCli } from './_run-cli.ts';

const CORDON = (node: string): string => `
title: a node is cordoned
description: until the runner is killed
method:
  - type: action
    name: cordon a node
    provider: {type: python, module: chaosk8s.node.actions, func: cordon_node, arguments: {name: ${node}}}
    pauses: {after: 36000}
`;

let lab: CrashLab;
beforeAll(async () => {
  lab = await startCrashLab('watchdog', { speed: '60', programs: false });
  // The first look at a new lab is slow.
  await lab.start(['spread']).ended;
  await writeFile(join(lab.folder, 'cordon.yaml'), CORDON(await lab.someNode()));
});
afterAll(async () => {
  // A test that failed may have left it stopped.
  process.kill(lab.pid, 'SIGCONT');
  await lab.stop();
});

const cli = (args: readonly string[]): Promise<CliResult> => startCli(args, { env: lab.env, cwd: lab.folder }).ended;

/** A run that broke something is killed, and the cluster answers nobody any more. Result: what is known of the run. */
async function dieBeforeSilence(waits: Readonly<Record<string, string>>): ReturnType<typeof newestRun> {
  const run = startCli(['run', 'cordon.yaml', '--yes', '--lead', '0s'], { env: { ...lab.env, ...waits }, cwd: lab.folder });
  await run.seen(/pause of/);
  process.kill(lab.pid, 'SIGSTOP');
  run.child.kill('SIGKILL');
  await run.ended;
  return newestRun(lab.stateFolder);
}

describe('the watchdog', () => {
  it('says when it tries again while the cluster is silent, mends once it answers, and leaves', async () => {
    const summary = await dieBeforeSilence({ EVENKEEL_WATCHDOG_FIRST_WAIT: '2s', EVENKEEL_WATCHDOG_LONGEST_WAIT: '2s' });
    const mending = await noted(summary, ['mending']);
    const beside = startCli(['recover', summary.runId], { env: lab.env, cwd: lab.folder });
    await beside.seen(new RegExp(`it is being mended by the watchdog \\(process ${mending.pid}, since .*\\); waiting for that`));
    const waiting = await noted(summary, ['waiting']);
    expect(waiting.attempt).toBeGreaterThanOrEqual(2);
    const { stderr } = await cli(['runs']);
    expect(stderr).toMatch(new RegExp(`watchdog pid ${mending.pid} (tries again in .*|mends it now), attempt \\d+: .*no answer`));
    process.kill(lab.pid, 'SIGCONT');
    await leaves(summary);
    await beside.ended;
    expect((await readWatchdogNote(summary.path))?.state).toBe('ended');
    expect(await lab.broken()).toEqual([]);
    expect((await cli(['recover'])).stderr).toMatch(/Nothing to mend/);
  }, 120_000);

  it('gives up when its time is over, says so, and never calls that recovered', async () => {
    const summary = await dieBeforeSilence({ EVENKEEL_WATCHDOG_FIRST_WAIT: '1s', EVENKEEL_WATCHDOG_LIMIT: '1s' });
    await noted(summary, ['gave-up']);
    await leaves(summary);
    expect((await cli(['runs', 'show', summary.runId])).stderr).toMatch(/watchdog pid \d+ gave up after attempt \d+: .*no answer/);
    expect(await readFile(join(summary.path, 'watchdog.log'), 'utf8')).not.toMatch(/recovered/);
    const inVain = await cli(['recover', '-o', 'json']);
    expect(inVain.code, inVain.stderr).toBe(5);
    expect(inVain.stderr).toMatch(/still broken:\n.*schedulable/);
    process.kill(lab.pid, 'SIGCONT');
    const mended = await cli(['recover']);
    expect(mended.code, mended.stderr).toBe(0);
    expect(await lab.broken()).toEqual([]);
  }, 120_000);
});
