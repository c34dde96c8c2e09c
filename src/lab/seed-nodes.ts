import type { Lease, Node } from '../kubernetes/index.ts';
import type { LabAzureLayout } from './arm-api/index.ts';
import type { LabApi } from './kube-api/index.ts';

/** One node of the cluster with the machine behind it. */
export interface LabNode {
  readonly name: string;
  readonly instanceId: string;
  /** The node's own address. */
  readonly ip: string;
  /** The range that its pods' addresses come from. */
  readonly podRange: string;
  readonly ageMs: number;
}

type Pool = LabAzureLayout['pools'][number];

// What an AKS node of this size leaves for pods. Source: `kubectl describe node` of a Standard_DS2_v2.
const CAPACITY = { cpu: '2', memory: '7116280Ki', pods: '110', 'ephemeral-storage': '129886128Ki' };
const ALLOCATABLE = { cpu: '1900m', memory: '4670072Ki', pods: '110', 'ephemeral-storage': '119703055367' };

/** Puts the nodes there, Ready with a fresh heartbeat, with the labels that AKS gives them. */
export function seedNodes(api: LabApi, layout: LabAzureLayout, nodes: readonly LabNode[]): void {
  const pools = layout.pools.flatMap((pool) => pool.instances.map((instance) => ({ pool, instance })));
  for (const node of nodes) {
    const found = pools.find(({ instance }) => instance.instanceId === node.instanceId);
    if (found) seedNode(api, layout, found.pool, found.instance.zone, node);
  }
}

function seedNode(api: LabApi, layout: LabAzureLayout, pool: Pool, zone: string | undefined, node: LabNode): void {
  const nowMs = api.clock.now();
  const { name, instanceId, ip, podRange } = node;
  const created = new Date(nowMs - node.ageMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const group = `/subscriptions/${layout.subscriptionId}/resourceGroups/${layout.nodeResourceGroup}`;
  const seeded = api.seed<Node>('Node', {
    metadata: { name, creationTimestamp: created, labels: labelsOf(layout, pool, zone, name) },
    spec: {
      podCIDR: podRange,
      podCIDRs: [podRange],
      providerID: `azure://${group}/providers/Microsoft.Compute/virtualMachineScaleSets/${pool.scaleSet}/virtualMachines/${instanceId}`,
    },
    status: {
      capacity: CAPACITY,
      allocatable: ALLOCATABLE,
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      conditions: conditions(nowMs, created),
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        osImage: 'Ubuntu 24.04.3 LTS',
        kernelVersion: '6.8.0-1044-azure',
        containerRuntimeVersion: 'containerd://2.1.6-1',
        kubeletVersion: `v${layout.kubernetesVersion}`,
        kubeProxyVersion: `v${layout.kubernetesVersion}`,
        machineID: '',
        systemUUID: '',
        bootID: '',
      },
    },
  });
  const owner = { apiVersion: 'v1', kind: 'Node', name, uid: seeded.metadata.uid ?? '' };
  api.seed<Lease>('Lease', {
    metadata: { name, namespace: 'kube-node-lease', creationTimestamp: created, ownerReferences: [owner] },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: new Date(nowMs).toISOString().replace('Z', '000Z') },
  });
}

function labelsOf(layout: LabAzureLayout, pool: Pool, zone: string | undefined, name: string): Record<string, string> {
  const zones = zone === undefined ? '0' : `${layout.location}-${zone}`;
  return {
    agentpool: pool.name,
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/instance-type': pool.vmSize,
    'beta.kubernetes.io/os': 'linux',
    'failure-domain.beta.kubernetes.io/region': layout.location,
    'failure-domain.beta.kubernetes.io/zone': zones,
    'kubernetes.azure.com/agentpool': pool.name,
    'kubernetes.azure.com/cluster': layout.nodeResourceGroup,
    'kubernetes.azure.com/mode': 'system',
    'kubernetes.azure.com/role': 'agent',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/role': 'agent',
    'node.kubernetes.io/instance-type': pool.vmSize,
    'topology.kubernetes.io/region': layout.location,
    'topology.kubernetes.io/zone': zones,
  };
}

/** As a healthy kubelet reports them. */
function conditions(nowMs: number, since: string) {
  const heartbeat = new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const at = { lastHeartbeatTime: heartbeat, lastTransitionTime: since };
  return [
    {
      type: 'MemoryPressure',
      status: 'False',
      reason: 'KubeletHasSufficientMemory',
      message: 'kubelet has sufficient memory available',
      ...at,
    },
    { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure', ...at },
    { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available', ...at },
    { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status', ...at },
  ];
}
