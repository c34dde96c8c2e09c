/** A random cluster with the lab's whole control plane, on a virtual clock: what the campaigns about it play in. */
import { createRandom, createVirtualClock, silentLogger, type Random, type VirtualClock } from '../../src/base/index.ts';
import type { KubeObject, LabelSelector, Node, Pod } from '../../src/kubernetes/index.ts';
import { startControllers, startScheduler } from '../../src/lab/controllers/index.ts';
import { createLabApi, type LabApi } from '../../src/lab/kube-api/index.ts';
import { startKubelets } from '../../src/lab/kubelet/index.ts';

export const NAMESPACE = 'default';
const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

export interface World {
  readonly api: LabApi;
  readonly clock: VirtualClock;
  readonly random: Random;
  /** What the machine behind a node does, the node does. */
  setPower(node: string, power: 'on' | 'off'): void;
  addNode(): void;
  stop(): void;
}

type PodSpec = NonNullable<Pod['spec']>;

/** `roomy`: every node holds many pods, and none is tainted, so that each workload has its place whatever the fault. */
export async function startWorld(seed: string, { roomy = false }: { readonly roomy?: boolean } = {}): Promise<World> {
  const random = createRandom(seed);
  const clock = createVirtualClock(Date.parse('2026-01-05T08:00:00Z'));
  const api = createLabApi({ clock, random: random.fork('api') });
  const off = new Set<string>();
  let count = 0;
  const zones = 1 + random.integer(3);
  const addNode = (): void => {
    const name = `node-${count++}`;
    const zone = roomy ? (count % zones) + 1 : random.integer(zones) + 1;
    const labels = { [HOSTNAME]: name, [ZONE]: `z${zone}`, pool: random.pick(['a', 'b']) };
    const amounts = roomy ? { cpu: '16', memory: '64Gi', pods: '110' } : smallAmounts(random);
    const taints = !roomy && random.integer(5) === 0 ? [{ key: 'dedicated', value: 'x', effect: 'NoSchedule' }] : [];
    api.seed<Node>('Node', { metadata: { name, labels }, spec: { taints }, status: { allocatable: amounts, capacity: amounts } });
  };
  for (let left = 3 + random.integer(4); left > 0; left--) addNode();
  const kubelets = startKubelets(api, { clock, random: random.fork('kubelets'), log: silentLogger });
  const machineState = (node: string) => (off.has(node) ? 'stopped' : 'running');
  const controllers = startControllers(api, { log: silentLogger, machineState });
  const scheduler = startScheduler(api, { random: random.fork('scheduler'), log: silentLogger });
  await clock.advance(15_000);
  return {
    api,
    clock,
    random,
    setPower(node, power) {
      if (power === 'off') off.add(node);
      else off.delete(node);
      kubelets.setPower(node, power);
    },
    addNode,
    stop() {
      scheduler.stop();
      controllers.stop();
      kubelets.stop();
    },
  };
}

const smallAmounts = (random: Random) => ({
  cpu: random.pick(['1', '2', '4']),
  memory: random.pick(['2Gi', '4Gi']),
  pods: random.pick(['4', '10', '30']),
});

type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

/** A workload of a name and rules of its own. `modest`: it asks for little, and for nothing that a cluster with one node less can not give. */
export function randomWorkload(random: Random, name: string, { modest = false }: { readonly modest?: boolean } = {}): KubeObject {
  const kind: WorkloadKind = random.pick(['Deployment', 'Deployment', 'StatefulSet', 'DaemonSet']);
  const labels = { app: name, tier: random.pick(['front', 'back']) };
  const selector = { matchLabels: { app: name } };
  const template = { metadata: { labels }, spec: podSpec(random, selector, modest) };
  const replicas = modest ? 1 + random.integer(3) : random.integer(7);
  const claims =
    kind === 'StatefulSet' && random.integer(2) === 0
      ? [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '4Gi' } } } }]
      : [];
  const spec =
    kind === 'DaemonSet'
      ? { selector, template }
      : { replicas, selector, template, ...(kind === 'StatefulSet' ? { serviceName: name, volumeClaimTemplates: claims } : {}) };
  const object = { kind, metadata: { name, namespace: NAMESPACE }, spec };
  return object;
}

/** A pod without an owner. */
export const randomPod = (random: Random, name: string): Pod => ({
  kind: 'Pod',
  metadata: { name, namespace: NAMESPACE, labels: { app: random.pick(['one', 'two']), tier: 'bare' } },
  spec: podSpec(random, { matchLabels: { tier: 'bare' } }, false),
});

function podSpec(random: Random, selector: LabelSelector, modest: boolean): PodSpec {
  const cpu = modest ? '100m' : random.pick(['50m', '200m', '700m', '1500m']);
  const ports = !modest && random.integer(8) === 0 ? [{ containerPort: 80, hostPort: 8000 + random.integer(2) }] : [];
  const container = { name: 'main', image: 'registry.example/app:1', resources: { requests: { cpu, memory: '64Mi' } }, ports };
  const rules = modest ? gentleRules(selector) : hardRules(random, selector);
  const priority = modest ? {} : random.pick([{}, {}, { priority: 100 }, { priority: -10 }]);
  return { containers: [container], ...random.pick(rules), ...priority };
}

const apart = (selector: LabelSelector, topologyKey: string) => ({ labelSelector: selector, topologyKey });

/** What never keeps a pod from running while others run. */
const gentleRules = (selector: LabelSelector): Partial<PodSpec>[] => [
  {},
  { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preferred(selector, HOSTNAME)] } } },
  { topologySpreadConstraints: [{ ...apart(selector, ZONE), maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' }] },
];

const preferred = (selector: LabelSelector, key: string) => ({ weight: 50, podAffinityTerm: apart(selector, key) });

function hardRules(random: Random, selector: LabelSelector): Partial<PodSpec>[] {
  const other: LabelSelector = { matchLabels: { tier: random.pick(['front', 'back', 'bare']) } };
  const required = (key: string, whom: LabelSelector) => ({ requiredDuringSchedulingIgnoredDuringExecution: [apart(whom, key)] });
  return [
    ...gentleRules(selector),
    { affinity: { podAntiAffinity: required(HOSTNAME, selector) } },
    { affinity: { podAntiAffinity: required(ZONE, other) } },
    { affinity: { podAffinity: required(ZONE, other) } },
    { topologySpreadConstraints: [{ ...apart(selector, random.pick([ZONE, HOSTNAME])), maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }] },
    { nodeSelector: { pool: random.pick(['a', 'b']) } },
    { tolerations: [{ operator: 'Exists' }] },
    { schedulingGates: random.integer(3) === 0 ? [{ name: 'example.com/later' }] : [] },
  ];
}
