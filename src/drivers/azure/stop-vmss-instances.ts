import { azureActivity } from './_activity.ts';
import { actOnScaleSets, START_UNDO } from './_scale-set-act.ts';
import { SCALE_SET_READS, scaleSetParameters } from './_scale-sets.ts';

/** Powers instances off; they stay allocated and billed. One that is already down is never chosen. */
export const stopVmssInstances = azureActivity({
  name: 'azure/stop-vmss-instances',
  kind: 'action',
  summary: 'Power off instances of virtual machine scale sets: those that meet the criteria, or one of each scale set at random.',
  aliases: ['chaosazure.vmss.actions.stop_vmss'],
  parameters: scaleSetParameters,
  permissions: [...SCALE_SET_READS, 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/powerOff/action'],
  undo: START_UNDO,
  run: (args, context) =>
    actOnScaleSets(args, context, {
      method: 'POST',
      tail: '/powerOff',
      query: { skipShutdown: 'false' },
      only: (state) => state !== 'stopped' && state !== 'deallocated' && state !== 'stopping' && state !== 'deallocating',
      undoMode: 'stop',
    }),
});
