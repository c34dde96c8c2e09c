import { azureActivity } from './_activity.ts';
import { SCALE_SET_READS, SCALE_SET_TYPE, listInstances, scaleSetOf } from './_scale-sets.ts';
import { filterParameters, findResources } from './_targets.ts';

/** Counts instances, not scale sets as the Chaos Toolkit's extension does. */
export const countVmssInstances = azureActivity({
  name: 'azure/count-vmss-instances',
  kind: 'probe',
  summary: 'Number of instances of the matching virtual machine scale sets.',
  aliases: ['chaosazure.vmss.probes.count_instances'],
  parameters: filterParameters,
  permissions: SCALE_SET_READS,
  run: async ({ filter }, { arm, signal }) => {
    let count = 0;
    for (const resource of await findResources(arm, SCALE_SET_TYPE, filter, signal)) {
      count += (await listInstances(arm, scaleSetOf(resource), signal)).length;
    }
    return count;
  },
});
