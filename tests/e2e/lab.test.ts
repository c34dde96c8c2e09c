/** The lab from outside: over HTTP to its application, over HTTPS to its two APIs. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createRandom, createScaledClock, silentLogger } from '../../src/base/index.ts';
import type { Clock } from '../../src/base/index.ts';
import { startLab } from '../../src/lab/index.ts';
import type { Lab } from '../../src/lab/index.ts';

const SPEED = 20;
/** Wall milliseconds: long enough that only a connection into nothing goes unanswered, however busy the machine. */
const PATIENCE_MS = 1500;
const LONG_TEST_MS = 90_000;
const VMSS = 'providers/Microsoft.Compute/virtualMachineScaleSets';

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

interface Options {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly ca?: string;
  readonly limitMs?: number;
}

/** Fails with `no answer` after the limit (wall milliseconds). */
function ask(url: string, { method = 'GET', headers = {}, body, ca, limitMs = 10_000 }: Options = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const sent = send(url, { method, headers, agent: false, ...(ca === undefined ? {} : { ca }) }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.setTimeout(limitMs, () => sent.destroy(new Error('no answer')));
    sent.on('error', reject);
    sent.end(body);
  });
}

function startClock(): Clock {
  const wallOriginMs = Date.now();
  return createScaledClock({ speed: SPEED, originMs: wallOriginMs, wallOriginMs });
}

/** Asks again and again until `wanted` holds; the limit is lab time. */
async function until(clock: Clock, limitMs: number, what: string, wanted: () => Promise<boolean>): Promise<number> {
  const beganMs = clock.now();
  while (!(await wanted())) {
    if (clock.now() - beganMs > limitMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await clock.sleep(1000);
  }
  return clock.now() - beganMs;
}

let folder = '';
let lab: Lab;
let clock: Clock;
let ca = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-lab-'));
  clock = startClock();
  lab = await startLab({ clock, random: createRandom('e2e'), log: silentLogger, folder });
  ca = await readFile(lab.env['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8');
});
afterAll(async () => {
  await lab.stop();
  await rm(folder, { recursive: true, force: true });
});

const app = (path: string, options?: Options): Promise<Answer> => ask(`${lab.urls.app}${path}`, options);
/** What a user makes of it. */
const impression = (path: string): Promise<string> =>
  app(path, { limitMs: PATIENCE_MS }).then(
    ({ status }) => String(status),
    (error: unknown) => String(error),
  );

async function kubernetes(path: string, options: Options = {}): Promise<Answer> {
  const config = JSON.parse(await readFile(lab.env['KUBECONFIG'] ?? '', 'utf8'));
  const headers = { ...options.headers, authorization: `Bearer ${config.users[0].user.token}` };
  return ask(`${config.clusters[0].cluster.server}${path}`, { ...options, ca, headers });
}

/** As `kubectl patch deployment` does. */
function patchDeployment(name: string, patch: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  return kubernetes(`/apis/apps/v1/namespaces/contactsapp/deployments/${name}`, { method: 'PATCH', headers, body: JSON.stringify(patch) });
}

async function azure(method: string, path: string): Promise<Answer> {
  const credentials = JSON.parse(await readFile(lab.env['AZURE_AUTH_LOCATION'] ?? '', 'utf8'));
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    scope: `${credentials.resourceManagerEndpointUrl}.default`,
  });
  const signIn = await ask(`${credentials.activeDirectoryEndpointUrl}/${credentials.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    ca,
  });
  const { env } = lab;
  const group = `subscriptions/${env['AZURE_SUBSCRIPTION_ID']}/resourceGroups/${env['AZURE_CLUSTER_NODE_RESOURCE_GROUP']}`;
  const set = `${VMSS}/${env['AZURE_CLUSTER_VMSS_NAME']}`;
  return ask(`${credentials.resourceManagerEndpointUrl}${group}/${set}${path}?api-version=2024-07-01`, {
    method,
    headers: { authorization: `Bearer ${JSON.parse(signIn.body).access_token}` },
    ca,
  });
}

async function readyOf(node: string): Promise<string> {
  const { status } = JSON.parse((await kubernetes(`/api/v1/nodes/${node}`)).body);
  return status.conditions.find(({ type }: { type: string }) => type === 'Ready').status;
}

describe('the lab', () => {
  it("shows the workshop's pods on their nodes over the Kubernetes API", async () => {
    const pods = JSON.parse((await kubernetes('/api/v1/namespaces/contactsapp/pods')).body).items;
    const placed = pods.map((pod: { metadata: { name: string }; spec: { nodeName: string }; status: { podIP: string } }) =>
      [pod.metadata.name, pod.spec.nodeName.slice(-2), pod.status.podIP].join(' '),
    );
    expect(placed.toSorted()).toEqual([
      'ca-deploy-7d6855964c-sn7wm 0a 10.244.7.18',
      'frontend-deploy-5d85979b7b-m4cjx 09 10.244.6.6',
      'mssql-deployment-5998699cd8-9rpx5 09 10.244.6.13',
      'resources-deploy-7f5f968587-ql2bg 0a 10.244.7.19',
      'resources-function-deploy-58744cb66-tlvrh 0a 10.244.7.16',
      'search-deploy-88bd76564-6s9dh 00 10.244.2.223',
      'search-deploy-88bd76564-744xn 00 10.244.2.222',
      'search-function-deploy-84b4b6bc84-sdxdr 0a 10.244.7.17',
      'textanalytics-function-deploy-6bc56f6b8c-jxqsk 0a 10.244.7.20',
      'visitreports-deploy-5fc8bf9cf5-gfv9r 09 10.244.6.8',
    ]);
  });

  it('keeps what it signs in with from other users', async () => {
    const modes = await Promise.all(
      ['KUBECONFIG', 'AZURE_AUTH_LOCATION', 'NODE_EXTRA_CA_CERTS'].map(async (name) => (await stat(lab.env[name] ?? '')).mode % 0o1000),
    );
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });

  it('serves the frontend, which works with its backends', async () => {
    expect((await app('/')).body).toContain('<title>Simple Contacts Management</title>');
    expect(JSON.parse((await app('/api/overview')).body)).toMatchObject({ ok: true, contacts: { ok: true }, visitreports: { count: 3 } });
  });

  it('finds a contact by search after it was added, and no more after it was deleted', async () => {
    const added = await app('/contacts', { method: 'POST', body: JSON.stringify({ firstname: 'Barbara', lastname: 'Liskov' }) });
    expect(added.status).toBe(201);
    const found = async (): Promise<number> => JSON.parse((await app('/search/contacts?phrase=liskov')).body).count;
    await until(clock, 60_000, 'found', async () => (await found()) === 1);
    expect((await app(`/contacts/${JSON.parse(added.body).id}`, { method: 'DELETE' })).status).toBe(204);
    await until(clock, 60_000, 'gone', async () => (await found()) === 0);
  });

  it('scores visit reports', async () => {
    const body = JSON.stringify({ contactid: '1', subject: 'Complaint', result: 'They were angry: the parts came late.' });
    const { id } = JSON.parse((await app('/visitreports', { method: 'POST', body })).body);
    await until(clock, 60_000, 'scored', async () => JSON.parse((await app(`/visitreports/${id}`)).body).sentiment === 0);
  });

  it('makes thumbnails', async () => {
    const body = JSON.stringify({ name: 'ada.png', width: 800, height: 400 });
    const { id } = JSON.parse((await app('/resources/images', { method: 'POST', body })).body);
    await until(clock, 60_000, 'resized', async () => (await app(`/resources/thumbnails/${id}`)).status === 200);
    expect(JSON.parse((await app(`/resources/thumbnails/${id}`)).body)).toMatchObject({ width: 100, height: 50 });
  });

  it(
    'loses the search while the machine under both its pods is off, and has it back when that is started again',
    { timeout: LONG_TEST_MS },
    async () => {
      const node = `${lab.env['AZURE_CLUSTER_VMSS_NAME']}000000`;
      expect((await azure('POST', '/virtualmachines/0/powerOff')).status).toBe(202);
      await until(clock, 200_000, 'requests hang', async () => (await impression('/search/contacts')) === 'Error: no answer');
      expect(await impression('/contacts')).toBe('200');
      await until(clock, 120_000, 'NotReady', async () => (await readyOf(node)) === 'Unknown');
      await until(clock, 60_000, 'no endpoints', async () => (await impression('/search/contacts')) === '503');
      // 409 while the operation that powers it off goes on.
      await until(clock, 200_000, 'started', async () => (await azure('POST', '/virtualmachines/0/start')).status === 202);
      await until(clock, 400_000, 'Ready', async () => (await readyOf(node)) === 'True');
      await until(clock, 120_000, 'search', async () => (await impression('/search/contacts')) === '200');
    },
  );
});

describe('the managed database', () => {
  it(
    'takes over from the one in the cluster without a failed request, and what is added then stays when its pods go',
    { timeout: LONG_TEST_MS },
    async () => {
      const patch = await readFile(
        new URL('../../examples/manifests/contactsapp/managed-database/ca-deploy.patch.yaml', import.meta.url),
        'utf8',
      );
      const seen: string[] = [];
      const rolledOut = async (): Promise<boolean> => {
        seen.push(await impression('/contacts'));
        const { body } = await kubernetes('/apis/apps/v1/namespaces/contactsapp/deployments/ca-deploy');
        const { metadata, status } = JSON.parse(body);
        return (
          status.observedGeneration === metadata.generation &&
          status.updatedReplicas === 1 &&
          status.replicas === 1 &&
          status.availableReplicas === 1
        );
      };
      expect((await patchDeployment('ca-deploy', parse(patch))).status).toBe(200);
      await until(clock, 200_000, 'rolled out', rolledOut);
      expect((await patchDeployment('mssql-deployment', { spec: { replicas: 0 } })).status).toBe(200);
      const added = await app('/contacts', { method: 'POST', body: JSON.stringify({ firstname: 'Frances', lastname: 'Allen' }) });
      expect([new Set(seen), added.status]).toEqual([new Set(['200']), 201]);
      const pods = await kubernetes('/api/v1/namespaces/contactsapp/pods?labelSelector=service%3Dcontacts');
      for (const { metadata } of JSON.parse(pods.body).items) {
        await kubernetes(`/api/v1/namespaces/contactsapp/pods/${metadata.name}`, { method: 'DELETE' });
      }
      const path = `/contacts/${JSON.parse(added.body).id}`;
      await until(clock, 60_000, 'none is ready', async () => (await impression(path)) !== '200');
      await until(clock, 120_000, 'back', async () => (await impression(path)) === '200');
    },
  );
});

describe('startLab', () => {
  it.each(['kubernetes', 'azure', 'ingress'] as const)('says that the port of %s is taken, and leaves nothing running', async (name) => {
    const taken = Number(new URL({ kubernetes: lab.urls.kubernetes, azure: lab.urls.azure, ingress: lab.urls.app }[name]).port);
    const second = await mkdtemp(join(tmpdir(), 'evenkeel-lab-'));
    const options = { clock: startClock(), random: createRandom('second'), log: silentLogger, folder: second };
    await expect(startLab({ ...options, ports: { [name]: taken } })).rejects.toMatchObject({
      code: 'ENVIRONMENT',
      hint: expect.any(String),
    });
    await rm(second, { recursive: true });
  });
});
