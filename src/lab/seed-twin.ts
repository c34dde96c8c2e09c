/** A cluster that runs elsewhere, put into the lab as it stands: nodes, workloads, and every pod on its node. */
import { EvenkeelError, groupBy, plural } from '../base/index.ts';
import { toMilliCpu } from '../kubernetes/index.ts';
import type { Deployment, KubeObject, Lease, Node, OwnerReference, Pod, ReplicaSet, Service } from '../kubernetes/index.ts';
import { isServed, makeNamespaces } from './apply-manifests.ts';
import type { LabAzureLayout } from './arm-api/index.ts';
import { csiNode } from './csi-node.ts';
import type { LabApi } from './kube-api/index.ts';
import { nodeObject } from './kubelet/index.ts';
import { requiredAccounts } from './required-accounts.ts';
import { requiredSecrets } from './required-secrets.ts';
import { healthyConditions } from './seed-nodes.ts';

/** Kinds that the lab's own parts make again, or that only mean something where they come from. */
const MADE_HERE = new Set(['Node', 'Lease', 'Event', 'EndpointSlice', 'VolumeAttachment', 'Secret']);
/** Marks of a moment at the source: whether they are true here, the lab's controllers find out. */
const PASSING_TAINTS = /^node\.kubernetes\.io\/|^node\.cloudprovider\.kubernetes\.io\//;

/** The nodes among a twin's objects. Errors: `INVALID_INPUT` when there are none. */
export function nodesOf(twin: readonly KubeObject[]): Node[] {
  const nodes = twin.filter((object): object is Node => object.kind === 'Node');
  if (nodes.length > 0) return nodes;
  throw new EvenkeelError('INVALID_INPUT', `no nodes among the ${plural(twin.length, 'object')} of the cluster`, {
    blame: 'input',
    hint: 'A dump has the nodes and what runs on them: kubectl get nodes,pods,deployments,replicasets,statefulsets,daemonsets,services,… -A -o json (docs/lab.md has the whole command). Manifests are loaded with -f.',
  });
}

/** Seeds the twin's objects. Result: what differs from there, for people. */
export function seedTwin(api: LabApi, twin: readonly KubeObject[], layout: LabAzureLayout): string[] {
  const nodes = nodesOf(twin);
  for (const node of nodes) seedNode(api, node, layout);
  const objects = twin.filter((object) => !MADE_HERE.has(object.kind ?? '') && !isControllersEndpoints(object, twin));
  const served = objects.filter(isServed);
  makeNamespaces(api, served);
  const accounts = requiredAccounts(served);
  const secrets = requiredSecrets(served);
  const pods = served.filter((object): object is Pod => object.kind === 'Pod').filter(isAlive);
  const { replicaSets, orphans } = missingReplicaSets(served, pods);
  const others = served.filter(({ kind }) => kind !== 'Pod');
  for (const object of [
    ...accounts,
    ...secrets,
    ...others,
    ...replicaSets,
    ...pods.map((pod) => (orphans.has(pod) ? withoutOwners(pod) : pod)),
  ]) {
    seed(api, object);
  }
  for (const node of nodes) seedCsiNode(api, node, layout);
  const notReady = nodes.filter(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True');
  return [
    ...[
      ...groupBy(
        objects.filter((object) => !isServed(object)),
        ({ apiVersion, kind }) => `${apiVersion} ${kind}`,
      ),
    ].map(([kind, list]) => `left out ${plural(list.length, 'object')} of ${kind}: the lab does not serve that kind`),
    ...(secrets.length > 0 ? [`${plural(secrets.length, 'secret')} made with the keys that pods ask for and empty values`] : []),
    ...accounts.map(({ kind, metadata }) => `${kind} ${metadata.name} is not among the objects: made, as pods name it`),
    ...notReady.map(({ metadata }) => `node ${metadata.name} is not Ready there; here it is`),
    ...(orphans.size > 0 ? [`${plural(orphans.size, 'pod')} without the owner they name: they stand for themselves here`] : []),
    ...(pods.length === 0 ? ["there were no pods among the objects: the lab's scheduler places them"] : []),
  ];
}

/** Dumps seldom have them; without them any number of disks would fit on a node. */
function seedCsiNode(api: LabApi, { metadata, status }: Node, { pools }: LabAzureLayout): void {
  if (api.get('CSINode', undefined, metadata.name) !== undefined) return;
  const pool = pools.find(({ instances }) => instances.some(({ nodeName }) => nodeName === metadata.name));
  const cpus = toMilliCpu(status?.capacity?.['cpu'] ?? status?.allocatable?.['cpu'] ?? '0') / 1000;
  api.seed('CSINode', csiNode(metadata.name, { vmSize: pool?.vmSize ?? '', cpus }));
}

/** Endpoints of a Service with a selector are made again; those that someone keeps by hand (a database elsewhere) are not. */
function isControllersEndpoints({ kind, metadata }: KubeObject, twin: readonly KubeObject[]): boolean {
  if (kind !== 'Endpoints') return false;
  const isOf = (other: KubeObject): boolean =>
    other.kind === 'Service' && other.metadata.name === metadata.name && other.metadata.namespace === metadata.namespace;
  const service = twin.find((other): other is Service => isOf(other));
  return service === undefined || service.spec?.selector !== undefined || metadata.name === 'kubernetes';
}

function seed(api: LabApi, object: KubeObject): void {
  const { kind = '', metadata } = object;
  if (api.get(kind, metadata.namespace, metadata.name) !== undefined) return;
  const { resourceVersion: _version, managedFields: _fields, selfLink: _link, ...kept } = metadata;
  api.seed(kind, { ...object, metadata: kept });
}

const isAlive = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

/** Name, labels, taints, room and addresses are the node's own; the machine behind it is the lab's. */
function seedNode(api: LabApi, node: Node, layout: LabAzureLayout): void {
  const { metadata, spec, status } = node;
  const pool = layout.pools.find(({ instances }) => instances.some(({ nodeName }) => nodeName === metadata.name));
  const instance = pool?.instances.find(({ nodeName }) => nodeName === metadata.name);
  const nowMs = api.clock.now();
  const at = `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
  const createdAt = metadata.creationTimestamp ?? at;
  const index = api.list('Node').length;
  const made = nodeObject({
    name: metadata.name,
    pool: pool?.name ?? '',
    zone: instance?.zone,
    podCIDR: spec?.podCIDR ?? podRange(index),
    internalIP: nodeAddress(index),
    subscriptionId: layout.subscriptionId,
    nodeResourceGroup: layout.nodeResourceGroup,
    scaleSet: pool?.scaleSet ?? '',
    instanceId: instance?.instanceId ?? '',
  });
  const taints = (spec?.taints ?? []).filter(({ key }) => !PASSING_TAINTS.test(key));
  const { conditions: _old, volumesAttached: _attached, volumesInUse: _used, ...told } = status ?? {};
  const seeded = api.seed<Node>('Node', {
    ...made,
    metadata: {
      name: metadata.name,
      ...(metadata.uid && { uid: metadata.uid }),
      labels: metadata.labels ?? {},
      creationTimestamp: createdAt,
    },
    spec: { ...made.spec, ...(taints.length > 0 && { taints }), ...(spec?.unschedulable === true && { unschedulable: true }) },
    status: { ...made.status, ...told, conditions: healthyConditions(at, createdAt) },
  });
  api.seed<Lease>('Lease', {
    metadata: {
      name: metadata.name,
      namespace: 'kube-node-lease',
      creationTimestamp: createdAt,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: metadata.name, uid: seeded.metadata.uid ?? '' }],
    },
    spec: { holderIdentity: metadata.name, leaseDurationSeconds: 40, renewTime: `${new Date(nowMs).toISOString().slice(0, 23)}000Z` },
  });
}

/** Ranges as AKS deals them out; past the 3072 that 10.244 to 10.255 hold, from carrier-grade space. */
export function podRange(index: number): string {
  return index < 3072 ? `10.${244 + (index >> 8)}.${index & 255}.0/24` : `100.${64 + ((index - 3072) >> 8)}.${(index - 3072) & 255}.0/24`;
}

export const nodeAddress = (index: number): string => `10.224.${Math.floor((index + 4) / 250)}.${(index + 4) % 250}`;

interface Repair {
  readonly replicaSets: readonly ReplicaSet[];
  /** Pods whose owner is nowhere: the garbage collector would take them for left over. */
  readonly orphans: ReadonlySet<Pod>;
}

/** A dump of pods and deployments lacks what stands between them; it can be told from the two. */
function missingReplicaSets(objects: readonly KubeObject[], pods: readonly Pod[]): Repair {
  const uids = new Set(objects.map(({ metadata }) => metadata.uid));
  const deployments = objects.filter((object): object is Deployment => object.kind === 'Deployment');
  const made = new Map<string, ReplicaSet>();
  const orphans = new Set<Pod>();
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined || owner.kind === 'Node' || uids.has(owner.uid) || made.has(owner.uid)) continue;
    const hash = pod.metadata.labels?.['pod-template-hash'];
    const deployment = deployments.find(
      ({ metadata }) => metadata.namespace === pod.metadata.namespace && `${metadata.name}-${hash}` === owner.name,
    );
    if (deployment === undefined || hash === undefined || owner.kind !== 'ReplicaSet') orphans.add(pod);
    else made.set(owner.uid, replicaSetOf(deployment, owner, hash, pods.filter((other) => isOwnedBy(other, owner.uid)).length));
  }
  return { replicaSets: [...made.values()], orphans };
}

const isOwnedBy = ({ metadata }: Pod, uid: string): boolean => metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;

function replicaSetOf({ metadata, spec }: Deployment, owner: OwnerReference, hash: string, replicas: number): ReplicaSet {
  const labels = { ...spec?.template.metadata?.labels, 'pod-template-hash': hash };
  const { name, namespace, uid = '', annotations } = metadata;
  const revision = annotations?.['deployment.kubernetes.io/revision'] ?? '1';
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: owner.name,
      namespace: namespace ?? 'default',
      uid: owner.uid,
      labels,
      annotations: { 'deployment.kubernetes.io/revision': revision, 'deployment.kubernetes.io/desired-replicas': String(replicas) },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      replicas,
      selector: { matchLabels: { ...spec?.selector.matchLabels, 'pod-template-hash': hash } },
      template: { ...spec?.template, metadata: { ...spec?.template.metadata, labels } },
    },
    status: { replicas, readyReplicas: replicas, availableReplicas: replicas, fullyLabeledReplicas: replicas, observedGeneration: 1 },
  };
}

function withoutOwners(pod: Pod): Pod {
  const { ownerReferences: _owners, ...metadata } = pod.metadata;
  return { ...pod, metadata };
}
