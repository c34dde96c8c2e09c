/** `evenkeel stop` and `runs show`, against a real lab and a run in a process of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCli, runCli, startCli, temporaryFolder } from './_run-cli.ts';

const EXPERIMENT = `
title: one instance is down
description: until it is stopped
configuration:
  azure_subscription_id: {type: env, key: AZURE_SUBSCRIPTION_ID}
method:
  - type: action
    name: stop an instance
    provider: {type: python, module: chaosazure.vmss.actions, func: stop_vmss}
    pauses: {after: 3600}
rollbacks: []
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lab: RunningCli;
let home: { EVENKEEL_HOME: string };
let env: Record<string, string>;

beforeAll(async () => {
  folder = await temporaryFolder();
  home = { EVENKEEL_HOME: join(folder.path, 'state') };
  lab = startCli(['lab', 'up', '--speed', '60', '--quick-machines', '--without-programs', '--seed', 'stop'], { env: home });
  await lab.seen(/The lab is up/);
  env = { ...home, ...(JSON.parse((await runCli(['lab', 'env', '-o', 'json'], { env: home })).stdout) as Record<string, string>) }; // printed by our own command
  await writeFile(join(folder.path, 'experiment.yaml'), EXPERIMENT);
});

afterAll(async () => {
  lab.child.kill('SIGTERM');
  await lab.ended;
  await folder.remove();
});

describe('evenkeel stop', () => {
  it('says so when nothing is under way, or no such run', async () => {
    const none = await runCli(['stop'], { env });
    expect(none.stderr).toMatch(/no run is under way/);
    expect(none.code).toBe(2);
    const unknown = await runCli(['stop', 'nonsense'], { env });
    expect(unknown.stderr).toMatch(/there is no run 'nonsense'/);
    expect(unknown.code).toBe(2);
  });

  it('ends a run from another terminal once the instance is back, and the log tells it afterwards', async () => {
    const run = startCli(['run', 'experiment.yaml', '--yes', '--lead', '0s'], { env, cwd: folder.path });
    await run.seen(/pause of/);
    const stopped = await runCli(['stop', '-o', 'json'], { env });
    expect(stopped.code, stopped.stderr).toBe(0);
    const { runs } = JSON.parse(stopped.stdout) as { runs: { runId: string; state: string; undo: { status: string }[] }[] };
    expect(runs.map(({ state, undo }) => [state, undo.map(({ status }) => status)])).toEqual([['ended', ['mended']]]);
    expect((await run.ended).code).toBe(130);
    const shown = await runCli(['runs', 'show', runs[0]?.runId ?? ''], { env });
    expect(shown.stdout).toMatch(/noted before 'stop an instance' acted: start instance/);
    expect(shown.stdout).toMatch(/mended by the runner: .*running.*\n.*ended: interrupted/);
  }, 60_000);
});
