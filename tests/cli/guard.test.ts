/** The guard, the dry run and the told events of `run`, against a real lab in a process of its own. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCli, runCli, startCli, temporaryFolder } from './_run-cli.ts';

const EXPERIMENT = (app: string, extra = ''): string => `
title: one node is down
description: for the tests
configuration:
  azure_subscription_id: {type: env, key: AZURE_SUBSCRIPTION_ID}
steady-state-hypothesis:
  title: the frontend answers
  probes:
    - {type: probe, name: the frontend answers, tolerance: 200, provider: {type: http, url: "${app}", timeout: 10}}
method:
  - type: action
    name: stop an instance
    provider: {type: python, module: chaosazure.vmss.actions, func: stop_vmss}
rollbacks: []
${extra}`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** Stands for the application, so that the lab's pods need not serve. */
const app = createServer((_, response) => response.end());
let lab: RunningCli;
let env: Record<string, string>;
const run = (...args: string[]): ReturnType<typeof runCli> => runCli(['run', ...args], { env, cwd: folder.path });

beforeAll(async () => {
  folder = await temporaryFolder();
  const home = { EVENKEEL_HOME: join(folder.path, 'state') };
  lab = startCli(['lab', 'up', '--speed', '60', '--quick-machines', '--without-programs', '--seed', 'guard'], { env: home });
  await lab.seen(/The lab is up/);
  const labEnv = JSON.parse((await runCli(['lab', 'env', '-o', 'json'], { env: home })).stdout) as Record<string, string>; // printed by our own command
  env = { ...home, ...labEnv };
  await new Promise<void>((resolve) => void app.listen(0, '127.0.0.1', resolve));
  // Listening on a TCP port, its address is an object.
  const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`;
  await writeFile(join(folder.path, 'plain.yaml'), EXPERIMENT(url));
  const echo = { type: 'process', path: 'echo', arguments: 'aks-nodepool1-36421985-vmss000009' };
  const cordon = { type: 'evenkeel', action: 'kubernetes/cordon-node', arguments: { name: '${node}' } };
  const dynamic = {
    title: 't',
    description: 'd',
    configuration: { node: { type: 'probe', name: 'which node', provider: echo } },
    method: [{ type: 'action', name: 'cordon it', provider: cordon }],
  };
  await writeFile(join(folder.path, 'dynamic.yaml'), JSON.stringify(dynamic));
  await writeFile(
    join(folder.path, 'strict.yaml'),
    EXPERIMENT(url, 'extensions: [{name: evenkeel, guard: {protectPools: [nodepool1], maxShare: 10%}}]'),
  );
});

afterAll(async () => {
  app.close();
  lab.child.kill('SIGTERM');
  await lab.ended;
  await folder.remove();
});

const eventsIn = (text: string): { type: string }[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string }); // written by our own command

describe('the guard', () => {
  it('refuses with all reasons at once, and with the flags that allow it', async () => {
    const { code, stderr } = await run('plain.yaml', '--max-nodes', '0', '--max-share', '20%', '--protect-namespace', 'contactsapp');
    expect(stderr).toMatch(/1 node would be down, allowed is 0; 33.3 % .* allowed are 20 %; .*protected namespace contactsapp/);
    expect(stderr).toMatch(/--max-nodes 1 --max-share 34% --allow-namespace contactsapp/);
    expect(stderr).not.toMatch(/noted how to mend/);
    expect(code).toBe(4);
  });

  it("lets the experiment's own limits win where they are stricter", async () => {
    const { code, stderr } = await run('strict.yaml', '--max-share', '100%');
    expect(stderr).toMatch(/allowed are 10 %; the node pool nodepool1 is protected/);
    expect(code).toBe(4);
  });

  it('chooses in a dry run what a run with the same seed takes, and breaks nothing', async () => {
    const dry = await run('plain.yaml', '--dry-run', '--seed', '7', '-o', 'json');
    expect(dry.code, dry.stderr).toBe(0);
    const result = JSON.parse(dry.stdout) as { gate: string; faults: { nodes: string[]; candidates: string[]; prediction: string[] }[] };
    const fault = result.faults[0];
    expect(result.gate).toBe('met');
    expect(fault?.candidates).toHaveLength(3);
    expect(fault?.prediction[0]).toMatch(/^stopping aks-nodepool1-36421985-vmss0000\w\w: .* goe?s? down for about \d/);
    expect((await runCli(['runs', '-o', 'json'], { env })).stdout).not.toMatch(/pending": \[\s*"/);

    // A target that a probe of the configuration finds.
    const dynamic = await run('dynamic.yaml', '--dry-run', '-o', 'json');
    expect(JSON.parse(dynamic.stdout), dynamic.stderr).toMatchObject({
      faults: [{ status: 'would-act', nodes: ['aks-nodepool1-36421985-vmss000009'] }],
    });

    const real = await run('plain.yaml', '--seed', '7', '--events', 'events.jsonl', '--log-format', 'json');
    const events = eventsIn(await readFile(join(folder.path, 'events.jsonl'), 'utf8'));
    const planned = events.find(({ type }) => type === 'undo-planned');
    expect(JSON.stringify(planned)).toContain(fault?.nodes[0] ?? 'no node');
    expect(events[0]).toMatchObject({ type: 'stream-started', schema: 1 });
    expect(events.at(-1)?.type).toBe('run-ended');
    const told = eventsIn(real.stderr);
    // The prediction for the very node stands before the plan, hence before the act.
    const predicted = told.findIndex((line) => JSON.stringify(line).includes(fault?.prediction[0] ?? 'nothing'));
    expect(predicted).toBeGreaterThan(-1);
    expect(predicted).toBeLessThan(told.findIndex(({ type }) => type === 'undo-planned'));
  });
});
