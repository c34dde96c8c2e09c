/** Instances of a scale set: list, get, what they are doing, and power operations on one of them. */
import { type ArmCall, type ArmOperation, type ArmReply, type AzureState, listOf } from './_http.ts';
import type { Machine, PowerAction } from './_fleet.ts';
import { instanceBody, instanceViewBody } from './_instance-body.ts';
import { findMachine, findPool } from './_lookup.ts';

const LIST =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/virtualMachineScaleSets/{vmScaleSetName}/virtualMachines';
const ONE = `${LIST}/{instanceId}`;
const PERMISSION = 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines';

/** `$expand=instanceView` adds what the instance is doing now. */
function body(call: ArmCall, state: AzureState, machine: Machine): Record<string, unknown> {
  const plain = instanceBody(state, machine);
  if (call.query.get('$expand')?.toLowerCase() !== 'instanceview') return plain;
  return { ...plain, properties: { ...Object(plain['properties']), instanceView: instanceViewBody(machine) } };
}

function begin(call: ArmCall, state: AzureState, action: PowerAction): ArmReply {
  const machine = findMachine(call, state);
  const skipShutdown = call.query.get('skipShutdown') === 'true';
  return state.operations.begin(call, state.layout.location, state.fleet.act(action, [machine], { skipShutdown }));
}

function power(name: string, action: PowerAction): ArmOperation {
  return {
    name: `VirtualMachineScaleSetVMs_${name}`,
    method: 'POST',
    path: `${ONE}/${action}`,
    permission: `${PERMISSION}/${action}/action`,
    handle: (call, state) => begin(call, state, action),
  };
}

export const scaleSetInstanceOperations: readonly ArmOperation[] = [
  {
    name: 'VirtualMachineScaleSetVMs_List',
    method: 'GET',
    path: LIST,
    permission: `${PERMISSION}/read`,
    handle: (call, state) => listOf(state.fleet.machines(findPool(call, state).scaleSet).map((machine) => body(call, state, machine))),
  },
  {
    name: 'VirtualMachineScaleSetVMs_Get',
    method: 'GET',
    path: ONE,
    permission: `${PERMISSION}/read`,
    handle: (call, state) => ({ status: 200, body: body(call, state, findMachine(call, state)) }),
  },
  {
    name: 'VirtualMachineScaleSetVMs_GetInstanceView',
    method: 'GET',
    path: `${ONE}/instanceView`,
    permission: `${PERMISSION}/instanceView/read`,
    handle: (call, state) => ({ status: 200, body: instanceViewBody(findMachine(call, state)) }),
  },
  power('PowerOff', 'powerOff'),
  power('Deallocate', 'deallocate'),
  power('Start', 'start'),
  power('Restart', 'restart'),
  power('Reimage', 'reimage'),
  {
    name: 'VirtualMachineScaleSetVMs_Delete',
    method: 'DELETE',
    path: ONE,
    permission: `${PERMISSION}/delete`,
    handle: (call, state) => begin(call, state, 'delete'),
  },
];
