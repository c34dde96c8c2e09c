import { azureActivity } from './_activity.ts';
import { actOnScaleSets, START_UNDO } from './_scale-set-act.ts';
import { SCALE_SET_READS, scaleSetParameters } from './_scale-sets.ts';

/** Stops instances and gives their hardware back. One that is already down is never chosen. */
export const deallocateVmssInstances = azureActivity({
  name: 'azure/deallocate-vmss-instances',
  kind: 'action',
  summary: 'Deallocate instances of virtual machine scale sets: those that meet the criteria, or one of each scale set at random.',
  aliases: ['chaosazure.vmss.actions.deallocate_vmss'],
  parameters: scaleSetParameters,
  permissions: [...SCALE_SET_READS, 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/deallocate/action'],
  undo: START_UNDO,
  run: (args, context) =>
    actOnScaleSets(args, context, {
      method: 'POST',
      tail: '/deallocate',
      only: (state) => state !== 'stopped' && state !== 'deallocated' && state !== 'stopping' && state !== 'deallocating',
      undoMode: 'deallocate',
    }),
});
