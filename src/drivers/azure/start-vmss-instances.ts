import { azureActivity } from './_activity.ts';
import { actOnScaleSets } from './_scale-set-act.ts';
import { SCALE_SET_READS, scaleSetParameters } from './_scale-sets.ts';

/** Starts instances that are down: those that meet the criteria, or all of the matching scale sets. None down is no error. */
export const startVmssInstances = azureActivity({
  name: 'azure/start-vmss-instances',
  kind: 'action',
  summary: 'Start the stopped or deallocated instances of virtual machine scale sets. Not known to the Chaos Toolkit.',
  aliases: ['chaosazure.vmss.actions.start_vmss'],
  parameters: scaleSetParameters,
  permissions: [...SCALE_SET_READS, 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/start/action'],
  run: (args, context) =>
    actOnScaleSets(args, context, {
      method: 'POST',
      tail: '/start',
      only: (state) => state === 'stopped' || state === 'deallocated',
      all: true,
    }),
});
