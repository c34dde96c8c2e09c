/** A Node as AKS makes them, for a lab to seed. */
import type { Node } from '../../kubernetes/index.ts';

export interface NodeObjectOptions {
  /** `aks-nodepool1-36421985-vmss000009`: also the computer name. */
  readonly name: string;
  readonly pool: string;
  readonly zone?: string | undefined;
  /** An Azure location; zones are labelled `location-zone`. */
  readonly location?: string;
  readonly instanceType?: string;
  /** `10.244.1.0/24` */
  readonly podCIDR: string;
  /** `10.224.0.5` */
  readonly internalIP: string;
  readonly kubernetesVersion?: string;
  readonly subscriptionId?: string;
  readonly nodeResourceGroup?: string;
  readonly scaleSet?: string;
  readonly instanceId?: string;
  readonly cpu?: number;
  readonly createdAt?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const NONE = '00000000-0000-0000-0000-000000000000';

/**
 * Labels, provider id, capacity and addresses of an AKS node; a Standard_D2s_v3 unless told otherwise.
 *
 * Source: AKS documentation, "Resource reservations" and "Use labels in an AKS cluster".
 */
export function nodeObject(options: NodeObjectOptions): Node {
  const { name, pool, zone, location = 'westeurope', instanceType = 'Standard_D2s_v3', podCIDR, internalIP, cpu = 2 } = options;
  const group = options.nodeResourceGroup ?? 'MC_lab';
  const set = options.scaleSet ?? `aks-${pool}-vmss`;
  const machine = `/subscriptions/${options.subscriptionId ?? NONE}/resourceGroups/${group.toLowerCase()}/providers/Microsoft.Compute/virtualMachineScaleSets/${set}/virtualMachines/${options.instanceId ?? '0'}`;
  const memory = cpu * 4_015_000;
  const common = { 'ephemeral-storage': '129886128Ki', 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      ...(options.createdAt === undefined ? {} : { creationTimestamp: options.createdAt }),
      labels: {
        agentpool: pool,
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/instance-type': instanceType,
        'beta.kubernetes.io/os': 'linux',
        'failure-domain.beta.kubernetes.io/region': location,
        'failure-domain.beta.kubernetes.io/zone': zone === undefined ? '0' : `${location}-${zone}`,
        'kubernetes.azure.com/agentpool': pool,
        'kubernetes.azure.com/cluster': group,
        'kubernetes.azure.com/mode': 'system',
        'kubernetes.azure.com/role': 'agent',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/role': 'agent',
        'node-role.kubernetes.io/agent': '',
        'node.kubernetes.io/instance-type': instanceType,
        'topology.kubernetes.io/region': location,
        'topology.kubernetes.io/zone': zone === undefined ? '0' : `${location}-${zone}`,
        ...options.labels,
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0', 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: { podCIDR, podCIDRs: [podCIDR], providerID: `azure://${machine}` },
    status: {
      capacity: { cpu: String(cpu), memory: `${memory}Ki`, ...common },
      // 100m of two cores, and about a third of 8 GiB, are kept for the system.
      allocatable: {
        cpu: `${cpu * 1000 - 100}m`,
        memory: `${Math.round(memory * 0.6845)}Ki`,
        ...common,
        'ephemeral-storage': '119703055367',
      },
      addresses: [
        { type: 'InternalIP', address: internalIP },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: NONE,
        containerRuntimeVersion: 'containerd://1.7.27-1',
        kernelVersion: '5.15.0-1092-azure',
        kubeProxyVersion: '',
        kubeletVersion: options.kubernetesVersion ?? 'v1.36.2',
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Ubuntu 22.04.5 LTS',
        systemUUID: NONE,
      },
    },
  };
}
