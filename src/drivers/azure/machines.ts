/** Plain virtual machines: `chaosazure.machine`. */
import { azureActivity, type AzureActivity } from './_activity.ts';
import {
  deleteMachinesAct,
  MACHINE_READS as READS,
  MACHINE_TYPE,
  restartMachinesAct,
  startMachinesAct,
  stopMachinesAct,
} from './_machines.ts';
import { actOnResources, START_RESOURCES_UNDO } from './_resource-act.ts';
import { actionParameters, describeAndCount } from './_targets.ts';

export const machineActivities: readonly AzureActivity[] = [
  azureActivity({
    name: 'azure/stop-machines',
    kind: 'action',
    summary: 'Power off virtual machines; they stay allocated and billed.',
    aliases: ['chaosazure.machine.actions.stop_machines'],
    parameters: actionParameters,
    permissions: [...READS, `${MACHINE_TYPE}/powerOff/action`],
    undo: START_RESOURCES_UNDO,
    run: (args, context) => actOnResources(args, context, stopMachinesAct),
  }),
  azureActivity({
    name: 'azure/restart-machines',
    kind: 'action',
    summary: 'Restart virtual machines.',
    aliases: ['chaosazure.machine.actions.restart_machines'],
    parameters: actionParameters,
    permissions: [...READS, `${MACHINE_TYPE}/restart/action`],
    run: (args, context) => actOnResources(args, context, restartMachinesAct),
  }),
  azureActivity({
    name: 'azure/start-machines',
    kind: 'action',
    summary: 'Start those of the matching virtual machines that are stopped or deallocated.',
    aliases: ['chaosazure.machine.actions.start_machines'],
    parameters: actionParameters,
    permissions: [...READS, `${MACHINE_TYPE}/start/action`],
    run: (args, context) => actOnResources(args, context, startMachinesAct),
  }),
  azureActivity({
    name: 'azure/delete-machines',
    kind: 'action',
    summary: 'Delete virtual machines. Can not be undone.',
    aliases: ['chaosazure.machine.actions.delete_machines'],
    parameters: actionParameters,
    permissions: [...READS, `${MACHINE_TYPE}/delete`],
    run: (args, context) => actOnResources(args, context, deleteMachinesAct),
  }),
  ...describeAndCount({
    names: ['azure/describe-machines', 'azure/count-machines'],
    python: ['chaosazure.machine.probes.describe_machines', 'chaosazure.machine.probes.count_machines'],
    type: MACHINE_TYPE,
    plural: 'virtual machines',
  }),
];
