/** What goes wrong at users' desks, against a real lab in a process of its own: clear words, the right exit code, nothing left broken. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCli, runCli, startCli, temporaryFolder } from './_run-cli.ts';

const EXPERIMENT = (method: string): string => `
title: one node is down
description: for the tests
configuration:
  azure_subscription_id: {type: env, key: AZURE_SUBSCRIPTION_ID}
  app: {type: env, key: APP_ENDPOINT}
steady-state-hypothesis:
  title: the frontend answers
  probes:
    - type: probe
      name: the frontend answers
      tolerance: 200
      provider: {type: http, url: "\${app}/", timeout: 10}
method:
  - type: action
    name: stop an instance
    provider: {type: python, module: chaosazure.vmss.actions, func: stop_vmss, arguments: {${method}}}
    pauses: {after: 1200}
rollbacks: []
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lab: RunningCli;
let home: { EVENKEEL_HOME: string };
let labEnv: Record<string, string>;

beforeAll(async () => {
  folder = await temporaryFolder();
  home = { EVENKEEL_HOME: join(folder.path, 'state') };
  lab = startCli(['lab', 'up', '--speed', '40', '--quick-machines', '--seed', 'unhappy'], { env: home });
  await lab.seen(/The lab is up/);
  labEnv = JSON.parse((await runCli(['lab', 'env', '-o', 'json'], { env: home })).stdout) as Record<string, string>; // printed by our own command
  await writeFile(join(folder.path, 'random.yaml'), EXPERIMENT(''));
  await writeFile(join(folder.path, 'unknown.yaml'), EXPERIMENT('instance_criteria: [{instance_id: "77"}]'));
});

afterAll(async () => {
  lab.child.kill('SIGTERM');
  await lab.ended;
  await folder.remove();
});

describe('unhappy paths', () => {
  it('says where it looked when there is no kubeconfig', async () => {
    const { code, stderr } = await runCli(['spread'], { env: home });
    expect(code).toBe(3);
    expect(stderr).toMatch(/kubeconfig/);
    expect(stderr).toMatch(/hint: .*(lab up|get-credentials)/);
    expect(stderr).not.toMatch(/ {4}at /);
  });

  it('points at the place in a broken credentials file, and shows no secret of it', async () => {
    const path = join(folder.path, 'credentials.json');
    await writeFile(path, '{\n  "clientId": "x",\n  "clientSecret": "s3cr3t-value"\n  "tenantId": "t"\n}');
    const { code, stderr } = await runCli(['run', 'random.yaml', '--yes'], {
      env: { ...home, ...labEnv, AZURE_AUTH_LOCATION: path },
      cwd: folder.path,
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/credentials\.json:4:\d+/);
    expect(stderr).not.toContain('s3cr3t-value');
  });

  it('names the instances that there are when none fits', async () => {
    const { code, stderr } = await runCli(['run', 'unknown.yaml'], { env: { ...home, ...labEnv }, cwd: folder.path });
    expect(code).toBe(3);
    expect(stderr).toMatch(/77/);
    expect(stderr).toMatch(/0.*9.*10/s);
  });

  it('does nothing when the application is down before the start', async () => {
    const { code, stderr } = await runCli(['run', 'random.yaml'], {
      env: { ...home, ...labEnv, APP_ENDPOINT: 'http://127.0.0.1:1' },
      cwd: folder.path,
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/steady state was not met before the method/);
    const journal = JSON.parse(await readFile(join(folder.path, 'journal.json'), 'utf8')) as { run: unknown[] };
    expect(journal.run).toEqual([]);
  });

  it('says which port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number }; // it listens on TCP
    const other = { EVENKEEL_HOME: join(folder.path, 'other') };
    const { code, stderr } = await runCli(['lab', 'up', '--app-port', String(port)], { env: other });
    server.close();
    expect(code).toBe(3);
    expect(stderr).toContain(String(port));
    expect(stderr).toMatch(/hint:/);
  });

  it('refuses to take more nodes than allowed', async () => {
    const { code, stderr } = await runCli(['run', 'random.yaml', '--max-nodes', '0'], { env: { ...home, ...labEnv }, cwd: folder.path });
    expect(stderr).toMatch(/refused/);
    expect(code).toBe(4);
  });

  it('starts the instance again on Ctrl-C in the pause, and leaves with 130', async () => {
    const run = startCli(['run', 'random.yaml', '--journal-path', 'interrupted.json'], { env: { ...home, ...labEnv }, cwd: folder.path });
    await run.seen(/pause of/);
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect(stderr).toMatch(/Ready/);
    expect(code).toBe(130);
    const journal = JSON.parse(await readFile(join(folder.path, 'interrupted.json'), 'utf8')) as {
      status: string;
      evenkeel: { undo: { status: string }[] };
    };
    expect(journal.status).toBe('interrupted');
    expect(journal.evenkeel.undo.map(({ status }) => status)).toEqual(['mended']);
  }, 60_000);

  it('brings the instance back with recover after the run was killed in its pause', async () => {
    const run = startCli(['run', 'random.yaml', '--no-watchdog'], { env: { ...home, ...labEnv }, cwd: folder.path });
    await run.seen(/pause of/);
    run.child.kill('SIGKILL');
    await run.ended;
    expect((await runCli(['runs'], { env: { ...home, ...labEnv } })).stderr).toMatch(/left something broken/);
    const recovered = await runCli(['recover'], { env: { ...home, ...labEnv } });
    expect(recovered.stdout).toMatch(/✓ mended .*running.*Ready/);
    expect(recovered.code).toBe(0);
    expect((await runCli(['recover'], { env: { ...home, ...labEnv } })).stderr).toMatch(/Nothing to mend/);
  }, 60_000);
});
