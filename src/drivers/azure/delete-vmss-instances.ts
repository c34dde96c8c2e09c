import { azureActivity } from './_activity.ts';
import { actOnScaleSets } from './_scale-set-act.ts';
import { SCALE_SET_READS, scaleSetParameters } from './_scale-sets.ts';

/** Deletes instances for good: nothing brings them back. */
export const deleteVmssInstances = azureActivity({
  name: 'azure/delete-vmss-instances',
  kind: 'action',
  summary:
    'Delete instances of virtual machine scale sets: those that meet the criteria, or one of each scale set at random. Can not be undone.',
  aliases: ['chaosazure.vmss.actions.delete_vmss'],
  parameters: scaleSetParameters,
  permissions: [...SCALE_SET_READS, 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/delete'],
  run: (args, context) => actOnScaleSets(args, context, { method: 'DELETE', tail: '' }),
});
