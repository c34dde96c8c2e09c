import { request } from 'node:https';
import { generate } from 'selfsigned';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger, createRandom, createVirtualClock, type VirtualClock } from '../../base/index.ts';
import { createLabAzure, type LabAzure, type LabAzureLayout } from './index.ts';

const layout: LabAzureLayout = {
  subscriptionId: 'b4b1f6d2-0000-4000-8000-000000000001',
  tenantId: 'b4b1f6d2-0000-4000-8000-000000000002',
  clientId: 'b4b1f6d2-0000-4000-8000-000000000003',
  clientSecret: 'hush-hush',
  location: 'westeurope',
  resourceGroup: 'rg',
  clusterName: 'aks',
  nodeResourceGroup: 'MC_rg_aks_westeurope',
  kubernetesVersion: '1.36.2',
  pools: [
    {
      name: 'pool1',
      scaleSet: 'aks-pool1-vmss',
      vmSize: 'Standard_D2s_v3',
      instances: [
        { instanceId: '0', nodeName: 'aks-pool1-vmss000000', zone: undefined },
        { instanceId: '1', nodeName: 'aks-pool1-vmss000001', zone: undefined },
      ],
    },
  ],
};
const set = `/subscriptions/${layout.subscriptionId}/resourceGroups/${layout.nodeResourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/aks-pool1-vmss`;
const version = 'api-version=2024-11-01';

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: { readonly error?: { readonly code: string; readonly message: string } } & Record<string, unknown>;
}

let clock: VirtualClock;
let azure: LabAzure;
let server: { readonly url: string; stop(): Promise<void> };
let logged: string[];
let ca: string;
let key: string;

beforeEach(async () => {
  clock = createVirtualClock(Date.parse('2026-01-01T00:00:00Z'));
  logged = [];
  const log = createLogger((_, message, fields) => logged.push(`${message} ${JSON.stringify(fields)}`));
  const timings = { powerOffMs: [60_000, 60_000], startMs: [30_000, 30_000] } as const;
  azure = createLabAzure({ clock, random: createRandom('test'), layout, timings, log });
  server = await azure.serve({ port: 0, key, cert: ca });
});
beforeAll(async () => {
  const pems = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  ca = pems.cert;
  key = pems.private;
});
afterEach(() => server.stop());

function send(method: string, path: string, headers: Record<string, string> = {}, text?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${server.url}${path}`, { method, headers, ca, agent: false, servername: 'localhost' }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (body += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: body === '' ? {} : JSON.parse(body) }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

const form = (change: Record<string, string> = {}): string =>
  new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: layout.clientId,
    client_secret: layout.clientSecret,
    scope: `${server.url}/.default`,
    ...change,
  }).toString();
const tokenPath = `/${layout.tenantId}/oauth2/v2.0/token`;

async function bearer(): Promise<Record<string, string>> {
  const { body } = await send('POST', tokenPath, {}, form());
  return { authorization: `Bearer ${String(body['access_token'])}` };
}

describe('the lab Entra', () => {
  it('gives a different token each time, for the right secret alone', async () => {
    expect(await bearer()).not.toEqual(await bearer());
    const refused = await send('POST', tokenPath, {}, form({ client_secret: 'guess' }));
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client', error_codes: [7000215] } });
    expect(String(refused.body['error_description'])).toMatch(/^AADSTS7000215: Invalid client secret provided\./);
    expect(await send('POST', tokenPath, {}, form({ client_id: 'someone' }))).toMatchObject({
      status: 400,
      body: { error_codes: [700016] },
    });
    expect(await send('POST', '/elsewhere/oauth2/v2.0/token', {}, form())).toMatchObject({ status: 400, body: { error_codes: [90002] } });
  });

  it('refuses no token, a wrong token, and one whose time is over', async () => {
    expect(await send('GET', `${set}?${version}`)).toMatchObject({ status: 401, body: { error: { code: 'AuthenticationFailed' } } });
    expect(await send('GET', `${set}?${version}`, { authorization: 'Bearer made-up' })).toMatchObject({
      status: 401,
      body: { error: { code: 'InvalidAuthenticationToken' } },
    });
    const headers = await bearer();
    expect((await send('GET', `${set}?${version}`, headers)).status).toBe(200);
    await clock.advance(3_600_000);
    const late = await send('GET', `${set}?${version}`, headers);
    expect(late).toMatchObject({ status: 401, body: { error: { code: 'ExpiredAuthenticationToken' } } });
    expect(String(late.headers['www-authenticate'])).toContain('authorization_uri=');
  });

  it('logs neither secret nor token', async () => {
    await send('POST', tokenPath, {}, form());
    await send('POST', tokenPath, {}, form({ client_secret: 'guess' }));
    expect(logged.join('\n')).not.toContain('hush-hush');
  });
});

describe('the lab Resource Manager', () => {
  it('lets neither web pages nor foreign host names in', async () => {
    const headers = await bearer();
    expect((await send('GET', `${set}?${version}`, { ...headers, origin: 'https://evil.example' })).status).toBe(403);
    expect((await send('GET', `${set}?${version}`, { ...headers, host: 'evil.example' })).status).toBe(421);
  });

  it('wants an api-version that the provider has', async () => {
    const headers = await bearer();
    const error = async (query: string): Promise<unknown> => (await send('GET', `${set}${query}`, headers)).body.error?.code;
    expect(await error('')).toBe('MissingApiVersionParameter');
    expect(await error('?api-version=1999-01-01')).toBe('NoRegisteredProviderFound');
    expect(await error('?api-version=latest')).toBe('NoRegisteredProviderFound');
    expect(await error(`?${version}`)).toBeUndefined();
  });

  it('says what is not found, and 501 with its name for what it lacks', async () => {
    const headers = await bearer();
    const error = async (method: string, path: string): Promise<unknown> => {
      const { status, body } = await send(method, `${path}?${version}`, headers);
      return [status, body.error?.code];
    };
    expect(await error('GET', `${set}x`)).toEqual([404, 'ResourceNotFound']);
    expect(await error('GET', `${set}/virtualMachines/7`)).toEqual([404, 'InstanceIdNotFound']);
    expect(await error('GET', set.replace(layout.subscriptionId, 'other'))).toEqual([404, 'SubscriptionNotFound']);
    expect(await error('GET', set.replace(layout.nodeResourceGroup, 'other'))).toEqual([404, 'ResourceGroupNotFound']);
    expect(await error('POST', `${set}/redeploy`)).toEqual([501, 'NotImplemented']);
    expect((await send('POST', `${set}/redeploy?${version}`, headers)).body.error?.message).toContain('/redeploy');
  });

  it('tells what its principal may do, at each scope that there is', async () => {
    const headers = await bearer();
    const group = `/subscriptions/${layout.subscriptionId}/resourceGroups/${layout.nodeResourceGroup}`;
    for (const scope of [`/subscriptions/${layout.subscriptionId}`, group, set]) {
      const { status, body } = await send('GET', `${scope}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`, headers);
      expect([scope, status]).toEqual([scope, 200]);
      expect(body['value']).toMatchObject([{ actions: ['*'] }]);
    }
    const elsewhere = `${set}x/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`;
    expect((await send('GET', elsewhere, headers)).status).toBe(404);
  });

  it('takes the power away seconds after it accepts, and ends the operation in its own time', async () => {
    const headers = await bearer();
    const changes: string[] = [];
    azure.onPower((instance, change) => changes.push(`${instance.nodeName} ${change}`));
    const power = (): string => azure.instances()[1]?.powerState ?? '';

    const accepted = await send('POST', `${set}/virtualmachines/1/poweroff?skipShutdown=false&${version}`, headers);
    expect(accepted.status).toBe(202);
    expect(accepted.headers['retry-after']).toBe('10');
    const status = String(accepted.headers['azure-asyncoperation']).replace(server.url, '');
    const monitor = String(accepted.headers['location']).replace(server.url, '');
    expect(power()).toBe('stopping');
    expect((await send('POST', `${set}/virtualMachines/1/start?${version}`, headers)).status).toBe(409);

    await clock.advance(10_000);
    expect(changes).toEqual(['aks-pool1-vmss000001 down']);
    expect((await send('GET', status, headers)).body).toMatchObject({ status: 'InProgress', startTime: '2026-01-01T00:00:00.000Z' });
    expect((await send('GET', monitor, headers)).status).toBe(202);

    await clock.advance(51_000);
    expect(power()).toBe('stopped');
    expect((await send('GET', status, headers)).body).toMatchObject({ status: 'Succeeded', endTime: '2026-01-01T00:01:00.000Z' });
    expect((await send('GET', monitor, headers)).status).toBe(200);

    await send('POST', `${set}/virtualMachines/1/start?${version}`, headers);
    expect(power()).toBe('starting');
    await clock.advance(31_000);
    expect(power()).toBe('running');
    expect(changes).toEqual(['aks-pool1-vmss000001 down', 'aks-pool1-vmss000001 up']);
  });

  it('deletes an instance: it dies, is gone, and the capacity falls', async () => {
    const headers = await bearer();
    const changes: string[] = [];
    azure.onPower((instance, change) => changes.push(`${instance.instanceId} ${change}`));
    await send('DELETE', `${set}/virtualMachines/0?${version}`, headers);
    await clock.advance(300_000);
    expect(changes).toEqual(['0 down', '0 gone']);
    expect((await send('GET', `${set}?${version}`, headers)).body['sku']).toMatchObject({ capacity: 1 });
  });

  it('begins an operation on some instances of a set for all of them or none', async () => {
    const headers = await bearer();
    const body = (ids: string[]): string => JSON.stringify({ instanceIds: ids });
    expect(await send('POST', `${set}/poweroff?${version}`, headers, body(['0', '7']))).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidParameter', message: expect.stringContaining('instanceId 7 is not an active') } },
    });
    expect(azure.instances().map(({ powerState }) => powerState)).toEqual(['running', 'running']);
    await send('POST', `${set}/poweroff?${version}`, headers, body(['0']));
    expect((await send('POST', `${set}/deallocate?${version}`, headers, body(['0', '1']))).status).toBe(409);
    expect(azure.instances().map(({ powerState }) => powerState)).toEqual(['stopping', 'running']);
  });

  it('answers Resource Graph in both formats and in pages', async () => {
    const headers = await bearer();
    const ask = async (query: string, options: Record<string, unknown> = {}): Promise<Answer> =>
      send(
        'POST',
        '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01',
        headers,
        JSON.stringify({ query, subscriptions: [layout.subscriptionId], options }),
      );
    const first = await ask('Resources | project name, resourceGroup | order by name asc', { $top: 1 });
    expect(first.body).toMatchObject({ totalRecords: 2, count: 1, data: [{ name: 'aks', resourceGroup: 'rg' }] });
    const second = await ask('Resources | project name, resourceGroup | order by name asc', {
      $top: 1,
      $skipToken: first.body['$skipToken'],
    });
    expect(second.body['data']).toEqual([{ name: 'aks-pool1-vmss', resourceGroup: 'mc_rg_aks_westeurope' }]);
    expect(second.body['$skipToken']).toBeUndefined();
    expect((await ask("Resources | where name == 'aks' | project name", { resultFormat: 'table' })).body['data']).toEqual({
      columns: [{ name: 'name', type: 'string' }],
      rows: [['aks']],
    });
    expect((await ask('Resources | where')).body.error).toMatchObject({ code: 'BadRequest', details: [{ code: 'InvalidQuery' }] });
    expect((await ask('Resources | join (x) on y')).status).toBe(501);
  });
});
