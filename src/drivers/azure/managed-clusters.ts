/** AKS clusters as a whole: `chaosazure.aks`, cluster functions. */
import { azureActivity, type AzureActivity } from './_activity.ts';
import { API } from './_api-versions.ts';
import { actOnResources, type ResourceAct, START_RESOURCES_UNDO } from './_resource-act.ts';
import { actionParameters, describeAndCount, performedBriefly, propertyOf } from './_targets.ts';

const TYPE = 'Microsoft.ContainerService/ManagedClusters';
const PERMISSION = 'Microsoft.ContainerService/managedClusters';
const READS = ['Microsoft.ResourceGraph/resources/read', `${PERMISSION}/read`];

const act = {
  type: TYPE,
  noneFound: 'No Managed Clusters found',
  apiVersion: API.containerService,
  describe: performedBriefly,
} as const satisfies Partial<ResourceAct>;

export const managedClusterActivities: readonly AzureActivity[] = [
  azureActivity({
    name: 'azure/stop-managed-clusters',
    kind: 'action',
    summary: 'Stop AKS clusters: control plane and all nodes.',
    aliases: ['chaosazure.aks.actions.stop_managed_clusters'],
    parameters: actionParameters,
    permissions: [...READS, `${PERMISSION}/stop/action`],
    undo: START_RESOURCES_UNDO,
    run: (args, context) =>
      actOnResources(args, context, {
        ...act,
        method: 'POST',
        tail: '/stop',
        undo: { kind: 'managed-cluster', runs: (resource) => propertyOf(resource, 'powerState', 'code') === 'Running' },
      }),
  }),
  azureActivity({
    name: 'azure/start-managed-clusters',
    kind: 'action',
    summary: 'Start AKS clusters.',
    aliases: ['chaosazure.aks.actions.start_managed_clusters'],
    parameters: actionParameters,
    permissions: [...READS, `${PERMISSION}/start/action`],
    run: (args, context) => actOnResources(args, context, { ...act, method: 'POST', tail: '/start' }),
  }),
  azureActivity({
    name: 'azure/delete-managed-clusters',
    kind: 'action',
    summary: 'Delete AKS clusters. Can not be undone.',
    aliases: ['chaosazure.aks.actions.delete_managed_clusters'],
    parameters: actionParameters,
    permissions: [...READS, `${PERMISSION}/delete`],
    run: (args, context) => actOnResources(args, context, { ...act, method: 'DELETE', tail: '' }),
  }),
  ...describeAndCount({
    names: ['azure/describe-managed-clusters', 'azure/count-managed-clusters'],
    python: ['chaosazure.aks.probes.describe_managed_clusters', 'chaosazure.aks.probes.count_managed_clusters'],
    type: TYPE,
    plural: 'AKS clusters',
  }),
];
