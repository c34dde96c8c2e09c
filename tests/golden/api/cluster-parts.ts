/** What stood around the recorded server: three nodes, the controllers, the scheduler, and kubelets that run every pod. */
import { createRandom, silentLogger } from '../../../src/base/index.ts';
import type { KubeObject, Lease, Pod } from '../../../src/kubernetes/index.ts';
import { startControllers, startScheduler } from '../../../src/lab/controllers/index.ts';
import type { LabApi } from '../../../src/lab/kube-api/index.ts';
import { recordedChoice } from './chance.ts';
import { objectsIn, type Exchange } from './exchange.ts';
import { seed, TIME, type Replay } from './replay.ts';

const RENEW_MS = 5000;
/** How long an emulated kubelet takes to end a pod: longer than what the recording asks of it meanwhile. */
const POD_STOP_MS = 8000;
/** … and to start one. */
const POD_START_MS = 60;
/** … when a controller made it: what the recording asks next is asked while it still starts. */
const OWNED_POD_START_MS = 1000;

/** A rule that held for the recording's user beyond what every cluster has. */
export function seedRecorder(api: LabApi): void {
  const name = 'recorder';
  const role: KubeObject & { rules: unknown } = { metadata: { name }, rules: [{ verbs: ['get'], nonResourceURLs: ['/.well-known', '/.well-known/*'] }] };
  const binding: KubeObject & { roleRef: unknown; subjects: unknown } = {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'admin' }],
  };
  api.create('ClusterRole', role);
  api.create('ClusterRoleBinding', binding);
}
/** Starts them all. Result: stops them. */
export function startClusterParts(replay: Replay, exchanges: readonly Exchange[]): () => void {
  const { api } = replay;
  const node = exchanges.flatMap(({ response }) => objectsIn(response.body)).find(({ kind }) => kind === 'Node');
  if (node !== undefined) {
    for (const [index, zone] of ['zone-a', 'zone-b', 'zone-c'].entries()) {
      const text = JSON.stringify(node).replaceAll('node-1', `node-${index}`).replaceAll('zone-b', zone).replaceAll('10.200.0.2', `10.200.0.${index + 1}`);
      seed(replay, JSON.parse(text) as KubeObject); // the recorded node under another name
    }
  }
  const lease = exchanges.flatMap(({ response }) => objectsIn(response.body)).find(({ kind }) => kind === 'Lease');
  for (const index of lease === undefined ? [] : [0, 1, 2]) {
    seed(replay, JSON.parse(JSON.stringify(lease).replaceAll('node-1', `node-${index}`)) as KubeObject); // the recorded lease of another node
  }
  const controllers = startControllers(api, { log: silentLogger });
  const scheduler = startScheduler(api, { log: silentLogger, random: createRandom('golden'), choose: recordedChoice(api, exchanges) });
  const timers = new Set<NodeJS.Timeout>();
  const kubelets = api.watch<Pod>('Pod', ({ type, object }) => {
    if (type !== 'DELETED' && needsStart(object)) timers.add(setTimeout(() => runPod(api, object), type === 'ADDED' ? 0 : object.metadata.ownerReferences === undefined ? POD_START_MS : OWNED_POD_START_MS));
    if (type === 'MODIFIED') reassert(api, object);
    if (type === 'MODIFIED' && object.metadata.deletionTimestamp !== undefined) timers.add(setTimeout(() => endPod(api, object), POD_STOP_MS));
  });
  const heartbeats = setInterval(() => renewLeases(api), RENEW_MS);
  return () => {
    clearInterval(heartbeats);
    for (const timer of timers) clearTimeout(timer);
    kubelets();
    scheduler.stop();
    controllers.stop();
  };
}

/** On a busy machine a replay may last longer than a node may be silent. */
function renewLeases(api: LabApi): void {
  for (const { metadata } of api.list('Node')) {
    api.modify<Lease>('Lease', 'kube-node-lease', metadata.name, ({ spec }) => {
      if (spec) spec.renewTime = new Date(api.clock.now()).toISOString().replace('Z', '000Z');
    });
  }
}

function endPod(api: LabApi, { metadata: { name, namespace, uid } }: Pod): void {
  if (api.get('Pod', namespace, name)?.metadata.uid === uid) api.delete('Pod', namespace, name, { gracePeriodSeconds: 0 });
}

const needsStart = ({ spec, status }: Pod): boolean => spec?.nodeName !== undefined && status?.phase === 'Pending';

/** A kubelet writes again what it knows when somebody else wrote over it. */
function reassert(api: LabApi, { metadata, spec, status }: Pod): void {
  const isOurs = status?.containerStatuses?.every(({ image }) => spec?.containers.some((container) => container.image === image)) !== false;
  if (isOurs && status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'False') !== true) return;
  setTimeout(() => {
    api.modify<Pod>('Pod', metadata.namespace, metadata.name, (draft) => {
      for (const condition of draft.status?.conditions ?? []) if (condition.type === 'Ready') setReady(condition);
      for (const container of draft.status?.containerStatuses ?? []) {
        container.image = draft.spec?.containers.find(({ name }) => name === container.name)?.image ?? '';
        container.imageID = `fake/${container.image}`;
      }
    }, { subresource: 'status' });
  }, 200);
}

function setReady(condition: { status: string; reason?: string }): void {
  condition.status = 'True';
  delete condition.reason;
}

/** Each node has a range of its own: `10.64.1.…` on node-0. */
function freeAddress(api: LabApi, nodeName: string): string {
  const used = new Set(api.list<Pod>('Pod').map(({ status }) => status?.podIP));
  const range = `10.64.${Number(nodeName.slice(-1)) + 1}`;
  for (let last = 1; ; last++) if (!used.has(`${range}.${last}`)) return `${range}.${last}`;
}

function runPod(api: LabApi, { metadata: { namespace, name: podName } }: Pod): void {
  const pod = api.get<Pod>('Pod', namespace, podName);
  const { nodeName, containers = [] } = pod?.spec ?? {};
  if (pod === undefined || nodeName === undefined || !needsStart(pod)) return;
  const { name, uid } = pod.metadata;
  const podIP = freeAddress(api, nodeName);
  api.modify<Pod>(
    'Pod',
    namespace,
    name,
    (draft) => {
      const met = (type: string) => ({ type, status: 'True', lastTransitionTime: TIME });
      draft.status = {
        phase: 'Running',
        conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(met),
        hostIP: `10.200.0.${Number(nodeName.slice(-1)) + 1}`,
        podIP,
        podIPs: [{ ip: podIP }],
        startTime: TIME,
        containerStatuses: containers.map((container) => ({
          name: container.name,
          state: { running: { startedAt: TIME } },
          lastState: {},
          ready: true,
          restartCount: 0,
          image: container.image ?? '',
          imageID: `fake/${container.image}`,
          containerID: `fake://${uid}${container.name}`,
          started: true,
        })),
        qosClass: draft.status?.qosClass ?? 'BestEffort',
      };
    },
    { subresource: 'status' },
  );
}