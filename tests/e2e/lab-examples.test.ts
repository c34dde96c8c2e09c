/** The examples of applications, each in a lab: does it run, is it reached, and does a node's failure do to it what was predicted? */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom, silentLogger } from '../../src/base/index.ts';
import { setLabPower } from '../../src/cli/lab-power.ts';
import { loadManifests } from '../../src/cli/lab/load-manifests.ts';
import { buildModel, snapshotFromObjects } from '../../src/cluster/index.ts';
import type { KubeObject, Node, Pod, Service } from '../../src/kubernetes/index.ts';
import { startLab } from '../../src/lab/index.ts';
import type { Lab, LabContents } from '../../src/lab/index.ts';
import { sweep } from '../../src/whatif/index.ts';
import type { PodFate } from '../../src/whatif/index.ts';
import { startSteadyClock } from './_steady-clock.ts';

const SPEED = 40;
const LONG_TEST_MS = 90_000;

let folder: string;
const stops: (() => void | Promise<void>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-examples-'));
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(contents: LabContents, seed: string): Promise<Lab> {
  const steady = startSteadyClock(SPEED, Date.now());
  const lab = await startLab({ clock: steady.clock, random: createRandom(seed), log: silentLogger, folder: join(folder, seed), contents });
  stops.push(() => lab.stop(), steady.stop);
  return lab;
}

const example = (name: string): Promise<KubeObject[]> =>
  loadManifests(join('examples/manifests', name), { cwd: process.cwd(), readFile: (path) => readFile(path, 'utf8') });
const pods = (lab: Lab, namespace: string): readonly Pod[] => lab.api.list<Pod>('Pod', { namespace });
const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;

/** Looks again and again; the limit is lab time. */
async function until(lab: Lab, what: string, holds: () => boolean | Promise<boolean>, limitMs = 900_000): Promise<void> {
  const { clock } = lab.api;
  const untilMs = clock.now() + limitMs;
  while (!(await holds())) {
    if (clock.now() > untilMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await clock.sleep(1000);
  }
}

const allReady = (lab: Lab, namespace: string, count: number): Promise<void> =>
  until(lab, `${count} pods of ${namespace} are ready`, () => {
    const all = pods(lab, namespace);
    return all.length === count && all.every(isReady);
  });

interface Answer {
  readonly status: number;
  readonly json: { readonly pod?: string; readonly path?: string; readonly calls?: Readonly<Record<string, unknown>> };
}

function ask(url: string, host?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, headers: host === undefined ? {} : { host } }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, json: body.startsWith('{') ? JSON.parse(body) : {} }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Ready pods are reached a moment later: until then the way to them resets connections. */
const answers = (url: string): Promise<boolean> =>
  ask(url).then(
    ({ status }) => status === 200,
    () => false,
  );

describe('the online shop', () => {
  it(
    'runs behind its network policies, is reached by every way in, and loses with a node what was predicted',
    async () => {
      const shop = await start({ manifests: await example('onlineshop') }, 'shop');
      expect(shop.notes).toEqual(['secret onlineshop/postgres is in no manifest: made with empty values']);
      await allReady(shop, 'onlineshop', 7);
      const { app } = shop.urls;
      await until(shop, 'the frontend reaches what it calls', () => answers(app));
      const front = await ask(`${app}/deep/path`, 'shop.example.com');
      expect([front.status, front.json.path, Object.values(front.json.calls ?? {})]).toEqual([200, '/deep/path', [200, 200]]);
      const catalog = await ask(`${app}/api/catalog/books/7`);
      expect([catalog.json.pod?.startsWith('catalog-'), catalog.json.path]).toEqual([true, '/books/7']);
      const balanced = shop.api.get<Service>('Service', 'onlineshop', 'frontend')?.status?.loadBalancer?.ingress?.[0];
      expect((await ask(`http://${balanced?.ip}:${balanced?.ports?.[0]?.port}/`)).json.pod).toMatch(/^frontend-/);

      const dump = [
        'Node',
        'Namespace',
        'Pod',
        'Deployment',
        'ReplicaSet',
        'StatefulSet',
        'Service',
        'Ingress',
        'ConfigMap',
        'NetworkPolicy',
      ]
        .concat(['PersistentVolume', 'PersistentVolumeClaim', 'StorageClass', 'PodDisruptionBudget'])
        .flatMap((kind) => structuredClone([...shop.api.list(kind)]));
      await shop.stop();
      const compared = await loseNode(await start({ twin: dump }, 'twin'), dump);
      process.stdout.write(`${compared.lines.join('\n')}\n`);
      expect(compared.measured).toEqual(compared.predicted);
      expect(compared.worstMs).toBeLessThan(30_000);
    },
    LONG_TEST_MS,
  );
});

describe('a rendered chart and an overlay beside each other', () => {
  it(
    'run, find each other by the names they were given, and are told of what is left out',
    async () => {
      const manifests = [...(await example('orders-chart')), ...(await example('bookshop/overlays/staging'))];
      const lab = await start({ manifests }, 'both');
      expect(lab.notes).toEqual([
        'left out Pod release-orders-test-connection: a Helm hook (test) that no installation runs',
        'left out ServiceMonitor release-orders: the lab does not serve monitoring.coreos.com/v1 ServiceMonitor',
      ]);
      await Promise.all([allReady(lab, 'orders', 3), allReady(lab, 'bookshop-staging', 3)]);
      const { nodePort } = lab.api.get<Service>('Service', 'orders', 'release-orders')?.spec?.ports?.[0] ?? {};
      const orders = `http://127.0.0.1:${nodePort}/`;
      await until(lab, 'orders reach their queue', () => answers(orders));
      expect(Object.values((await ask(orders)).json.calls ?? {})).toEqual([200]);
      const { calls } = (await ask(lab.urls.app)).json;
      expect(calls).toEqual({ REVIEWS_URL: 200, 'staging-catalog.bookshop-staging.svc.cluster.local': 200 });
    },
    LONG_TEST_MS,
  );
});

/** Takes the node under the cart from a twin and follows each of its pods to its end. */
async function loseNode(twin: Lab, dump: readonly KubeObject[]) {
  const { api } = twin;
  const names = api.list<Node>('Node').map(({ metadata }) => metadata.name);
  const node = pods(twin, 'onlineshop').find(({ metadata }) => metadata.labels?.['app'] === 'cart')?.spec?.nodeName ?? '';
  expect(names).toContain(node);
  const model = buildModel(snapshotFromObjects(dump, { source: 'twin', capturedAt: '', serverVersion: 'v1.36.2' }));
  const [prediction] = sweep(model, { nodes: [node], random: createRandom('prediction') });
  const fates = (prediction?.pods ?? []).filter(({ namespace, fate }) => namespace === 'onlineshop' && fate !== 'stays');
  const evictedAtMs = new Map<string, number>();
  const readyAtMs = new Map<string, number>();
  let failedMs = 0;
  twin.azure.onPower((_, change) => {
    if (change === 'down') failedMs = api.clock.now();
  });
  const stop = api.watch<Pod>('Pod', ({ object }) => {
    const { name, uid = '', deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined && !evictedAtMs.has(name)) evictedAtMs.set(name, api.clock.now() - failedMs);
    if (object.spec?.nodeName !== node && isReady(object) && !readyAtMs.has(uid)) readyAtMs.set(uid, api.clock.now() - failedMs);
  });
  const before = new Set(pods(twin, 'onlineshop').map(({ metadata }) => metadata.name));
  await setLabPower({ node, to: 'off', env: twin.env, context: { log: silentLogger, signal: new AbortController().signal } });
  const replaced = fates.filter(({ fate }) => fate === 'replaced').length;
  const replacements = (): readonly Pod[] =>
    pods(twin, 'onlineshop').filter(
      ({ metadata, spec }) => !before.has(metadata.name) && spec?.nodeName !== undefined && spec.nodeName !== node,
    );
  await until(twin, 'the replacements are ready', () => replacements().filter(isReady).length >= replaced, 240_000);
  stop();

  const measured = fates.map((fate) => fateOf(twin, fate, evictedAtMs));
  const predicted = fates.map(({ name, fate, evictedAtMs: at }) => `${name} ${fate} ${at === undefined ? 'stays bound' : 'evicted'}`);
  const errors = fates.flatMap(({ name, evictedAtMs: at }) =>
    at === undefined ? [] : [Math.abs((evictedAtMs.get(name) ?? Infinity) - at)],
  );
  const ready = replacements().map(({ metadata }) => readyAtMs.get(metadata.uid ?? '') ?? Infinity);
  const wanted = fates.flatMap(({ replacement }) => (replacement?.node === undefined ? [] : [replacement.readyAtMs]));
  const late = wanted.toSorted((a, b) => a - b).map((at, index) => Math.abs((ready.toSorted((a, b) => a - b)[index] ?? Infinity) - at));
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return {
    measured,
    predicted,
    worstMs: Math.max(...errors, ...late),
    lines: [
      `online shop without ${node}: ${measured.length} pods as predicted in ${measured.filter((one, index) => one === predicted[index]).length} cases`,
      ...fates.map(
        ({ name, evictedAtMs: at }) =>
          `  ${name}: evicted predicted ${at === undefined ? 'never' : seconds(at)}, measured ${evictedAtMs.has(name) ? seconds(evictedAtMs.get(name) ?? 0) : 'never'}`,
      ),
      `  replacements ready: predicted ${wanted.map(seconds).join(', ')}, measured ${ready.map(seconds).join(', ')}`,
    ],
  };
}

function fateOf(twin: Lab, { name, fate }: PodFate, evictedAtMs: ReadonlyMap<string, number>): string {
  const isEvicted = evictedAtMs.has(name);
  const owner = name.replace(/-[a-z0-9]+-[a-z0-9]{5}$/, '');
  const others = pods(twin, 'onlineshop').filter(({ metadata }) => metadata.name !== name && metadata.name.startsWith(`${owner}-`));
  const isWaiting = others.some(({ spec }) => spec?.nodeName === undefined);
  const is = fate === 'stuck' ? 'stuck' : isWaiting ? 'pending' : 'replaced';
  return `${name} ${is} ${isEvicted ? 'evicted' : 'stays bound'}`;
}
