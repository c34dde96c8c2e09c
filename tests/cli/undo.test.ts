/** What the undo leaves alone, against a real lab: what somebody else broke, what is mended already, what another run holds. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealClock, silentLogger } from '../../src/base/index.ts';
import { createKubernetesClient, loadKubeconfig } from '../../src/clients/index.ts';
import { resourceOf } from '../../src/kubernetes/index.ts';
import { type CrashLab, startCrashLab } from '../campaigns/crash-lab.ts';
import { type CliResult, startCli } from './_run-cli.ts';

const EXPERIMENT = (method: string, rollbacks = '[]'): string => `
title: something is down
description: for a moment
configuration:
  azure_subscription_id: {type: env, key: AZURE_SUBSCRIPTION_ID}
method: ${method}
rollbacks: ${rollbacks}
`;
const python = (name: string, module: string, func: string, args: string, pause = 1): string =>
  `{type: action, name: ${name}, provider: {type: python, module: ${module}, func: ${func}, arguments: ${args}}, pauses: {after: ${pause}}}`;
const stopOf = (args: string, pause?: number): string => python('stop', 'chaosazure.vmss.actions', 'stop_vmss', args, pause);
const RUN = [
  '--yes',
  '--lead',
  '0s',
  '--journal-path',
  'j.json',
  '--max-nodes',
  '3',
  '--max-share',
  '100%',
  '--max-zones',
  '3',
  '--allow-last-node',
];

let lab: CrashLab;
beforeAll(async () => {
  lab = await startCrashLab('undo', { speed: '60', programs: false });
  // The first look at a new lab is slow.
  await cli(['spread']);
});
afterAll(() => lab.stop());

const cli = (args: readonly string[]): Promise<CliResult> => startCli(args, { env: lab.env, cwd: lab.folder }).ended;

async function run(method: string, rollbacks?: string): Promise<CliResult & { readonly undo: readonly string[] }> {
  await writeFile(join(lab.folder, 'e.yaml'), EXPERIMENT(method, rollbacks));
  const result = await cli(['run', 'e.yaml', ...RUN]);
  const journal = JSON.parse(await readFile(join(lab.folder, 'j.json'), 'utf8')) as { evenkeel: { undo: { status: string }[] } };
  return { ...result, undo: journal.evenkeel.undo.map(({ status }) => status) };
}

describe('the undo', () => {
  it("recognises what the experiment's own rollbacks have mended", async () => {
    const start = '[{type: action, name: start, provider: {type: evenkeel, action: azure/start-vmss-instances}}]';
    const { code, stderr, undo } = await run(`[${stopOf('{}')}]`, start);
    expect(code, stderr).toBe(0);
    expect(undo).toEqual(['already-mended']);
    expect(await lab.broken()).toEqual([]);
  }, 60_000);

  it('never starts an instance that was down before the run', async () => {
    const node = await lab.someNode();
    expect((await cli(['lab', 'stop-node', node])).code).toBe(0);
    await expect.poll(() => lab.broken(), { timeout: 20_000 }).toHaveLength(2);
    const before = await lab.broken();
    expect(before.join()).toMatch(/instance \d+ is PowerState\/stopped.* is not Ready/);
    for (const func of ['stop_vmss', 'deallocate_vmss', 'restart_vmss']) {
      const named = `{instance_criteria: [{computer_name: ${node}}]}`;
      const itself = await run(`[${python('act', 'chaosazure.vmss.actions', func, named)}]`);
      expect(itself.stderr).toMatch(/is in a state for this/);
      expect([itself.code, itself.undo]).toEqual([3, []]);
    }
    // All that are up, which is not this one.
    const others = await run(`[${python('act', 'chaosazure.vmss.actions', 'deallocate_vmss', '{count: 3}')}]`);
    expect(others.code, others.stderr).toBe(0);
    expect(others.undo).toEqual(['mended']);
    expect(await lab.broken()).toEqual(before);
    expect((await cli(['lab', 'start-node', node])).code).toBe(0);
    await expect.poll(() => lab.broken(), { timeout: 20_000 }).toEqual([]);
  }, 90_000);

  it('leaves a node cordoned that was so before the run', async () => {
    const node = await lab.someNode();
    const client = createKubernetesClient(await loadKubeconfig({ env: lab.env }), { clock: createRealClock(), log: silentLogger });
    const resource = resourceOf('Node');
    if (resource === undefined) throw new Error('nodes are unknown');
    const cordon = (unschedulable: boolean): Promise<unknown> =>
      client.patch(resource, undefined, node, { spec: { unschedulable } }, { type: 'merge' });
    await cordon(true);
    const all = python('cordon all', 'chaosk8s.node.actions', 'cordon_node', '{label_selector: "kubernetes.io/os=linux"}');
    const { code, stderr, undo } = await run(`[${all}]`);
    expect(code, stderr).toBe(0);
    expect(undo).toEqual(['mended']);
    expect(await lab.broken()).toEqual([`node ${node} is cordoned`]);
    await cordon(false);
  }, 60_000);

  it('of another run is not disturbed: what that one holds is refused, with owner and age', async () => {
    const nine = stopOf('{instance_criteria: [{instance_id: "9"}]}', 3600);
    await writeFile(join(lab.folder, 'first.yaml'), EXPERIMENT(`[${nine}]`));
    const first = startCli(['run', 'first.yaml', ...RUN, '--journal-path', 'first.json'], { env: lab.env, cwd: lab.folder });
    await first.seen(/pause of/);
    // Somebody starts it by hand, so that it could be stopped again.
    expect((await cli(['lab', 'start-node', '9'])).code).toBe(0);
    const second = await run(`[${nine}]`);
    const { runs } = JSON.parse((await cli(['runs', '--state', 'running', '-o', 'json'])).stdout) as { runs: { runId: string }[] };
    const id = runs[0]?.runId ?? '';
    expect(second.stderr).toMatch(new RegExp(`is in use by run ${id} \\(process ${first.child.pid}, since .*\\)`));
    expect(second.stderr).toContain(`evenkeel stop ${id}`);
    expect([second.code, second.undo]).toEqual([4, []]);
    expect((await cli(['stop', id])).code).toBe(0);
    await first.ended;
    expect(await lab.broken()).toEqual([]);
  }, 90_000);
});
