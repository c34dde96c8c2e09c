/** What the engine adds to calls: an experiment of 100 `http` activities beside the same calls made bare, in turn, in one process. */
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRandom, createRealClock, silentLogger } from '../src/base/index.ts';
import { httpProvider } from '../src/drivers/http/index.ts';
import { runExperiment } from '../src/experiment/index.ts';
import type { Experiment } from '../src/experiment/index.ts';
import { machine, median } from './_machine.ts';

const CALLS = 100;
const ROUNDS = 15;

const server = createServer((_, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"ok":true}'));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
// Listening on a TCP port, its address is an object.
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const provider = { type: 'http', url };
const experiment: Experiment = {
  title: 'T',
  description: 'd',
  method: Array.from({ length: CALLS }, (_, index) => ({ type: 'action' as const, name: `call ${index}`, provider })),
};

/** As little as a call can be: a connection of its own, and the answer read to its end. */
function callBare(): Promise<void> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false });
    get(url, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
  });
}

async function bare(): Promise<void> {
  for (let call = 0; call < CALLS; call++) await callBare();
}

async function played(manner: 'chaos' | 'evenkeel'): Promise<void> {
  const { journal } = await runExperiment(experiment, {
    clock: createRealClock(),
    random: createRandom('bench'),
    log: silentLogger,
    env: {},
    signal: new AbortController().signal,
    activities: [],
    providers: [httpProvider()],
    undos: [],
    journal: { write: () => Promise.resolve() },
    manner,
  });
  if (journal.run.length !== CALLS || journal.status !== 'completed') throw new Error(`the run ended ${journal.status}`);
}

async function timeMs(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

console.log(`${CALLS} http activities beside the bare calls, median of ${ROUNDS} pairs; ${machine()}`);
for (const manner of ['chaos', 'evenkeel'] as const) {
  await timeMs(bare);
  await timeMs(() => played(manner));
  const pairs: { readonly bare: number; readonly played: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) pairs.push({ bare: await timeMs(bare), played: await timeMs(() => played(manner)) });
  const ratio = median(pairs.map((pair) => pair.played / pair.bare));
  const [least, most] = [median(pairs.map((pair) => pair.bare)), median(pairs.map((pair) => pair.played))];
  const each = ((most - least) / CALLS).toFixed(2);
  console.log(
    `${`as ${manner}`.padEnd(12)} ${ratio.toFixed(2)}x   (${most.toFixed(0)} ms against ${least.toFixed(0)} ms: ${each} ms more for each)`,
  );
}
server.close();
