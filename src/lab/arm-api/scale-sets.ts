/** Virtual machine scale sets: list, get, and power operations on the set or some of its instances. */
import { type ArmCall, type ArmOperation, type ArmReply, type AzureState, listOf, sameName } from './_http.ts';
import type { PowerAction } from './_fleet.ts';
import { scaleSetBody } from './_instance-body.ts';
import { checkResourceGroup, findPool, machinesOfBody } from './_lookup.ts';

const GROUP = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/virtualMachineScaleSets';
const SET = `${GROUP}/{vmScaleSetName}`;
const READ = 'Microsoft.Compute/virtualMachineScaleSets/read';

const all = (state: AzureState): ArmReply => listOf(state.layout.pools.map((pool) => scaleSetBody(state, pool)));

function power(name: string, action: PowerAction, segment: string): ArmOperation {
  return {
    name: `VirtualMachineScaleSets_${name}`,
    method: 'POST',
    path: `${SET}/${segment}`,
    permission: `Microsoft.Compute/virtualMachineScaleSets/${action}/action`,
    handle: (call, state) => begin(call, state, action),
  };
}

function begin(call: ArmCall, state: AzureState, action: PowerAction): ArmReply {
  const machines = machinesOfBody(call, state);
  const skipShutdown = call.query.get('skipShutdown') === 'true';
  return state.operations.begin(call, state.layout.location, state.fleet.act(action, machines, { skipShutdown }));
}

export const scaleSetOperations: readonly ArmOperation[] = [
  {
    name: 'VirtualMachineScaleSets_ListAll',
    method: 'GET',
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachineScaleSets',
    permission: READ,
    handle: (_call, state) => all(state),
  },
  {
    name: 'VirtualMachineScaleSets_List',
    method: 'GET',
    path: GROUP,
    permission: READ,
    handle: (call, state) => (sameName(checkResourceGroup(call, state), state.layout.nodeResourceGroup) ? all(state) : listOf([])),
  },
  {
    name: 'VirtualMachineScaleSets_Get',
    method: 'GET',
    path: SET,
    permission: READ,
    handle: (call, state) => ({ status: 200, body: scaleSetBody(state, findPool(call, state)) }),
  },
  {
    name: 'VirtualMachineScaleSets_GetInstanceView',
    method: 'GET',
    path: `${SET}/instanceView`,
    permission: 'Microsoft.Compute/virtualMachineScaleSets/instanceView/read',
    handle: (call, state) => {
      const machines = state.fleet.machines(findPool(call, state).scaleSet);
      const counts = new Map<string, number>();
      for (const { powerState } of machines) counts.set(powerState, (counts.get(powerState) ?? 0) + 1);
      const statusesSummary = [
        { code: 'ProvisioningState/succeeded', count: machines.length },
        ...[...counts].map(([powerState, count]) => ({ code: `PowerState/${powerState}`, count })),
      ];
      const statuses = [{ code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded' }];
      return { status: 200, body: { virtualMachine: { statusesSummary }, statuses } };
    },
  },
  power('PowerOff', 'powerOff', 'powerOff'),
  power('Deallocate', 'deallocate', 'deallocate'),
  power('Start', 'start', 'start'),
  power('Restart', 'restart', 'restart'),
  power('Reimage', 'reimage', 'reimage'),
  power('DeleteInstances', 'delete', 'delete'),
];
