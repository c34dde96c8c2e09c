/** What the signed-in principal may do at a scope. Source: Azure documentation, "Permissions - List For Resource Group" (REST). */
import { type ArmOperation, listOf } from './_http.ts';
import { checkResourceGroup, findPool } from './_lookup.ts';

const GROUP = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}';
const TAIL = '/providers/Microsoft.Authorization/permissions';
const permission = 'Microsoft.Authorization/permissions/read';

/** The lab's principal is a contributor. Source: Azure documentation, "Azure built-in roles". */
const CONTRIBUTOR = {
  actions: ['*'],
  notActions: [
    'Microsoft.Authorization/*/Delete',
    'Microsoft.Authorization/*/Write',
    'Microsoft.Authorization/elevateAccess/Action',
    'Microsoft.Blueprint/blueprintAssignments/write',
    'Microsoft.Blueprint/blueprintAssignments/delete',
    'Microsoft.Compute/galleries/share/action',
    'Microsoft.Purview/consents/write',
    'Microsoft.Purview/consents/delete',
  ],
  dataActions: [],
  notDataActions: [],
};

export const permissionOperations: readonly ArmOperation[] = [
  {
    name: 'Permissions_ListForSubscription',
    method: 'GET',
    path: `/subscriptions/{subscriptionId}${TAIL}`,
    permission,
    handle: () => listOf([CONTRIBUTOR]),
  },
  {
    name: 'Permissions_ListForResourceGroup',
    method: 'GET',
    path: `${GROUP}${TAIL}`,
    permission,
    handle: (call, state) => {
      checkResourceGroup(call, state);
      return listOf([CONTRIBUTOR]);
    },
  },
  {
    name: 'Permissions_ListForResource',
    method: 'GET',
    path: `${GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/{vmScaleSetName}${TAIL}`,
    permission,
    handle: (call, state) => {
      findPool(call, state);
      return listOf([CONTRIBUTOR]);
    },
  },
];
