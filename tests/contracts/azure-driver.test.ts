/** The Azure driver and the lab's Azure meet over verified HTTPS, signed in with a credentials file, and nowhere else. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom, silentLogger } from '../../src/base/index.ts';
import { azureActivities, azureUndos } from '../../src/drivers/azure/index.ts';
import type { ActivityContext, UndoPlan } from '../../src/experiment/index.ts';
import { layout, type ServedAzure, serveLabAzure } from './azure-lab.ts';

let served: ServedAzure;
let folder: string;
let planned: UndoPlan[];
let powerAtPlan: string[];

const stateOf = (): string[] => served.azure.instances().map(({ instanceId, powerState }) => `${instanceId} ${powerState}`);

function context(seed: string, change: Partial<ActivityContext> = {}): ActivityContext {
  return {
    clock: served.clock,
    random: createRandom(seed),
    log: silentLogger,
    signal: new AbortController().signal,
    env: { AZURE_AUTH_LOCATION: join(folder, 'azureauth.json'), EVENKEEL_CA_FILE: join(folder, 'ca.pem') },
    configuration: {},
    secrets: {},
    activityName: 'stop-instance',
    undo: {
      plan: async (plan) => {
        planned.push(plan);
        powerAtPlan = stateOf();
      },
    },
    ...change,
  };
}

const run = (name: string, args: Record<string, unknown>, where: ActivityContext): Promise<unknown> => {
  const found = azureActivities.find((activity) => activity.name === name || activity.aliases.includes(name));
  if (found === undefined) throw new Error(`no activity ${name}`);
  return found.run(args, where);
};

const undo = (plan: UndoPlan | undefined, where: ActivityContext) => {
  const found = azureUndos.find(({ name }) => name === plan?.undo);
  if (found === undefined || plan === undefined) throw new Error(`no undo ${plan?.undo}`);
  return found.run(plan.state, where);
};

const authFile = (change: Record<string, unknown> = {}): string =>
  JSON.stringify({
    clientId: layout.clientId,
    clientSecret: layout.clientSecret,
    subscriptionId: layout.subscriptionId,
    tenantId: layout.tenantId,
    activeDirectoryEndpointUrl: served.url,
    resourceManagerEndpointUrl: `${served.url}/`,
    managementEndpointUrl: `${served.url}/`,
    ...change,
  });

beforeAll(async () => {
  served = await serveLabAzure();
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-azure-'));
  await writeFile(join(folder, 'ca.pem'), served.ca);
});
beforeEach(async () => {
  planned = [];
  powerAtPlan = [];
  await writeFile(join(folder, 'azureauth.json'), `\uFEFF${authFile()}`);
});
afterAll(async () => {
  await served.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the Azure driver on the lab', () => {
  it('stops one random instance, which the undo starts again and sees running', async () => {
    const output = await run(
      'chaosazure.vmss.actions.stop_vmss',
      { filter: "where resourceGroup =~ 'mc_rg-shop_aks-shop_westeurope'" },
      context('1'),
    );
    const down = stateOf().filter((state) => state.endsWith('stopped'));
    expect(down).toHaveLength(1);
    const instanceId = down[0]?.split(' ')[0];
    expect(output).toMatchObject({ resources: [{ name: 'aks-nodepool1-36421985-vmss', virtualMachines: [{ instance_id: instanceId }] }] });
    expect(powerAtPlan).toEqual(['0 running', '9 running', '10 running']);
    expect(planned).toHaveLength(1);
    expect(planned[0]?.state).toMatchObject({ scaleSet: 'aks-nodepool1-36421985-vmss', instanceIds: [instanceId], mode: 'stop' });
    expect(JSON.stringify(planned)).not.toContain(layout.clientSecret);

    expect(await undo(planned[0], context('1'))).toMatchObject({ mended: true, alreadyDone: false });
    expect(stateOf()).toEqual(['0 running', '9 running', '10 running']);
    expect(await undo(planned[0], context('1'))).toMatchObject({ mended: true, alreadyDone: true });
  });

  it('chooses the same instance for the same seed', async () => {
    const chosen: unknown[] = [];
    for (const seed of ['a', 'a', 'b', 'c', 'd']) {
      await run('azure/stop-vmss-instances', {}, context(seed));
      chosen.push(planned.at(-1)?.state['instanceIds']);
      await undo(planned.at(-1), context(seed));
    }
    expect(chosen[0]).toEqual(chosen[1]);
    expect(new Set(chosen.map((ids) => JSON.stringify(ids))).size).toBeGreaterThan(1);
  });

  it('never chooses an instance that is already down, and fails when only such are meant', async () => {
    await run('azure/stop-vmss-instances', { instance_criteria: [{ instanceId: '9' }, { instance_id: '10' }] }, context('x'));
    await expect(run('azure/stop-vmss-instances', { instance_criteria: [{ instance_id: 9 }] }, context('x'))).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await run('chaosazure.vmss.actions.deallocate_vmss', {}, context('x'));
    expect(stateOf()).toEqual(['0 deallocated', '9 stopped', '10 stopped']);
    await run('azure/start-vmss-instances', {}, context('x'));
    expect(stateOf()).toEqual(['0 running', '9 running', '10 running']);
  });

  it('says which instances there are when the named one does not exist', async () => {
    await expect(run('azure/stop-vmss-instances', { instance_criteria: [{ instance_id: '77' }] }, context('x'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringContaining('9 (aks-nodepool1-36421985-vmss_9)'),
    });
    await expect(run('azure/stop-vmss-instances', { filter: "where name == 'nobody'" }, context('x'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'No VMSS found',
    });
    expect(planned).toEqual([]);
  });

  it('fails with the reason when the operation fails', async () => {
    served.azure.failNext('powerOff', 'aks-nodepool1-36421985-vmss_0', { code: 'AllocationFailed', message: 'no room' });
    await expect(run('azure/stop-vmss-instances', { instance_criteria: [{ instance_id: '0' }] }, context('x'))).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('AllocationFailed: no room'),
    });
  });

  it('is not mended while the instance can not be started, and says why', async () => {
    await run('azure/stop-vmss-instances', { instance_criteria: [{ instance_id: '0' }] }, context('x'));
    served.azure.failNext('start', 'aks-nodepool1-36421985-vmss_0', { code: 'AllocationFailed', message: 'no room' });
    expect(await undo(planned[0], context('x'))).toMatchObject({ mended: false, detail: [expect.stringContaining('AllocationFailed')] });
    expect(await undo(planned[0], context('x'))).toMatchObject({ mended: true });
  });

  it('mends an instance whose power-off is still under way', async () => {
    const abort = new AbortController();
    const stopped = new Promise<void>((resolve) => {
      const cancel = served.azure.onPower((_, change) => {
        if (change !== 'down') return;
        cancel();
        resolve();
      });
    });
    const running = run(
      'azure/stop-vmss-instances',
      { instance_criteria: [{ instance_id: '10' }] },
      context('x', { signal: abort.signal }),
    );
    const failed = expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await stopped;
    abort.abort();
    await failed;
    expect(await undo(planned[0], context('x'))).toMatchObject({ mended: true, alreadyDone: false });
    expect(stateOf()).toContain('10 running');
  });

  it('counts instances', async () => {
    expect(await run('chaosazure.vmss.probes.count_instances', {}, context('x'))).toBe(3);
  });

  it('reports a wrong secret, a wrong tenant and a broken file without showing a secret', async () => {
    const attempt = async (text: string): Promise<unknown> => {
      await writeFile(join(folder, 'azureauth.json'), text);
      return run('chaosazure.vmss.probes.count_instances', {}, context('x')).catch((thrown: unknown) => thrown);
    };
    const wrong = await attempt(authFile({ clientSecret: 'not-the-secret' }));
    expect(wrong).toMatchObject({ code: 'DENIED', message: expect.stringContaining('AADSTS7000215') });
    expect(String(wrong)).not.toContain('not-the-secret');
    expect(await attempt(authFile({ tenantId: 'nowhere' }))).toMatchObject({ code: 'DENIED' });
    expect(await attempt(authFile({ clientSecret: undefined }))).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining("'clientSecret' is missing"),
    });
    expect(await attempt('{\n  "clientId": "x",\n  "clientSecret" "hush"\n}')).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/azureauth\.json:3:18: not valid JSON/),
    });
  });

  it('does not talk to a server whose certificate is not trusted', async () => {
    const where = context('x', { env: { AZURE_AUTH_LOCATION: join(folder, 'azureauth.json') } });
    await expect(run('chaosazure.vmss.probes.count_instances', {}, where)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('not trusted'),
    });
  });
});
