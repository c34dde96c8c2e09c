/** The AKS cluster and its agent pools, as far as they can be read. */
import { type ArmCall, type ArmOperation, type AzureState, listOf, resourceNotFound, sameName } from './_http.ts';
import { CLUSTER_TYPE as TYPE, clusterBody, poolProperties } from './_cluster-body.ts';
import type { Pool } from './_instance-body.ts';
import { checkResourceGroup } from './_lookup.ts';

const LIST = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/${TYPE}`;
const ONE = `${LIST}/{resourceName}`;

function findCluster(call: ArmCall, state: AzureState): Record<string, unknown> {
  const group = checkResourceGroup(call, state);
  const name = call.names['resourceName'] ?? '';
  if (sameName(group, state.layout.resourceGroup) && sameName(name, state.layout.clusterName)) return clusterBody(state);
  throw resourceNotFound(TYPE, name, call.names['resourceGroupName'] ?? '');
}

function agentPoolBody(state: AzureState, pool: Pool): Record<string, unknown> {
  const id = `${String(clusterBody(state)['id'])}/agentPools/${pool.name}`;
  return { id, name: pool.name, type: `${TYPE}/agentPools`, properties: poolProperties(state, pool) };
}

export const managedClusterOperations: readonly ArmOperation[] = [
  {
    name: 'ManagedClusters_List',
    method: 'GET',
    path: `/subscriptions/{subscriptionId}/providers/${TYPE}`,
    permission: `${TYPE}/read`,
    handle: (_call, state) => listOf([clusterBody(state)]),
  },
  {
    name: 'ManagedClusters_ListByResourceGroup',
    method: 'GET',
    path: LIST,
    permission: `${TYPE}/read`,
    handle: (call, state) => listOf(sameName(checkResourceGroup(call, state), state.layout.resourceGroup) ? [clusterBody(state)] : []),
  },
  {
    name: 'ManagedClusters_Get',
    method: 'GET',
    path: ONE,
    permission: `${TYPE}/read`,
    handle: (call, state) => ({ status: 200, body: findCluster(call, state) }),
  },
  {
    name: 'AgentPools_List',
    method: 'GET',
    path: `${ONE}/agentPools`,
    permission: `${TYPE}/agentPools/read`,
    handle: (call, state) => {
      findCluster(call, state);
      return listOf(state.layout.pools.map((pool) => agentPoolBody(state, pool)));
    },
  },
  {
    name: 'AgentPools_Get',
    method: 'GET',
    path: `${ONE}/agentPools/{agentPoolName}`,
    permission: `${TYPE}/agentPools/read`,
    handle: (call, state) => {
      findCluster(call, state);
      const name = call.names['agentPoolName'] ?? '';
      const pool = state.layout.pools.find((pool) => sameName(pool.name, name));
      if (pool === undefined) throw resourceNotFound(`${TYPE}/agentPools`, name, state.layout.resourceGroup);
      return { status: 200, body: agentPoolBody(state, pool) };
    },
  },
];
