/** What the cluster's objects tell of a program that the lab does not have: which ports it has to serve, and what it calls. */
import { buildModel, snapshotFromObjects } from '../../cluster/index.ts';
import type { ClusterModel } from '../../cluster/index.ts';
import type { Cancel } from '../../base/index.ts';
import type { KubeObject, OwnerReference, Pod, ReplicaSet, Service } from '../../kubernetes/index.ts';
import { matchesLabels } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';

export interface WorkloadKnowledge {
  /** Addresses of the Services that the pod's workload calls: named in its environment, its config maps, or its annotation. */
  callsOf(pod: Pod): readonly string[];
  /** Ports of the pod that Services send to by number, declared by a container or not. */
  targetPortsOf(pod: Pod): readonly number[];
  /** Tells when a Service that selects the pod has appeared or changed. */
  onServiceOf(pod: Pod, tell: () => void): Cancel;
  stop(): void;
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'ReplicationController'];
const READ = ['Service', 'ConfigMap', ...WORKLOADS];

/** Reads the objects when it is asked, and again after one of them has changed. */
export function createWorkloadKnowledge(api: LabApi): WorkloadKnowledge {
  let calls: ReadonlyMap<string, readonly string[]> | undefined;
  const listeners = new Map<() => void, Pod>();
  const cancels = READ.map((kind) => api.watch(kind, () => (calls = undefined)));
  cancels.push(
    api.watch<Service>('Service', ({ type, object }) => {
      if (type === 'DELETED') return;
      for (const [tell, pod] of listeners) if (selects(object, pod)) tell();
    }),
  );
  return {
    callsOf: (pod) => (calls ??= callsByWorkload(api)).get(workloadOf(api, pod)) ?? [],
    targetPortsOf: (pod) =>
      servicesOf(api, pod).flatMap(({ spec }) =>
        (spec?.ports ?? []).flatMap(({ targetPort, port, protocol = 'TCP' }) => {
          const target = targetPort ?? port;
          return protocol === 'TCP' && typeof target === 'number' ? [target] : [];
        }),
      ),
    onServiceOf(pod, tell) {
      listeners.set(tell, pod);
      return () => void listeners.delete(tell);
    },
    stop() {
      for (const cancel of cancels) cancel();
    },
  };
}

function callsByWorkload(api: LabApi): Map<string, readonly string[]> {
  const isTop = ({ metadata }: KubeObject): boolean => controllerOf(metadata.ownerReferences) === undefined;
  const workloads = WORKLOADS.flatMap((kind) => api.list(kind).filter(isTop));
  const barePods = api.list<Pod>('Pod').filter(isTop);
  const others = ['Node', 'Service', 'ConfigMap'].flatMap((kind) => api.list(kind));
  const snapshot = snapshotFromObjects([...others, ...workloads, ...barePods], { source: 'lab', capturedAt: '' });
  const model = buildModel(snapshot);
  const found = new Map<string, string[]>();
  for (const { from, to } of model.calls) {
    const url = urlOf(model, to);
    if (url !== undefined) found.set(from, [...(found.get(from) ?? []), url]);
  }
  return found;
}

function urlOf(model: ClusterModel, id: string): string | undefined {
  const service = model.service(id);
  const port = service?.object.spec?.ports?.find(({ protocol = 'TCP' }) => protocol === 'TCP')?.port;
  return service === undefined || port === undefined ? undefined : `http://${service.name}.${service.namespace}.svc.cluster.local:${port}/`;
}

/** The id that the model gives the pod's workload. */
function workloadOf(api: LabApi, { metadata }: Pod): string {
  const namespace = metadata.namespace ?? 'default';
  const owner = controllerOf(metadata.ownerReferences);
  if (owner === undefined) return `Pod/${namespace}/${metadata.name}`;
  const above =
    owner.kind === 'ReplicaSet'
      ? controllerOf(api.get<ReplicaSet>('ReplicaSet', namespace, owner.name)?.metadata.ownerReferences)
      : undefined;
  const top = above ?? owner;
  return `${top.kind}/${namespace}/${top.name}`;
}

const controllerOf = (owners: readonly OwnerReference[] | undefined): OwnerReference | undefined =>
  owners?.find(({ controller }) => controller === true);

const servicesOf = (api: LabApi, pod: Pod): readonly Service[] =>
  api.list<Service>('Service', { namespace: pod.metadata.namespace }).filter((service) => selects(service, pod));

const selects = ({ metadata, spec }: Service, pod: Pod): boolean =>
  metadata.namespace === pod.metadata.namespace &&
  Object.keys(spec?.selector ?? {}).length > 0 &&
  matchesLabels(spec?.selector, pod.metadata.labels);
