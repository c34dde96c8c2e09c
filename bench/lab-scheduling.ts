/**
 * The scheduling room alone in a full cluster: how many pods it places a second, and what it costs to take the cluster in.
 * Arguments: nodes, pods (5000, 150000).
 *
 * Pods stand as Deployments of a hundred would place them, over three zones. Each case has its own Deployments; every placement is counted before the
 * next pod is looked at, as in the scheduler's loop.
 */
import { createRandom } from '../src/base/index.ts';
import type { Node, Pod, ReplicaSet } from '../src/kubernetes/index.ts';
import { createSchedulingState, type SchedulingState } from '../src/scheduling/index.ts';
import { machine } from './_machine.ts';
import { RULES, type Rules } from './_placement-rules.ts';

const [nodeCount = 5000, podCount = 150_000] = process.argv.slice(2).map(Number);
const REPLICAS = 100;
const SECONDS = 4;

const CASES: Readonly<Record<string, Rules>> = {
  ...RULES,
  'fits nowhere': () => ({ nodeSelector: { pool: 'none' } }),
  'too big': () => ({ containers: [{ name: 'main', image: 'pause', resources: { requests: { cpu: '64' } } }] }),
};

const nodeObject = (index: number): Node => ({
  metadata: {
    name: `node-${index}`,
    labels: {
      'kubernetes.io/hostname': `node-${index}`,
      'kubernetes.io/os': 'linux',
      'topology.kubernetes.io/region': 'westeurope',
      'topology.kubernetes.io/zone': `westeurope-${(index % 3) + 1}`,
    },
  },
  status: { allocatable: { cpu: '16', memory: '64Gi', pods: '110' } },
});

const nameOf = (group: string, index: number): string => `${group}-${Math.floor(index / REPLICAS)}`;

function podObject(group: string, index: number, rules: Rules): Pod {
  const name = nameOf(group, index);
  const labels = { app: name };
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: name, controller: true };
  return {
    metadata: { name: `${name}-${index}`, namespace: 'default', uid: `${name}-${index}`, labels, ownerReferences: [owner] },
    spec: { containers: [{ name: 'main', image: 'pause', resources: { requests: { cpu: '100m', memory: '128Mi' } } }], ...rules(labels) },
  };
}

const replicaSet = (name: string): ReplicaSet => ({
  metadata: { name, namespace: 'default' },
  spec: { selector: { matchLabels: { app: name } } },
});
const on = (pod: Pod, nodeName: string): Pod => ({ ...pod, spec: { containers: [], ...pod.spec, nodeName } });

function place(state: SchedulingState, name: string, rules: Rules): { perSecond: number; placed: number; worstMs: number } {
  const random = createRandom(name);
  const group = name.replaceAll(' ', '-');
  let placed = 0;
  let count = 0;
  let worstMs = 0;
  const beganMs = performance.now();
  for (; performance.now() - beganMs < SECONDS * 1000; count++) {
    if (count % REPLICAS === 0) state.upsert('ReplicaSet', replicaSet(nameOf(group, count)));
    const pod = podObject(group, count, rules);
    const startMs = performance.now();
    const answer = state.schedule(pod, random);
    worstMs = Math.max(worstMs, performance.now() - startMs);
    if (answer.kind !== 'placed') continue;
    placed++;
    state.upsert('Pod', on(pod, answer.node));
  }
  return { perSecond: (count * 1000) / (performance.now() - beganMs), placed, worstMs };
}

console.log(`scheduling room: ${nodeCount} nodes that hold ${podCount} pods; ${machine()}`);
const beganMs = performance.now();
const state = createSchedulingState({
  nodes: Array.from({ length: nodeCount }, (_, index) => nodeObject(index)),
  pods: [],
  namespaces: [{ metadata: { name: 'default' } }],
});
for (let index = 0; index < podCount; index++) {
  if (index % REPLICAS === 0) state.upsert('ReplicaSet', replicaSet(nameOf('base', index)));
  state.upsert(
    'Pod',
    on(
      podObject('base', index, () => ({})),
      `node-${index % nodeCount}`,
    ),
  );
}
const loadMs = performance.now() - beganMs;
console.log(`${'taken in'.padEnd(16)} ${(podCount / (loadMs / 1000)).toFixed(0).padStart(7)} pods/s`);
let plain: number | undefined;
for (const [name, rules] of Object.entries(CASES)) {
  const { perSecond, worstMs } = place(state.fork(), name, rules);
  plain ??= perSecond;
  console.log(
    `${name.padEnd(16)} ${perSecond.toFixed(0).padStart(7)} pods/s  ${(plain / perSecond).toFixed(2).padStart(6)}x plain  slowest ${worstMs.toFixed(1)} ms`,
  );
}
console.log(`${'memory'.padEnd(16)} ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0).padStart(7)} MiB`);
