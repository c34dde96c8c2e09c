/**
 * From nothing to all pods bound: API server, deployment and replica set controllers, scheduler. Arguments: nodes, pods (1000, 10000).
 *
 * The pods of the second and third case ask for a spread over zones and nodes, and for nodes apart from their own kind: their ratios
 * to the plain case tell what these rules cost. The last case is `lab up --nodes N --pods M --without-programs`, with kubelets, the network and
 * both servers. Each case has a process of its own, so that peaks of memory do not mix.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, createScaledClock, silentLogger } from '../src/base/index.ts';
import type { KubeObject, Pod } from '../src/kubernetes/index.ts';
import { startLab } from '../src/lab/index.ts';
import { createLabApi } from '../src/lab/kube-api/index.ts';
import { startControllers, startScheduler } from '../src/lab/controllers/index.ts';
import { nodeObject } from '../src/lab/kubelet/index.ts';
import { machine } from './_machine.ts';
import { RULES, type Rules } from './_placement-rules.ts';

const REPLICAS = 100;
const LIMIT_MS = 600_000;

function deployment(index: number, replicas: number, rules: Rules): KubeObject {
  const name = `load-${index}`;
  const labels = { app: name };
  const containers = [{ name: 'main', image: 'pause', resources: { requests: { cpu: '10m', memory: '32Mi' } } }];
  const template = { metadata: { labels }, spec: { containers, ...rules(labels) } };
  const object = { metadata: { name, namespace: 'default' }, spec: { replicas, selector: { matchLabels: labels }, template } };
  return object;
}

const WHOLE = 'lab up';

function watchMemory(): () => number {
  let peakBytes = 0;
  const sampling = setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss())), 20);
  return () => {
    clearInterval(sampling);
    return peakBytes;
  };
}

async function measureLab(nodes: number, pods: number): Promise<void> {
  const wallOriginMs = Date.now();
  const clock = createScaledClock({ speed: 1, originMs: wallOriginMs, wallOriginMs });
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-bench-'));
  const peak = watchMemory();
  const beganMs = performance.now();
  const lab = await startLab({
    clock,
    random: createRandom('bench'),
    log: silentLogger,
    folder,
    contents: { nodes, pods, programs: false },
  });
  const seconds = (performance.now() - beganMs) / 1000;
  process.stdout.write(JSON.stringify({ seconds, peakBytes: peak() }));
  await lab.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measure(name: string, nodes: number, pods: number): Promise<void> {
  const wallOriginMs = Date.now();
  const clock = createScaledClock({ speed: 1, originMs: wallOriginMs, wallOriginMs });
  const random = createRandom('bench');
  const api = createLabApi({ clock, random });
  const beganMs = performance.now();
  for (let index = 0; index < nodes; index++) {
    const node = nodeObject({
      name: `node-${index}`,
      pool: 'nodepool1',
      zone: String((index % 3) + 1),
      podCIDR: `10.${index >> 8}.${index & 255}.0/24`,
      internalIP: `10.224.${index >> 8}.${index & 255}`,
    });
    const at = new Date(clock.now()).toISOString();
    const ready = { type: 'Ready', status: 'True', lastHeartbeatTime: at, lastTransitionTime: at };
    api.seed('Node', { ...node, status: { ...node.status, conditions: [ready] } });
  }
  // Nobody posts heartbeats here, so the nodes' own controller must have patience.
  const controllers = startControllers(api, { log: silentLogger, timing: { nodeMonitorGraceMs: 1e12 } });
  const scheduler = startScheduler(api, { random: random.fork('scheduler'), log: silentLogger });
  let bound = 0;
  const peak = watchMemory();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`only ${bound} of ${pods} pods were bound in ${LIMIT_MS / 1000} s`)), LIMIT_MS);
    api.watch<Pod>('Pod', ({ object, previous }) => {
      if (!object.spec?.nodeName || previous?.spec?.nodeName) return;
      bound += 1;
      if (bound < pods) return;
      clearTimeout(timer);
      resolve();
    });
    const rules = RULES[name] ?? (() => ({}));
    for (let left = pods, index = 0; left > 0; left -= REPLICAS, index++) {
      api.create('Deployment', deployment(index, Math.min(REPLICAS, left), rules));
    }
  });
  scheduler.stop();
  controllers.stop();
  process.stdout.write(JSON.stringify({ seconds: (performance.now() - beganMs) / 1000, peakBytes: peak() }));
}

const [nodes = '1000', pods = '10000', only] = process.argv.slice(2);
if (only !== undefined) {
  if (only === WHOLE) await measureLab(Number(nodes), Number(pods));
  else await measure(only, Number(nodes), Number(pods));
  process.exit(0);
}
console.log(`lab: ${nodes} nodes and ${pods} pods, from nothing to all bound; ${machine()}`);
let plain: number | undefined;
for (const name of [...Object.keys(RULES), WHOLE]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/run.js', 'bench/lab-scale.ts', nodes, pods, name], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  const { seconds, peakBytes } = JSON.parse(stdout) as { seconds: number; peakBytes: number }; // printed above
  plain ??= seconds;
  const rate = (Number(pods) / seconds).toFixed(0);
  const ratio = `${(seconds / plain).toFixed(2)}x plain`;
  console.log(
    `${name.padEnd(16)} ${seconds.toFixed(1).padStart(6)} s  ${rate.padStart(6)} pods/s  ${ratio.padStart(12)}  peak ${(peakBytes / 2 ** 20).toFixed(0)} MiB`,
  );
}
