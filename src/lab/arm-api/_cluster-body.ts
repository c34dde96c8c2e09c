/** How ARM writes the AKS cluster and its agent pools. Source: Azure/azure-rest-api-specs, Microsoft.ContainerService. */
import type { AzureState } from './_http.ts';
import { type Pool, zonesOf } from './_instance-body.ts';

export const CLUSTER_TYPE = 'Microsoft.ContainerService/managedClusters';

export function poolProperties({ fleet, layout }: AzureState, pool: Pool): Record<string, unknown> {
  const zones = zonesOf(fleet.machines(pool.scaleSet));
  return {
    count: fleet.machines(pool.scaleSet).length,
    vmSize: pool.vmSize,
    osDiskSizeGB: 128,
    osType: 'Linux',
    osSKU: 'Ubuntu',
    type: 'VirtualMachineScaleSets',
    mode: 'System',
    orchestratorVersion: layout.kubernetesVersion,
    currentOrchestratorVersion: layout.kubernetesVersion,
    ...(zones && { availabilityZones: zones }),
    enableAutoScaling: false,
    provisioningState: 'Succeeded',
    powerState: { code: 'Running' },
  };
}

export function clusterBody(state: AzureState): Record<string, unknown> {
  const { layout } = state;
  return {
    id: `/subscriptions/${layout.subscriptionId}/resourceGroups/${layout.resourceGroup}/providers/${CLUSTER_TYPE}/${layout.clusterName}`,
    name: layout.clusterName,
    type: CLUSTER_TYPE,
    location: layout.location,
    sku: { name: 'Base', tier: 'Free' },
    identity: { type: 'SystemAssigned', tenantId: layout.tenantId },
    properties: {
      provisioningState: 'Succeeded',
      powerState: { code: 'Running' },
      kubernetesVersion: layout.kubernetesVersion,
      currentKubernetesVersion: layout.kubernetesVersion,
      dnsPrefix: layout.clusterName,
      agentPoolProfiles: layout.pools.map((pool) => ({ name: pool.name, ...poolProperties(state, pool) })),
      nodeResourceGroup: layout.nodeResourceGroup,
      enableRBAC: true,
    },
  };
}
