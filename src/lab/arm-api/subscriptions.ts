/** The subscription, its resource groups, and the (empty) list of plain virtual machines. */
import { type ArmOperation, type AzureState, listOf } from './_http.ts';
import { checkResourceGroup } from './_lookup.ts';

const SUBSCRIPTION = '/subscriptions/{subscriptionId}';

const subscriptionBody = ({ layout }: AzureState): Record<string, unknown> => ({
  id: `/subscriptions/${layout.subscriptionId}`,
  subscriptionId: layout.subscriptionId,
  tenantId: layout.tenantId,
  displayName: 'evenkeel lab',
  state: 'Enabled',
  subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'PayAsYouGo_2014-09-01', spendingLimit: 'Off' },
  authorizationSource: 'RoleBased',
});

const groupBody = ({ layout }: AzureState, name: string): Record<string, unknown> => ({
  id: `/subscriptions/${layout.subscriptionId}/resourceGroups/${name}`,
  name,
  type: 'Microsoft.Resources/resourceGroups',
  location: layout.location,
  properties: { provisioningState: 'Succeeded' },
});

export const subscriptionOperations: readonly ArmOperation[] = [
  {
    name: 'Subscriptions_List',
    method: 'GET',
    path: '/subscriptions',
    permission: 'Microsoft.Resources/subscriptions/read',
    handle: (_call, state) => listOf([subscriptionBody(state)]),
  },
  {
    name: 'Subscriptions_Get',
    method: 'GET',
    path: SUBSCRIPTION,
    permission: 'Microsoft.Resources/subscriptions/read',
    handle: (_call, state) => ({ status: 200, body: subscriptionBody(state) }),
  },
  {
    name: 'ResourceGroups_List',
    method: 'GET',
    path: `${SUBSCRIPTION}/resourceGroups`,
    permission: 'Microsoft.Resources/subscriptions/resourceGroups/read',
    handle: (_call, state) => listOf([state.layout.resourceGroup, state.layout.nodeResourceGroup].map((name) => groupBody(state, name))),
  },
  {
    name: 'ResourceGroups_Get',
    method: 'GET',
    path: `${SUBSCRIPTION}/resourceGroups/{resourceGroupName}`,
    permission: 'Microsoft.Resources/subscriptions/resourceGroups/read',
    handle: (call, state) => ({ status: 200, body: groupBody(state, checkResourceGroup(call, state)) }),
  },
  {
    name: 'VirtualMachines_ListAll',
    method: 'GET',
    path: `${SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachines`,
    permission: 'Microsoft.Compute/virtualMachines/read',
    handle: () => listOf([]),
  },
  {
    name: 'VirtualMachines_List',
    method: 'GET',
    path: `${SUBSCRIPTION}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/virtualMachines`,
    permission: 'Microsoft.Compute/virtualMachines/read',
    handle: (call, state) => {
      checkResourceGroup(call, state);
      return listOf([]);
    },
  },
];
