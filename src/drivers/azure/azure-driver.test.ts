/** The driver against a small Azure of plain values: what it looks at, in which order, and what it mends. */
import { createHttpHeaders, type HttpClient, RestError } from '@azure/core-rest-pipeline';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRandom, createScaledClock, silentLogger } from '../../base/index.ts';
import { createArmClient } from '../../clients/index.ts';
import type { ActivityContext, UndoOutcome, UndoPlan } from '../../experiment/index.ts';
import { createAzureDriver } from './index.ts';

const origin = 'https://management.example.org';
const group = '/subscriptions/sub/resourceGroups/rg/providers';

type Answer = (body: unknown) => unknown;

/** Answers by `METHOD path`; rows by the type that a Resource Graph query asks for. */
let answers: Record<string, Answer>;
let rows: Record<string, readonly Record<string, unknown>[]>;
let events: string[];
let plans: UndoPlan[];
/** How many requests still get no connection. */
let lost: number;

const httpClient: HttpClient = {
  sendRequest: (request) => {
    if (lost-- > 0) return Promise.reject(new RestError('connect ECONNREFUSED', { code: 'ECONNREFUSED' }));
    const path = decodeURIComponent(new URL(request.url).pathname);
    const body: unknown = typeof request.body === 'string' ? JSON.parse(request.body) : undefined;
    const reply = (status: number, content?: unknown) => ({
      request,
      status,
      headers: createHttpHeaders(),
      bodyAsText: content === undefined ? '' : JSON.stringify(content),
    });
    if (path.endsWith('/resources')) return Promise.resolve(reply(200, graph(body)));
    events.push(`${request.method} ${path.replace(group, '')}`);
    const answer = answers[`${request.method} ${path.replace(group, '')}`];
    if (answer === undefined) return Promise.resolve(reply(404, { error: { code: 'ResourceNotFound', message: path } }));
    const content = answer(body);
    return Promise.resolve(reply(content === undefined ? 202 : 200, content));
  },
};

function graph(body: unknown): unknown {
  const query = z.object({ query: z.string() }).parse(body).query;
  const found = Object.entries(rows).find(([key]) => query.includes(key))?.[1] ?? [];
  const names = ['id', 'name', 'properties'];
  return { data: { columns: names.map((name) => ({ name })), rows: found.map((row) => names.map((name) => row[name] ?? null)) } };
}

const driver = createAzureDriver(({ clock, log }) => {
  const credential = { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
  return Promise.resolve(createArmClient({ credential, endpoint: origin, subscriptionId: 'sub', clock, log, httpClient }));
});

const context = (): ActivityContext => ({
  clock: createScaledClock({ speed: 1000, originMs: 0, wallOriginMs: Date.now() }),
  random: createRandom('seed'),
  log: silentLogger,
  signal: new AbortController().signal,
  env: {},
  configuration: {},
  secrets: {},
  activityName: 'x',
  undo: {
    plan: (plan) => {
      events.push('plan');
      plans.push(plan);
      return Promise.resolve();
    },
  },
});

function run(name: string, args: Record<string, unknown> = {}): Promise<unknown> {
  const activity = driver.activities.find((candidate) => candidate.name === name);
  if (activity === undefined) throw new Error(`no ${name}`);
  return activity.run(args, context());
}

function mend(plan: UndoPlan | undefined): Promise<UndoOutcome> {
  const undo = driver.undos.find(({ name }) => name === plan?.undo);
  if (undo === undefined || plan === undefined) throw new Error('no undo');
  return undo.run(plan.state, context());
}

beforeEach(() => {
  answers = {};
  rows = {};
  events = [];
  plans = [];
  lost = 0;
});

describe('every Azure activity', () => {
  it('has a name of ours, a JSON Schema, and permissions as Azure writes them', () => {
    for (const { name, parameters, permissions, summary } of driver.activities) {
      expect(name).toMatch(/^azure\/[a-z-]+$/);
      expect(summary).toMatch(/\.$/);
      expect(z.toJSONSchema(parameters, { io: 'input' })).toMatchObject({ type: 'object', additionalProperties: false });
      for (const permission of permissions) expect(permission).toMatch(/^Microsoft\.[A-Za-z]+\/[A-Za-z/]+\/(read|write|delete|action)$/);
    }
  });

  it('names an undo that exists', () => {
    const known = new Set(driver.undos.map(({ name }) => name));
    expect(driver.activities.flatMap(({ undo }) => (undo === undefined || known.has(undo) ? [] : [undo]))).toEqual([]);
  });

  it('refuses an argument that it does not know', async () => {
    await expect(run('azure/stop-vmss-instances', { filtre: 'x' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('filtre'),
    });
  });
});

/** A resource with a state that `stop` and `start` change. */
function switchable(path: string, view: (on: boolean) => unknown, look = ''): { on: boolean } {
  const machine = { on: true };
  answers[`GET ${path}${look}`] = () => view(machine.on);
  for (const [verb, on] of [
    ['stop', false],
    ['powerOff', false],
    ['start', true],
  ] as const) {
    answers[`POST ${path}/${verb}`] = () => {
      machine.on = on;
    };
  }
  return machine;
}

const instanceView = (on: boolean): unknown => ({ statuses: [{ code: on ? 'PowerState/running' : 'PowerState/stopped' }] });

describe('stopping and mending', () => {
  it.each([
    ['azure/stop-machines', 'Microsoft.Compute/virtualMachines', '/instanceView', instanceView, {}],
    [
      'azure/stop-managed-clusters',
      'Microsoft.ContainerService/managedClusters',
      '',
      (on: boolean) => ({ properties: { powerState: { code: on ? 'Running' : 'Stopped' } } }),
      { powerState: { code: 'Running' } },
    ],
    [
      'azure/stop-web-app',
      'Microsoft.Web/sites',
      '',
      (on: boolean) => ({ properties: { state: on ? 'Running' : 'Stopped' } }),
      { state: 'Running' },
    ],
    [
      'azure/stop-application-gateways',
      'Microsoft.Network/applicationGateways',
      '',
      (on: boolean) => ({ properties: { operationalState: on ? 'Running' : 'Stopped' } }),
      { operationalState: 'Running' },
    ],
    [
      'azure/stop-postgresql-flexible-servers',
      'Microsoft.DBforPostgreSQL/flexibleServers',
      '',
      (on: boolean) => ({ properties: { state: on ? 'Ready' : 'Stopped' } }),
      { state: 'Ready' },
    ],
  ])('%s plans the start before it acts, and the undo is verified', async (name, type, look, view, properties) => {
    const path = `/${type}/one`;
    const machine = switchable(path, view, look);
    rows = {
      [type.toLowerCase().includes('managedclusters') ? 'ManagedClusters' : type]: [{ id: `${group}${path}`, name: 'one', properties }],
    };
    await run(name);
    expect(machine.on).toBe(false);
    expect(events.indexOf('plan')).toBeGreaterThanOrEqual(0);
    expect(events.indexOf('plan')).toBeLessThan(events.findIndex((event) => event.startsWith('POST')));
    expect(await mend(plans[0])).toMatchObject({ mended: true, alreadyDone: false });
    expect(machine.on).toBe(true);
    expect(await mend(plans[0])).toMatchObject({ mended: true, alreadyDone: true });
  });

  it('never plans to start what was stopped before', async () => {
    const machine = switchable('/Microsoft.Compute/virtualMachines/one', instanceView, '/instanceView');
    const other = switchable('/Microsoft.Compute/virtualMachines/two', instanceView, '/instanceView');
    other.on = false;
    rows = {
      'Microsoft.Compute/virtualMachines': ['one', 'two'].map((name) => ({
        id: `${group}/Microsoft.Compute/virtualMachines/${name}`,
        name,
      })),
    };
    await run('azure/stop-machines');
    expect(plans[0]?.state['paths']).toEqual([`${group}/Microsoft.Compute/virtualMachines/one`]);
    await mend(plans[0]);
    expect([machine.on, other.on]).toEqual([true, false]);
    other.on = false;
    machine.on = false;
    await expect(run('azure/stop-machines')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(plans).toHaveLength(1);
  });

  it('goes on mending through a short loss of the connection, and says when it lasts', async () => {
    const machine = switchable('/Microsoft.Compute/virtualMachines/one', instanceView, '/instanceView');
    rows = { 'Microsoft.Compute/virtualMachines': [{ id: `${group}/Microsoft.Compute/virtualMachines/one`, name: 'one' }] };
    await run('azure/stop-machines');
    lost = 3;
    expect(await mend(plans[0])).toMatchObject({ mended: true });
    expect(machine.on).toBe(true);
    lost = Infinity;
    expect(await mend(plans[0])).toMatchObject({ mended: false, detail: [expect.stringContaining('no connection')] });
  });

  it('is not mended in another subscription or cloud than the one it broke', async () => {
    const state = { subscriptionId: 'other', endpoint: origin, kind: 'machine', paths: [] };
    await expect(mend({ undo: 'azure/start-resources', state, summary: '', targets: [] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('scale sets', () => {
  const set = '/Microsoft.Compute/virtualMachineScaleSets/pool';

  it('of Flexible orchestration: acts on the machines that name the set, and starts them again', async () => {
    const machine = switchable('/Microsoft.Compute/virtualMachines/pool_ab12', instanceView, '/instanceView');
    rows = {
      'virtualMachineScaleSet.id': [
        {
          id: `${group}/Microsoft.Compute/virtualMachines/pool_ab12`,
          name: 'pool_ab12',
          properties: { osProfile: { computerName: 'node-ab12' } },
        },
      ],
      virtualMachineScaleSets: [{ id: `${group}${set}`, name: 'pool', properties: { orchestrationMode: 'Flexible' } }],
    };
    const output = await run('azure/stop-vmss-instances');
    expect(output).toMatchObject({
      resources: [{ virtualMachines: [{ instance_id: 'pool_ab12', os_profile: { computer_name: 'node-ab12' } }] }],
    });
    expect(plans[0]?.state).toMatchObject({ nodeNames: ['node-ab12'] });
    expect(machine.on).toBe(false);
    expect(await mend(plans[0])).toMatchObject({ mended: true, detail: ['instance pool_ab12 of pool (node node-ab12): running'] });
    expect(machine.on).toBe(true);
  });

  it('lose as many different instances as asked for, in one undo', async () => {
    const machines = ['0', '1', '2', '3'].map((id) => switchable(`${set}/virtualMachines/${id}`, instanceView, '/instanceView'));
    answers[`GET ${set}/virtualMachines`] = () => ({
      value: ['0', '1', '2', '3'].map((instanceId) => ({ instanceId, name: `pool_${instanceId}` })),
    });
    rows = { virtualMachineScaleSets: [{ id: `${group}${set}`, name: 'pool', properties: {} }] };
    await run('azure/stop-vmss-instances', { count: 3 });
    expect(machines.filter(({ on }) => !on)).toHaveLength(3);
    expect(plans).toHaveLength(1);
    await mend(plans[0]);
    expect(machines.every(({ on }) => on)).toBe(true);
  });

  it('stay as they are when the undo can not be written down', async () => {
    const machine = switchable(`${set}/virtualMachines/0`, instanceView, '/instanceView');
    answers[`GET ${set}/virtualMachines`] = () => ({ value: [{ instanceId: '0', name: 'pool_0' }] });
    rows = { virtualMachineScaleSets: [{ id: `${group}${set}`, name: 'pool', properties: {} }] };
    const stop = driver.activities.find(({ name }) => name === 'azure/stop-vmss-instances');
    const full = { ...context(), undo: { plan: () => Promise.reject(new Error('disk full')) } };
    await expect(stop?.run({}, full)).rejects.toThrow('disk full');
    expect(machine.on).toBe(true);
    expect(events.filter((event) => event.startsWith('POST'))).toEqual([]);
  });
});

describe('routes of an application gateway', () => {
  it('are removed and put back beside what has come since', async () => {
    const path = '/Microsoft.Network/applicationGateways/gate';
    let rules = ['a', 'b', 'c'].map((name) => ({ name, properties: { priority: 1 } }));
    answers[`GET ${path}`] = () => ({ name: 'gate', etag: 'x', properties: { operationalState: 'Running', requestRoutingRules: rules } });
    answers[`PUT ${path}`] = (body) => {
      rules = z.object({ properties: z.object({ requestRoutingRules: z.array(z.any()) }) }).parse(body).properties.requestRoutingRules;
      return body;
    };
    rows = { 'Microsoft.Network/applicationGateways': [{ id: `${group}${path}`, name: 'gate' }] };
    const names = (): string[] => rules.map(({ name }) => name);

    await run('azure/delete-gateway-routes', { name_pattern: '^[ab]$' });
    expect(names()).toEqual(['c']);
    rules.push({ name: 'new', properties: { priority: 2 } });
    expect(await mend(plans[0])).toMatchObject({ mended: true, alreadyDone: false });
    expect(names()).toEqual(['c', 'new', 'a', 'b']);
    expect(await mend(plans[0])).toMatchObject({ mended: true, alreadyDone: true });

    await expect(run('azure/delete-gateway-routes', { name_pattern: '(' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('a fault inside a machine', () => {
  it('fails when its script fails', async () => {
    const path = '/Microsoft.Compute/virtualMachines/one';
    rows = { 'Microsoft.Compute/virtualMachines': [{ id: `${group}${path}`, name: 'one', properties: {} }] };
    answers[`POST ${path}/runCommand`] = () => ({ value: [{ code: 'ProvisioningState/failed/1', message: 'tc: not found' }] });
    await expect(run('azure/delay-machine-network')).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: 'the script failed on one: tc: not found',
    });
  });
});
