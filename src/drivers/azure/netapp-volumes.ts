/** NetApp volumes: `chaosazure.netapp`. */
import { formatResourceId } from '../../arm/index.ts';
import { azureActivity, type AzureActivity } from './_activity.ts';
import { API } from './_api-versions.ts';
import { actOnResources } from './_resource-act.ts';
import { actionParameters, describeAndCount, idOf, nameOf, performedBriefly, type Resource } from './_targets.ts';

const TYPE = 'Microsoft.NetApp/netAppAccounts/capacityPools/volumes';

/** A row's name is `account/pool/volume`. */
function pathOf(resource: Resource): string {
  const { subscriptionId, resourceGroup } = idOf(resource);
  return formatResourceId({ subscriptionId, resourceGroup, type: TYPE, names: nameOf(resource).split('/') });
}

export const netappActivities: readonly AzureActivity[] = [
  azureActivity({
    name: 'azure/delete-netapp-volumes',
    kind: 'action',
    summary: 'Delete NetApp volumes. Can not be undone.',
    aliases: ['chaosazure.netapp.actions.delete_netapp_volumes'],
    parameters: actionParameters,
    permissions: ['Microsoft.ResourceGraph/resources/read', `${TYPE}/read`, `${TYPE}/delete`],
    run: (args, context) =>
      actOnResources(args, context, {
        type: TYPE,
        noneFound: 'No Netapp volumes found',
        method: 'DELETE',
        tail: '',
        apiVersion: API.netApp,
        pathOf,
        describe: performedBriefly,
      }),
  }),
  ...describeAndCount({
    names: ['azure/describe-netapp-volumes', 'azure/count-netapp-volumes'],
    python: ['chaosazure.netapp.probes.describe_netapp_volumes', 'chaosazure.netapp.probes.count_netapp_volumes'],
    type: TYPE,
    plural: 'NetApp volumes',
  }),
];
