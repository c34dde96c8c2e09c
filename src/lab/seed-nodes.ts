import { toMilliCpu, type Lease, type Node } from '../kubernetes/index.ts';
import type { LabAzureLayout } from './arm-api/index.ts';
import type { LabApi } from './kube-api/index.ts';
import { csiNode } from './csi-node.ts';
import { nodeObject } from './kubelet/index.ts';

/** One node of the cluster, as the machine behind it is known on Azure. */
export interface LabNode {
  readonly instanceId: string;
  /** The node's own address. */
  readonly ip: string;
  /** The range that its pods' addresses come from. */
  readonly podRange: string;
  readonly ageMs: number;
}

/** Puts a node there for each instance of the layout that `nodes` has, Ready and with a fresh heartbeat. */
export function seedNodes(api: LabApi, layout: LabAzureLayout, nodes: readonly LabNode[]): void {
  const byInstance = new Map(nodes.map((node) => [node.instanceId, node]));
  for (const pool of layout.pools) {
    for (const { instanceId, nodeName, zone } of pool.instances) {
      const node = byInstance.get(instanceId);
      if (node) seedNode(api, layout, { pool, nodeName, zone, node });
    }
  }
}

interface Placed {
  readonly pool: LabAzureLayout['pools'][number];
  readonly nodeName: string;
  readonly zone: string | undefined;
  readonly node: LabNode;
}

function seedNode(api: LabApi, layout: LabAzureLayout, { pool, nodeName, zone, node }: Placed): void {
  const nowMs = api.clock.now();
  const createdAt = timestamp(nowMs - node.ageMs);
  const made = nodeObject({
    name: nodeName,
    pool: pool.name,
    zone,
    location: layout.location,
    instanceType: pool.vmSize,
    podCIDR: node.podRange,
    internalIP: node.ip,
    kubernetesVersion: `v${layout.kubernetesVersion}`,
    subscriptionId: layout.subscriptionId,
    nodeResourceGroup: layout.nodeResourceGroup,
    scaleSet: pool.scaleSet,
    instanceId: node.instanceId,
    createdAt,
  });
  // Ready since long ago: the kubelet that comes then finds nothing to change but the heartbeat.
  const seeded = api.seed<Node>('Node', {
    ...made,
    status: { ...made.status, conditions: healthyConditions(timestamp(nowMs), createdAt) },
  });
  api.seed('CSINode', csiNode(nodeName, { vmSize: pool.vmSize, cpus: toMilliCpu(seeded.status?.capacity?.['cpu'] ?? '0') / 1000 }));
  const owner = { apiVersion: 'v1', kind: 'Node', name: nodeName, uid: seeded.metadata.uid ?? '' };
  api.seed<Lease>('Lease', {
    metadata: { name: nodeName, namespace: 'kube-node-lease', creationTimestamp: createdAt, ownerReferences: [owner] },
    spec: { holderIdentity: nodeName, leaseDurationSeconds: 40, renewTime: `${new Date(nowMs).toISOString().slice(0, 23)}000Z` },
  });
}

const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** As a healthy kubelet reports them. */
export function healthyConditions(heartbeat: string, since: string) {
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
