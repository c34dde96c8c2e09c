/** Nodes as the recording had them, and kubelets that renew their leases, run every pod and end those that terminate. */
import type { KubeObject, Lease, Node, Pod } from '../../../src/kubernetes/index.ts';
import { ApiError, type LabApi, type LogRequest } from '../../../src/lab/kube-api/index.ts';

const POD_START_MS = 150;
const POD_STOP_MS = 300;
const RENEW_MS = 4000;
const ZONES = ['zone-a', 'zone-b', 'zone-c'];
const LEASES = 'kube-node-lease';

const now = (api: LabApi): string => `${new Date(api.clock.now()).toISOString().slice(0, 19)}Z`;
const micro = (api: LabApi): string => new Date(api.clock.now()).toISOString().replace('Z', '000Z');

/** Adds the node `name`, the `index`th of the cluster, and its lease. */
export function addNode(api: LabApi, name: string, index: number): void {
  const time = now(api);
  const amounts = { cpu: '4', 'ephemeral-storage': '100Gi', memory: '16Gi', pods: '110' };
  const calm = (type: string, reason: string) => ({ type, status: 'False', lastHeartbeatTime: time, lastTransitionTime: time, reason, message: reason });
  const node: Node = {
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': 'region-1',
        'topology.kubernetes.io/zone': ZONES[index] ?? '',
      },
      annotations: { 'fake-node': 'true', 'node.alpha.kubernetes.io/ttl': '0' },
    },
    spec: {},
    status: {
      capacity: amounts,
      allocatable: amounts,
      phase: 'Running',
      conditions: [
        calm('MemoryPressure', 'KubeletHasSufficientMemory'),
        calm('DiskPressure', 'KubeletHasNoDiskPressure'),
        calm('PIDPressure', 'KubeletHasSufficientPID'),
        { ...calm('Ready', 'KubeletReady'), status: 'True' },
      ],
      addresses: [
        { type: 'InternalIP', address: `10.200.0.${index + 1}` },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: {
        machineID: '',
        systemUUID: '',
        bootID: '',
        kernelVersion: '6.0',
        osImage: 'fake',
        containerRuntimeVersion: 'fake://1',
        kubeletVersion: 'v1.36.2-fake',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  };
  api.create('Node', node);
  const lease: Lease = { metadata: { name, namespace: LEASES }, spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: micro(api) } };
  api.create('Lease', lease);
}

/** Starts the kubelets. Result: stops them. */
export function startKubelets(api: LabApi): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const later = (act: () => void, ms: number): void => void timers.add(setTimeout(act, ms));
  const renewing = setInterval(() => renew(api), RENEW_MS);
  const cancel = api.watch<Pod>('Pod', ({ type, object }) => {
    if (type === 'DELETED') return;
    if (object.metadata.deletionTimestamp !== undefined) later(() => end(api, object), POD_STOP_MS);
    else if (object.spec?.nodeName !== undefined && object.status?.phase === 'Pending') later(() => start(api, object), POD_START_MS);
  });
  return () => {
    cancel();
    clearInterval(renewing);
    for (const timer of timers) clearTimeout(timer);
  };
}

function renew(api: LabApi): void {
  for (const { metadata } of api.list<KubeObject>('Node')) {
    api.modify<Lease>('Lease', LEASES, metadata.name, (lease) => {
      lease.spec = { ...lease.spec, renewTime: micro(api) };
    });
  }
}

const current = (api: LabApi, { metadata: { namespace, name, uid } }: Pod): Pod | undefined => {
  const found = api.get<Pod>('Pod', namespace, name);
  return found?.metadata.uid === uid ? found : undefined;
};

function end(api: LabApi, pod: Pod): void {
  if (current(api, pod)) api.delete('Pod', pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0 });
}

let addresses = 0;

function start(api: LabApi, pod: Pod): void {
  const found = current(api, pod);
  if (found?.spec?.nodeName === undefined || found.status?.phase !== 'Pending') return;
  const node = api.get<Node>('Node', undefined, found.spec.nodeName);
  const time = now(api);
  const podIP = `10.64.1.${(addresses++ % 250) + 1}`;
  api.modify<Pod>(
    'Pod',
    found.metadata.namespace,
    found.metadata.name,
    (draft) => {
      const met = (type: string) => ({ type, status: 'True', lastTransitionTime: time });
      draft.status = {
        ...draft.status,
        phase: 'Running',
        conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(met),
        hostIP: node?.status?.addresses?.[0]?.address ?? '',
        podIP,
        podIPs: [{ ip: podIP }],
        startTime: time,
        containerStatuses: (found.spec?.containers ?? []).map(({ name, image = '' }) => ({
          name,
          state: { running: { startedAt: time } },
          lastState: {},
          ready: true,
          restartCount: 0,
          image,
          imageID: `fake/${image}`,
          containerID: `fake://${found.metadata.uid}${name}`,
          started: true,
        })),
      };
    },
    { subresource: 'status' },
  );
}

/** Logs as the recording had them: its nodes had names that nobody resolves. */
export function logsWithoutKubelet(find: (request: LogRequest) => Pod | undefined): (request: LogRequest) => undefined {
  return (request) => {
    const { namespace, pod, container } = request;
    const node = find(request)?.spec?.nodeName ?? '';
    const message = `Get "https://${node}:10250/containerLogs/${namespace}/${pod}/${container}": dial tcp: lookup ${node} on <dns>: no such host`;
    throw new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 });
  };
}
