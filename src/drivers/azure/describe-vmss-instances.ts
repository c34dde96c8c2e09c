import { azureActivity } from './_activity.ts';
import { instancePowerState, listInstances, SCALE_SET_READS, SCALE_SET_TYPE, scaleSetOf } from './_scale-sets.ts';
import { filterParameters, findResources } from './_targets.ts';

/** The instances with what they are doing now. */
export const describeVmssInstances = azureActivity({
  name: 'azure/describe-vmss-instances',
  kind: 'probe',
  summary: 'Instances of the matching virtual machine scale sets with their power states. Not known to the Chaos Toolkit.',
  aliases: ['chaosazure.vmss.probes.describe_instances'],
  parameters: filterParameters,
  permissions: SCALE_SET_READS,
  run: async ({ filter }, { arm, signal }) => {
    const rows: unknown[] = [];
    for (const resource of await findResources(arm, SCALE_SET_TYPE, filter, signal)) {
      const instances = await listInstances(arm, scaleSetOf(resource), signal);
      for (const instance of instances) rows.push({ ...instance.row, power_state: await instancePowerState(arm, instance.path, signal) });
    }
    return rows;
  },
});
