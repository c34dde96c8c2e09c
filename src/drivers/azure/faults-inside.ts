/** Stress, disk, latency and I/O inside machines and scale-set instances: the run-command functions of chaosazure. */
import { z } from 'zod';
import { azureActivity, type AzureActivity, type AzureContext } from './_activity.ts';
import { MACHINE_READS, MACHINE_TYPE } from './_machines.ts';
import { withOperations } from './_operations.ts';
import { beginInside, durationParameter, type InsideFault, timeoutParameter } from './_run-command.ts';
import { type Criteria, findScaleSets, instanceCriteriaParameter, SCALE_SET_READS, selectInstances } from './_scale-sets.ts';
import { filterParameter, idOf, nameOf, performed, requireResources, propertyOf } from './_targets.ts';

interface Where {
  readonly filter?: string | null | undefined;
  readonly instance_criteria?: Criteria;
}

async function onMachines({ filter }: Where, fault: InsideFault, context: AzureContext): Promise<unknown> {
  return withOperations(async (begun) => {
    const resources: unknown[] = [];
    for (const resource of await requireResources(context, { type: MACHINE_TYPE, filter, noneFound: 'No virtual machines found' })) {
      const osType = propertyOf(resource, 'storageProfile', 'osDisk', 'osType');
      const machine = { path: idOf(resource).path, name: nameOf(resource), osType: typeof osType === 'string' ? osType : undefined };
      begun.add(await beginInside(machine, fault, context));
      resources.push(performed(resource, context));
    }
    return { resources };
  });
}

async function onInstances({ filter, instance_criteria }: Where, fault: InsideFault, context: AzureContext): Promise<unknown> {
  return withOperations(async (begun) => {
    const resources: unknown[] = [];
    for (const scaleSet of await findScaleSets(context, filter)) {
      const virtualMachines: unknown[] = [];
      for (const instance of await selectInstances(context, scaleSet, { criteria: instance_criteria })) {
        begun.add(await beginInside(instance, fault, context));
        virtualMachines.push(performed(instance.row, context));
      }
      resources.push({ ...performed(scaleSet.resource, context), virtualMachines });
    }
    return { resources };
  });
}

const cpu = { duration: durationParameter(120), timeout: timeoutParameter };
const disk = {
  ...cpu,
  size: z.number().positive().default(1000).describe('Megabytes to take.'),
  path: z.string().nullish().describe('File to take them with; default /root/burn or C:/burn.'),
};
const latency = {
  duration: durationParameter(60),
  delay: z.number().nonnegative().default(200).describe('Milliseconds added to every packet.'),
  jitter: z.number().nonnegative().default(50).describe('Milliseconds by which the delay varies.'),
  timeout: timeoutParameter,
};
const io = { duration: durationParameter(60), timeout: timeoutParameter };

type Arguments<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;

const cpuFault = ({ duration, timeout }: Arguments<typeof cpu>): InsideFault => ({
  script: 'cpu_stress_test',
  duration,
  timeout,
  parameters: () => ({ duration }),
});
const diskFault = ({ duration, timeout, size, path }: Arguments<typeof disk>): InsideFault => ({
  script: 'fill_disk',
  duration,
  timeout,
  parameters: (os) => ({ duration, size, path: path ?? (os === 'windows' ? 'C:/burn' : '/root/burn') }),
});
const latencyFault = ({ duration, timeout, delay, jitter }: Arguments<typeof latency>): InsideFault => ({
  script: 'network_latency',
  duration,
  timeout,
  parameters: () => ({ duration, delay, jitter }),
});
const ioFault = ({ duration, timeout }: Arguments<typeof io>): InsideFault => ({
  script: 'burn_io',
  duration,
  timeout,
  parameters: () => ({ duration }),
});

const machine = { filter: filterParameter };
const instance = { filter: filterParameter, instance_criteria: instanceCriteriaParameter };
const machinePermissions = [...MACHINE_READS, `${MACHINE_TYPE}/runCommand/action`];
const instancePermissions = [...SCALE_SET_READS, 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action'];

export const insideActivities: readonly AzureActivity[] = [
  azureActivity({
    name: 'azure/stress-machine-cpu',
    kind: 'action',
    summary: 'Keep all processors of virtual machines busy.',
    aliases: ['chaosazure.machine.actions.stress_cpu'],
    parameters: z.strictObject({ ...machine, ...cpu }),
    permissions: machinePermissions,
    run: (args, context) => onMachines(args, cpuFault(args), context),
  }),
  azureActivity({
    name: 'azure/fill-machine-disk',
    kind: 'action',
    summary: 'Take disk space of virtual machines.',
    aliases: ['chaosazure.machine.actions.fill_disk'],
    parameters: z.strictObject({ ...machine, ...disk }),
    permissions: machinePermissions,
    run: (args, context) => onMachines(args, diskFault(args), context),
  }),
  azureActivity({
    name: 'azure/delay-machine-network',
    kind: 'action',
    summary: 'Delay packets that virtual machines send (Linux).',
    aliases: ['chaosazure.machine.actions.network_latency'],
    parameters: z.strictObject({ ...machine, ...latency }),
    permissions: machinePermissions,
    run: (args, context) => onMachines(args, latencyFault(args), context),
  }),
  azureActivity({
    name: 'azure/burn-machine-io',
    kind: 'action',
    summary: 'Keep the disks of virtual machines busy (Linux).',
    aliases: ['chaosazure.machine.actions.burn_io'],
    parameters: z.strictObject({ ...machine, ...io }),
    permissions: machinePermissions,
    run: (args, context) => onMachines(args, ioFault(args), context),
  }),
  azureActivity({
    name: 'azure/stress-vmss-cpu',
    kind: 'action',
    summary: 'Keep all processors of scale-set instances busy.',
    aliases: ['chaosazure.vmss.actions.stress_cpu', 'chaosazure.vmss.actions.stress_vmss_instance_cpu'],
    parameters: z.strictObject({ ...instance, ...cpu }),
    permissions: instancePermissions,
    run: (args, context) => onInstances(args, cpuFault(args), context),
  }),
  azureActivity({
    name: 'azure/fill-vmss-disk',
    kind: 'action',
    summary: 'Take disk space of scale-set instances.',
    aliases: ['chaosazure.vmss.actions.fill_disk'],
    parameters: z.strictObject({ ...instance, ...disk }),
    permissions: instancePermissions,
    run: (args, context) => onInstances(args, diskFault(args), context),
  }),
  azureActivity({
    name: 'azure/delay-vmss-network',
    kind: 'action',
    summary: 'Delay packets that scale-set instances send (Linux).',
    aliases: ['chaosazure.vmss.actions.network_latency'],
    parameters: z.strictObject({ ...instance, ...latency }),
    permissions: instancePermissions,
    run: (args, context) => onInstances(args, latencyFault(args), context),
  }),
  azureActivity({
    name: 'azure/burn-vmss-io',
    kind: 'action',
    summary: 'Keep the disks of scale-set instances busy (Linux).',
    aliases: ['chaosazure.vmss.actions.burn_io'],
    parameters: z.strictObject({ ...instance, ...io }),
    permissions: instancePermissions,
    run: (args, context) => onInstances(args, ioFault(args), context),
  }),
];
