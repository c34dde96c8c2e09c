/** How ARM writes a scale set and its instances. Source: Azure/azure-rest-api-specs, Microsoft.Compute, ComputeRP. */
import type { AzureState } from './_http.ts';
import type { Machine } from './_fleet.ts';
import type { LabAzureLayout } from './types.ts';

const POWER_WORDS: Readonly<Record<string, string>> = {
  starting: 'VM starting',
  running: 'VM running',
  stopping: 'VM stopping',
  stopped: 'VM stopped',
  deallocating: 'VM deallocating',
  deallocated: 'VM deallocated',
};

export type Pool = LabAzureLayout['pools'][number];

export function scaleSetId(layout: LabAzureLayout, scaleSet: string): string {
  return `/subscriptions/${layout.subscriptionId}/resourceGroups/${layout.nodeResourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${scaleSet}`;
}

export function zonesOf(machines: readonly Machine[]): string[] | undefined {
  const zones = [...new Set(machines.flatMap((machine) => machine.zone ?? []))].sort();
  return zones.length === 0 ? undefined : zones;
}

export function scaleSetBody({ layout, fleet }: AzureState, pool: Pool): Record<string, unknown> {
  const machines = fleet.machines(pool.scaleSet);
  const zones = zonesOf(machines);
  return {
    id: scaleSetId(layout, pool.scaleSet),
    name: pool.scaleSet,
    type: 'Microsoft.Compute/virtualMachineScaleSets',
    location: layout.location,
    tags: poolTags(pool),
    ...(zones && { zones }),
    sku: { name: pool.vmSize, tier: 'Standard', capacity: machines.length },
    properties: {
      singlePlacementGroup: false,
      orchestrationMode: 'Uniform',
      upgradePolicy: { mode: 'Manual' },
      virtualMachineProfile: { osProfile: { computerNamePrefix: pool.scaleSet, adminUsername: 'azureuser' } },
      provisioningState: 'Succeeded',
      overprovision: false,
      platformFaultDomainCount: 1,
    },
  };
}

export function instanceBody({ layout }: AzureState, machine: Machine): Record<string, unknown> {
  return {
    name: machine.name,
    id: `${scaleSetId(layout, machine.scaleSet)}/virtualMachines/${machine.instanceId}`,
    type: 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines',
    location: layout.location,
    tags: poolTags({ name: machine.pool }),
    instanceId: machine.instanceId,
    ...(machine.zone !== undefined && { zones: [machine.zone] }),
    sku: { name: machine.vmSize, tier: 'Standard' },
    properties: {
      latestModelApplied: true,
      vmId: machine.vmId,
      hardwareProfile: { vmSize: machine.vmSize },
      storageProfile: { osDisk: { osType: 'Linux', createOption: 'FromImage', name: `${machine.name}_OsDisk` } },
      osProfile: { computerName: machine.nodeName, adminUsername: 'azureuser' },
      provisioningState: machine.provisioningState,
    },
  };
}

/** `instanceView` of one machine: what it is doing now. */
export function instanceViewBody(machine: Machine): Record<string, unknown> {
  const time = new Date(machine.changedMs).toISOString();
  const provisioning = machine.provisioningState;
  const running = machine.powerState === 'running';
  return {
    computerName: machine.nodeName,
    osName: 'ubuntu',
    osVersion: '22.04',
    platformUpdateDomain: 0,
    platformFaultDomain: 0,
    ...(running && {
      vmAgent: {
        vmAgentVersion: '2.9.1.1',
        statuses: [{ code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Ready', time }],
      },
    }),
    disks: [
      {
        name: `${machine.name}_OsDisk`,
        statuses: [{ code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded', time }],
      },
    ],
    statuses: [
      {
        code: `ProvisioningState/${provisioning.toLowerCase()}`,
        level: 'Info',
        displayStatus: provisioning === 'Succeeded' ? 'Provisioning succeeded' : provisioning,
        time,
      },
      { code: `PowerState/${machine.powerState}`, level: 'Info', displayStatus: POWER_WORDS[machine.powerState] ?? 'VM unknown' },
    ],
  };
}

function poolTags(pool: { readonly name: string }): Record<string, string> {
  return { 'aks-managed-poolName': pool.name, 'aks-managed-createOperationID': 'lab' };
}
