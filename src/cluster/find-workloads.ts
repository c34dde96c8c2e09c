/** Who owns which pods at the top. */
import { matchesLabels } from '../kubernetes/index.ts';
import type { KubeObject, LabelSelector, ObjectMeta, OwnerReference, Pod, PodTemplateSpec } from '../kubernetes/index.ts';
import { isPodFinished, isPodTerminating } from './pod-state.ts';
import type { ClusterSnapshot, WorkloadId, WorkloadKind, WorkloadModel } from './types.ts';

type Owned = Pick<WorkloadModel, 'kind' | 'replicas' | 'selector' | 'template' | 'object'>;

/**
 * Finds the workloads of a snapshot with the pods that count today. Finished Jobs and empty ReplicaSets of the past are left out.
 *
 * Source: Kubernetes documentation, "Owners and Dependents": the controller reference leads upwards.
 */
export function findWorkloads(snapshot: ClusterSnapshot): WorkloadModel[] {
  const owned = new Map<WorkloadId, Owned>();
  for (const item of declared(snapshot)) owned.set(idOf(item.kind, item.object.metadata), item);
  const topOwner = topOwners(snapshot, owned);
  const pods = new Map<WorkloadId, Pod[]>();
  for (const pod of snapshot.pods) {
    if (isPodFinished(pod) || isPodTerminating(pod)) continue;
    let id = topOwner(pod);
    if (id === undefined) {
      id = idOf('Pod', pod.metadata);
      owned.set(id, { kind: 'Pod', replicas: 1, selector: undefined, template: templateOf(pod), object: pod });
    }
    const list = pods.get(id);
    if (list === undefined) pods.set(id, [pod]);
    else list.push(pod);
  }
  return [...owned.entries()]
    .map(([id, item]) => ({
      id,
      ...item,
      namespace: item.object.metadata.namespace ?? 'default',
      name: item.object.metadata.name,
      pods: (pods.get(id) ?? []).sort((a, b) => compare(a.metadata.name, b.metadata.name)),
      services: servicesFor(snapshot, item),
    }))
    .filter(
      (workload) => workload.replicas > 0 || workload.pods.length > 0 || workload.kind === 'Deployment' || workload.kind === 'StatefulSet',
    )
    .sort((a, b) => compare(a.id, b.id));
}

/** `Deployment/contactsapp/frontend-deploy`. */
export function idOf(kind: WorkloadKind, { namespace, name }: Pick<KubeObject['metadata'], 'namespace' | 'name'>): WorkloadId {
  return `${kind}/${namespace ?? 'default'}/${name}`;
}

function declared(snapshot: ClusterSnapshot): Owned[] {
  const found: Owned[] = [];
  for (const object of snapshot.deployments) {
    const { replicas = 1, selector, template } = object.spec ?? {};
    found.push({ kind: 'Deployment', replicas, selector, template: template ?? {}, object });
  }
  for (const object of snapshot.statefulSets) {
    const { replicas = 1, selector, template } = object.spec ?? {};
    found.push({ kind: 'StatefulSet', replicas, selector, template: template ?? {}, object });
  }
  for (const object of snapshot.daemonSets) {
    const { selector, template } = object.spec ?? {};
    const replicas = object.status?.desiredNumberScheduled ?? snapshot.nodes.length;
    found.push({ kind: 'DaemonSet', replicas, selector, template: template ?? {}, object });
  }
  for (const object of snapshot.replicaSets) {
    if (controllerOf(object.metadata)?.kind === 'Deployment') continue;
    const { replicas = 1, selector, template = {} } = object.spec ?? {};
    found.push({ kind: 'ReplicaSet', replicas, selector, template, object });
  }
  for (const object of snapshot.replicationControllers) {
    const { replicas = 1, selector, template = {} } = object.spec ?? {};
    const labels: LabelSelector = { matchLabels: selector ?? template.metadata?.labels ?? {} };
    found.push({ kind: 'ReplicationController', replicas, selector: labels, template, object });
  }
  for (const object of snapshot.jobs) {
    if (object.status?.conditions?.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')) continue;
    const { parallelism = 1, selector, template } = object.spec ?? {};
    found.push({ kind: 'Job', replicas: parallelism, selector, template: template ?? {}, object });
  }
  return found;
}

function topOwners(snapshot: ClusterSnapshot, owned: ReadonlyMap<WorkloadId, Owned>): (pod: Pod) => WorkloadId | undefined {
  const deploymentOfSet = new Map<string, WorkloadId>();
  for (const { metadata } of snapshot.replicaSets) {
    const owner = controllerOf(metadata);
    if (owner?.kind === 'Deployment') {
      deploymentOfSet.set(`${metadata.namespace}/${metadata.name}`, idOf('Deployment', { ...metadata, name: owner.name }));
    }
  }
  const known = (id: WorkloadId | undefined): WorkloadId | undefined => (id !== undefined && owned.has(id) ? id : undefined);
  return ({ metadata }) => {
    const owner = controllerOf(metadata);
    if (owner === undefined) return undefined;
    if (owner.kind === 'ReplicaSet') {
      const viaSet = deploymentOfSet.get(`${metadata.namespace}/${owner.name}`);
      // Where replica sets may not be read, their names still tell: DEPLOYMENT-HASH.
      const hash = metadata.labels?.['pod-template-hash'];
      const byName = hash !== undefined && owner.name.endsWith(`-${hash}`) ? owner.name.slice(0, -hash.length - 1) : undefined;
      const viaName = byName === undefined ? undefined : idOf('Deployment', { ...metadata, name: byName });
      return known(viaSet) ?? known(viaName) ?? known(idOf('ReplicaSet', { ...metadata, name: owner.name }));
    }
    return known(idOf(owner.kind as WorkloadKind, { ...metadata, name: owner.name })); // an unknown kind is looked up in vain
  };
}

function controllerOf(metadata: ObjectMeta): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

function templateOf(pod: Pod): PodTemplateSpec {
  const { labels = {}, annotations = {} } = pod.metadata;
  return { metadata: { labels, annotations }, ...(pod.spec === undefined ? {} : { spec: pod.spec }) };
}

function servicesFor(snapshot: ClusterSnapshot, { template, object }: Owned): string[] {
  const namespace = object.metadata.namespace ?? 'default';
  return snapshot.services
    .filter(
      ({ metadata, spec }) => (metadata.namespace ?? 'default') === namespace && matchesLabels(spec?.selector, template.metadata?.labels),
    )
    .map(({ metadata }) => `${namespace}/${metadata.name}`)
    .sort(compare);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
