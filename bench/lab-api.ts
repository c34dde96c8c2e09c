/**
 * The lab's API server over HTTPS: start of a lab, requests/s of lists beside those of a bare server that sends as many bytes, events/s of
 * watches. Client and server share one process here, so the figures are the least that can be had.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, createServer, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { createRandom, createScaledClock, silentLogger } from '../src/base/index.ts';
import type { Pod } from '../src/kubernetes/index.ts';
import { startLab } from '../src/lab/index.ts';
import type { Lab } from '../src/lab/index.ts';
import { machine, median } from './_machine.ts';

const STARTS = 5;
const SECONDS = 3;
const CONNECTIONS = 8;
const WATCHERS = 20;
const CHANGES = 500;
const MANY_PODS = 10_000;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

const folder = await mkdtemp(join(tmpdir(), 'evenkeel-bench-'));

function start(contents: Parameters<typeof startLab>[0]['contents']): Promise<Lab> {
  const wallOriginMs = Date.now();
  return startLab({
    clock: createScaledClock({ speed: 20, originMs: wallOriginMs, wallOriginMs }),
    random: createRandom('bench'),
    log: silentLogger,
    folder,
    contents: contents ?? {},
  });
}

/** Asks on some kept-alive connections at a time; the result is requests per second of the wall's time. */
async function requestsPerSecond(url: string, token: string, accept = 'application/json'): Promise<{ rate: number; bytes: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, rejectUnauthorized: false });
  const headers = { authorization: `Bearer ${token}`, accept };
  const ask = (): Promise<number> =>
    new Promise((resolve, reject) => {
      get(url, { agent, headers }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => (bytes += chunk.length));
        response.on('end', () => (response.statusCode === 200 ? resolve(bytes) : reject(new Error(`${url}: ${response.statusCode}`))));
      }).on('error', reject);
    });
  const bytes = await ask();
  const beganMs = performance.now();
  let count = 0;
  const worker = async (): Promise<void> => {
    for (; performance.now() - beganMs < SECONDS * 1000; count++) await ask();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const seconds = (performance.now() - beganMs) / 1000;
  agent.destroy();
  return { rate: count / seconds, bytes };
}

/** Changes one pod again and again; every watcher has to hear of every change. */
async function watchEventsPerSecond(lab: Lab, token: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const [pod] = lab.api.list<Pod>('Pod', { namespace: 'load' });
  if (pod === undefined) throw new Error('there is no pod to change');
  let heard = 0;
  let done = (): void => {};
  const all = new Promise<void>((resolve) => (done = resolve));
  const url = `${lab.urls.kubernetes}/api/v1/namespaces/load/pods?watch=1&fieldSelector=metadata.name%3D${pod.metadata.name}&resourceVersion=${pod.metadata.resourceVersion}`;
  const opened = Array.from(
    { length: WATCHERS },
    () =>
      new Promise<() => void>((resolve, reject) => {
        const request = get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
          response.on('data', (chunk: Buffer) => {
            heard += chunk.toString().split('\n').length - 1;
            if (heard >= WATCHERS * CHANGES) done();
          });
          resolve(() => request.destroy());
        });
        request.on('error', reject);
      }),
  );
  const closers = await Promise.all(opened);
  const beganMs = performance.now();
  for (let change = 0; change < CHANGES; change++) {
    lab.api.modify<Pod>(
      'Pod',
      'load',
      pod.metadata.name,
      (draft) => void (draft.metadata.labels = { ...draft.metadata.labels, change: String(change) }),
    );
    if (change % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await all;
  const seconds = (performance.now() - beganMs) / 1000;
  for (const close of closers) close();
  agent.destroy();
  return heard / seconds;
}

/** A Node server that answers with so many bytes: what HTTPS alone costs here. */
async function bareRate(bytes: number): Promise<number> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', curve: 'P-256' });
  const body = Buffer.alloc(bytes, 'x');
  const server = createServer({ key, cert }, (_, response) => response.end(body)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number }; // it listens on TCP
  const { rate } = await requestsPerSecond(`https://127.0.0.1:${port}/`, '');
  server.closeAllConnections();
  server.close();
  return rate;
}

console.log(`lab's API; ${machine()}`);
const starts: number[] = [];
for (let run = 0; run < STARTS; run++) {
  const beganMs = performance.now();
  const lab = await start({ manifests: [] });
  starts.push(performance.now() - beganMs);
  await lab.stop();
}
console.log(`start of an empty lab of 3 nodes   ${median(starts).toFixed(0)} ms (median of ${STARTS})`);

async function tokenOf({ env }: Lab): Promise<string> {
  return /"token": "([^"]+)"/.exec(await readFile(env['KUBECONFIG'] ?? '', 'utf8'))?.[1] ?? '';
}

async function tellRate(lab: Lab, name: string, path: string, accept?: string): Promise<void> {
  const { rate, bytes } = await requestsPerSecond(`${lab.urls.kubernetes}${path}`, await tokenOf(lab), accept);
  const bare = await bareRate(bytes);
  console.log(
    `${name.padEnd(34)} ${rate.toFixed(rate < 100 ? 1 : 0)} requests/s, ${(bytes / 1024).toFixed(0)} KiB each; a bare server ${bare.toFixed(0)}, ${(bare / rate).toFixed(1)}x`,
  );
}

const lab = await start({ nodes: 10, pods: 500, programs: false });
const token = await tokenOf(lab);
await tellRate(lab, 'get one node', `/api/v1/nodes/${lab.api.list('Node')[0]?.metadata.name}`);
await tellRate(lab, 'list 10 nodes', '/api/v1/nodes');
await tellRate(lab, 'list 500 pods', '/api/v1/namespaces/load/pods');
console.log(`watch, ${WATCHERS} watchers of ${CHANGES} changes  ${(await watchEventsPerSecond(lab, token)).toFixed(0)} events/s`);
await lab.stop();

const large = await start({ nodes: 1000, pods: MANY_PODS, programs: false });
await tellRate(large, `list ${MANY_PODS} pods`, '/api/v1/pods');
await tellRate(large, `table of ${MANY_PODS} pods`, '/api/v1/pods', TABLE);
await large.stop();
await rm(folder, { recursive: true, force: true });
process.exit(0);
