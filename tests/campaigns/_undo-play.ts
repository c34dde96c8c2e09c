/** Undoing a fault leaves the cluster as it was: random faults, each undone, and the cluster beside itself from before. */
import type {
  DaemonSet,
  Deployment,
  EndpointSlice,
  KubeObject,
  Node,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  StatefulSet,
  VolumeAttachment,
} from '../../src/kubernetes/index.ts';
import { ApiError } from '../../src/lab/kube-api/index.ts';
import { NAMESPACE, randomWorkload, startWorld, type World } from './_lab-world.ts';

const MINUTE = 60_000;
/** Longer than a force detach, a boot and the slowest eviction of these clusters together. */
const SETTLE_MS = 20 * MINUTE;
const LONGEST_FAULT_MS = 9 * MINUTE;

export interface UndoPlay {
  readonly faults: readonly string[];
  /** What the cluster looked like before the faults, and after they were undone. */
  readonly before: unknown;
  readonly after: unknown;
}

export async function playUndo(seed: string): Promise<UndoPlay> {
  const world = await startWorld(seed, { roomy: true });
  const { clock, random } = world;
  try {
    const workloads = Array.from({ length: 2 + random.integer(4) }, (_, index) => randomWorkload(random, `w${index}`, { modest: true }));
    for (const workload of workloads) install(world, workload);
    await clock.advance(SETTLE_MS);
    const before = lookOf(world);
    const faults: string[] = [];
    const undos: (() => void)[] = [];
    for (let left = 1 + random.integer(3); left > 0; left--) {
      const fault = random.integer(3) === 0 ? STOP : random.pick(FAULTS);
      const node = random.pick(world.api.list<Node>('Node')).metadata.name;
      faults.push(`${fault.name} ${node}`);
      undos.push(fault.act(world, node));
      await clock.advance(random.integer(LONGEST_FAULT_MS));
    }
    for (const undo of undos.toReversed()) {
      undo();
      await clock.advance(random.integer(MINUTE));
    }
    await clock.advance(SETTLE_MS);
    return { faults, before, after: lookOf(world) };
  } finally {
    world.stop();
  }
}

/** Each with a Service and a budget that follow it. */
function install({ api, random }: World, workload: KubeObject): void {
  const { name } = workload.metadata;
  api.create(workload.kind ?? '', workload);
  const service = { metadata: { name, namespace: NAMESPACE }, spec: { selector: { app: name }, ports: [{ port: 80 }] } };
  api.create('Service', service);
  const budget = { metadata: { name, namespace: NAMESPACE }, spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } } };
  if (random.integer(2) === 0) api.create('PodDisruptionBudget', budget);
}

interface Fault {
  readonly name: string;
  /** Result: the undo. */
  act(world: World, node: string): () => void;
}

const STOP: Fault = {
  name: 'stop',
  act: (world, node) => {
    world.setPower(node, 'off');
    return () => world.setPower(node, 'on');
  },
};

const FAULTS: readonly Fault[] = [
  STOP,
  {
    name: 'cordon',
    act: (world, node) => {
      const before = world.api.get<Node>('Node', undefined, node)?.spec?.unschedulable;
      cordon(world, node, true);
      return () => cordon(world, node, before);
    },
  },
  {
    name: 'drain',
    act: (world, node) => {
      const before = world.api.get<Node>('Node', undefined, node)?.spec?.unschedulable;
      cordon(world, node, true);
      for (const { metadata } of podsOn(world, node)) attempt(() => world.api.evict(NAMESPACE, metadata.name));
      return () => cordon(world, node, before);
    },
  },
  {
    name: 'delete the pods of',
    act: (world, node) => {
      for (const { metadata } of podsOn(world, node)) world.api.delete('Pod', NAMESPACE, metadata.name);
      return () => {};
    },
  },
  {
    name: 'taint',
    act: (world, node) => {
      const key = `fault-${world.clock.now()}`;
      taint(world, node, (taints) => [...taints, { key, effect: 'NoExecute' }]);
      return () => taint(world, node, (taints) => taints.filter((each) => each.key !== key));
    },
  },
];

const podsOn = ({ api }: World, node: string): readonly Pod[] =>
  api.list<Pod>('Pod', { namespace: NAMESPACE, index: { by: 'spec.nodeName', value: node } });

function cordon({ api }: World, node: string, unschedulable: boolean | undefined): void {
  api.modify<Node>('Node', undefined, node, (draft) => {
    draft.spec ??= {};
    if (unschedulable === undefined) delete draft.spec.unschedulable;
    else draft.spec.unschedulable = unschedulable;
  });
}

interface Taint {
  readonly key: string;
  readonly effect: string;
}

function taint({ api }: World, node: string, change: (taints: readonly Taint[]) => readonly Taint[]): void {
  api.modify<Node>('Node', undefined, node, (draft) => {
    draft.spec = { ...draft.spec, taints: [...change(draft.spec?.taints ?? [])] };
  });
}

/** A budget may refuse. */
function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** The cluster without what may differ between two lives of the same pods: names, places, times, versions. */
function lookOf({ api }: World): unknown {
  const inNamespace = { namespace: NAMESPACE };
  const pods = api.list<Pod>('Pod', inNamespace);
  const attachments = api.list<VolumeAttachment>('VolumeAttachment');
  return {
    nodes: api.list<Node>('Node').map(({ metadata, spec, status }) => ({
      name: metadata.name,
      labels: metadata.labels,
      unschedulable: spec?.unschedulable ?? false,
      taints: (spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort(),
      conditions: (status?.conditions ?? []).map(({ type, status: value, reason }) => `${type}=${value} ${reason}`).sort(),
    })),
    pods: pods
      .map(({ metadata, spec, status }) => {
        const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
        const ending = metadata.deletionTimestamp === undefined ? '' : ' terminating';
        return `${metadata.labels?.['app']} ${status?.phase} ready=${ready} on=${spec?.nodeName === undefined ? 'none' : 'a node'}${ending}`;
      })
      .sort(),
    deployments: api.list<Deployment>('Deployment', inNamespace).map(({ status }) => withoutConditions(status)),
    statefulSets: api.list<StatefulSet>('StatefulSet', inNamespace).map(({ status }) => withoutConditions(status)),
    daemonSets: api.list<DaemonSet>('DaemonSet', inNamespace).map(({ status }) => withoutConditions(status)),
    budgets: api.list<PodDisruptionBudget>('PodDisruptionBudget', inNamespace).map(({ status }) => withoutConditions(status)),
    claims: api
      .list<PersistentVolumeClaim>('PersistentVolumeClaim', inNamespace)
      .map(({ metadata, spec, status }) => `${metadata.name} ${status?.phase} ${spec?.volumeName}`),
    attached: attachments.map(({ spec, status }) => `${spec.source.persistentVolumeName} ${status?.attached}`).sort(),
    endpoints: endpointsOf(api.list<EndpointSlice>('EndpointSlice', inNamespace)),
  };
}

/** Conditions carry times and the last reason; `disruptedPods` is empty or about pods on their way. */
function withoutConditions(status: object | undefined): unknown {
  return Object.fromEntries(Object.entries(status ?? {}).filter(([key]) => !['conditions', 'collisionCount'].includes(key)));
}

/** Ready endpoints by service. */
function endpointsOf(slices: readonly EndpointSlice[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { metadata, endpoints } of slices) {
    const service = metadata.labels?.['kubernetes.io/service-name'] ?? '';
    counts[service] = (counts[service] ?? 0) + endpoints.filter(({ conditions }) => conditions?.ready === true).length;
  }
  return counts;
}
