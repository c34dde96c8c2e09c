/** Finds what a request's path names, or refuses as ARM does. */
import { type ArmCall, ArmRefusal, type AzureState, resourceNotFound, sameName } from './_http.ts';
import type { Machine } from './_fleet.ts';
import type { Pool } from './_instance-body.ts';

/** Refuses a subscription that the lab does not have. */
export function checkSubscription(call: ArmCall, { layout }: AzureState): void {
  const asked = call.names['subscriptionId'];
  if (asked === undefined || sameName(asked, layout.subscriptionId)) return;
  throw new ArmRefusal(404, { code: 'SubscriptionNotFound', message: `The subscription '${asked}' could not be found.` });
}

export function checkResourceGroup(call: ArmCall, { layout }: AzureState): string {
  const asked = call.names['resourceGroupName'] ?? '';
  const found = [layout.resourceGroup, layout.nodeResourceGroup].find((group) => sameName(group, asked));
  if (found !== undefined) return found;
  throw new ArmRefusal(404, { code: 'ResourceGroupNotFound', message: `Resource group '${asked}' could not be found.` });
}

export function findPool(call: ArmCall, state: AzureState): Pool {
  const group = checkResourceGroup(call, state);
  const name = call.names['vmScaleSetName'] ?? '';
  const pool = state.layout.pools.find(({ scaleSet }) => sameName(scaleSet, name));
  if (pool === undefined || !sameName(group, state.layout.nodeResourceGroup)) {
    throw resourceNotFound('Microsoft.Compute/virtualMachineScaleSets', name, call.names['resourceGroupName'] ?? '');
  }
  return pool;
}

export function findMachine(call: ArmCall, state: AzureState): Machine {
  const pool = findPool(call, state);
  return machineOf(state, pool, call.names['instanceId'] ?? '', 404);
}

/** The machines named in a body's `instanceIds`; all of them when the body names none, or `*`. */
export function machinesOfBody(call: ArmCall, state: AzureState): readonly Machine[] {
  const pool = findPool(call, state);
  const ids: unknown =
    typeof call.body === 'object' && call.body !== null && 'instanceIds' in call.body ? call.body.instanceIds : undefined;
  if (ids === undefined || ids === null) return state.fleet.machines(pool.scaleSet);
  if (!Array.isArray(ids) || ids.some((id) => typeof id !== 'string')) {
    throw new ArmRefusal(400, {
      code: 'InvalidParameter',
      message: "The value of parameter 'instanceIds' is invalid.",
      target: 'instanceIds',
    });
  }
  const names: string[] = ids;
  return names.includes('*') ? state.fleet.machines(pool.scaleSet) : names.map((id) => machineOf(state, pool, id, 400));
}

/** Source of the wording: Azure/azure-cli issue 25476, microsoft/onefuzz issue 2547. */
function machineOf(state: AzureState, pool: Pool, instanceId: string, status: 400 | 404): Machine {
  const found = state.fleet.machines(pool.scaleSet).find((machine) => machine.instanceId === instanceId);
  if (found !== undefined) return found;
  throw new ArmRefusal(status, {
    code: status === 404 ? 'InstanceIdNotFound' : 'InvalidParameter',
    message: `The provided instanceId ${instanceId} is not an active Virtual Machine Scale Set VM instanceId.`,
    target: 'instanceIds',
  });
}
