/** What `lab up` says when it can not do what it was asked to: before anything is started. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCli, runCli, startCli, temporaryFolder } from './_run-cli.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lab: RunningCli;
let env: { EVENKEEL_HOME: string };
beforeAll(async () => {
  folder = await temporaryFolder();
  env = { EVENKEEL_HOME: join(folder.path, 'state') };
  await mkdir(join(folder.path, 'app'));
  await writeFile(join(folder.path, 'app/pod.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: "#{NAME}#"\n');
  lab = startCli(['lab', 'up', '--nodes', '4', '--pods', '8', '--without-programs', '--speed', '20'], { env });
  await lab.seen(/The lab is up/);
}, 60_000);
afterAll(async () => {
  lab.child.kill('SIGTERM');
  await lab.ended;
  await folder.remove();
});

describe('lab up', () => {
  it('refuses a second lab, names the first, and says how to end it', async () => {
    const { code, stderr } = await runCli(['lab', 'up'], { env });
    expect(code).toBe(3);
    expect(stderr).toContain(`process ${lab.child.pid}`);
    expect(stderr).toContain('evenkeel lab down');
  });

  it('says where placeholders stand', async () => {
    const { code, stderr } = await runCli(['lab', 'up', '-f', 'app'], { env: { EVENKEEL_HOME: join(folder.path, 'b') }, cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toMatch(/app\/pod\.yaml:4:10: #\{NAME\}#/);
  });

  it.each([
    [['--pods', '1000'], /do not fit on 3 nodes.*\n?.*--nodes 10/s],
    [['--from-dump', 'x.json', '--from-cluster'], /two clusters/],
    [['--nodes', 'many'], /--nodes is 'many'/],
  ])('refuses %j', async (args, words) => {
    const { code, stderr } = await runCli(['lab', 'up', ...args], { env: { EVENKEEL_HOME: join(folder.path, 'c') }, cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
  });

  it('ends in the background as it does in front', async () => {
    const env = { EVENKEEL_HOME: join(folder.path, 'e') };
    const { code, stderr } = await runCli(['lab', 'up', '--detach', '--speed', 'abc'], { env, cwd: folder.path });
    expect([code, stderr.match(/error:/g)?.length]).toEqual([2, 1]);
    expect(stderr).toContain("--speed is 'abc'");
  });
});

describe('lab status', () => {
  it('lists the nodes with their zones, their state and their pods', async () => {
    const { code, stdout } = await runCli(['lab', 'status'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^A lab runs \(process \d+, speed 20, up for .*\)\. Application: http:/);
    expect(stdout).toMatch(/NODE +ZONE +STATUS +PODS\n(aks-nodepool1-\d+-vmss00000\d +westeurope-\d +Ready +\d+\n){4}/);
  });

  it('says that none runs', async () => {
    const { code, stdout } = await runCli(['lab', 'status', '-o', 'json'], { env: { EVENKEEL_HOME: join(folder.path, 'd') } });
    expect([code, JSON.parse(stdout)]).toEqual([3, { kind: 'LabStatus', schema: 1, running: false }]);
  });
});
