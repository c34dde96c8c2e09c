import { azureActivity } from './_activity.ts';
import { actOnScaleSets, START_UNDO } from './_scale-set-act.ts';
import { SCALE_SET_READS, scaleSetParameters } from './_scale-sets.ts';

/** Restarts running instances. The undo matters when the restart ends halfway. */
export const restartVmssInstances = azureActivity({
  name: 'azure/restart-vmss-instances',
  kind: 'action',
  summary: 'Restart instances of virtual machine scale sets: those that meet the criteria, or one of each scale set at random.',
  aliases: ['chaosazure.vmss.actions.restart_vmss'],
  parameters: scaleSetParameters,
  permissions: [...SCALE_SET_READS, 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/restart/action'],
  undo: START_UNDO,
  run: (args, context) =>
    actOnScaleSets(args, context, { method: 'POST', tail: '/restart', only: (state) => state === 'running', undoMode: 'restart' }),
});
