/** Nodes of AKS clusters by way of the cluster: `chaosazure.aks`, node functions. */
import type { z } from 'zod';
import { EvenkeelError } from '../../base/index.ts';
import { azureActivity, type AzureActivity, type AzureContext } from './_activity.ts';
import { deleteMachinesAct, MACHINE_READS, MACHINE_TYPE, restartMachinesAct, stopMachinesAct } from './_machines.ts';
import { withOperations } from './_operations.ts';
import { actOn, type ResourceAct, START_RESOURCES_UNDO } from './_resource-act.ts';
import { actOnScaleSet, type ScaleSetAct } from './_scale-set-act.ts';
import { SCALE_SET_READS, SCALE_SET_TYPE, scaleSetOf } from './_scale-sets.ts';
import { actionParameters, findResources, nameOf, requireResources, propertyOf } from './_targets.ts';

const CLUSTER_TYPE = 'Microsoft.ContainerService/ManagedClusters';
const isUp: NonNullable<ScaleSetAct['only']> = (state) => state === 'running' || state === 'starting' || state === 'unknown';

interface NodeAct {
  readonly machines: ResourceAct;
  readonly scaleSet: ScaleSetAct;
}

/**
 * Draws one of the matching clusters. Its plain machines are all acted on, as chaosazure does; when it has none, because its node
 * pools are scale sets, one instance of one pool at random.
 */
async function actOnNodes(args: z.infer<typeof actionParameters>, context: AzureContext, act: NodeAct): Promise<unknown> {
  const { arm, random, signal } = context;
  const cluster = random.pick(
    await requireResources(context, { type: CLUSTER_TYPE, filter: args.filter, noneFound: 'No AKS clusters found' }),
  );
  const group = propertyOf(cluster, 'nodeResourceGroup');
  if (typeof group !== 'string') {
    throw new EvenkeelError('TARGET_FAILED', `cluster ${nameOf(cluster)} names no node resource group`, { blame: 'target' });
  }
  const inGroup = `where resourceGroup =~ '${group}'`;
  const limitMs = args.operation_timeout * 1000;
  const machines = await findResources(arm, MACHINE_TYPE, inGroup, signal);
  if (machines.length > 0) {
    const chosen = act.machines.choose === undefined ? machines : await act.machines.choose(machines, context);
    return actOn(chosen, context, { ...act.machines, limitMs });
  }
  const pools = await findResources(arm, SCALE_SET_TYPE, inGroup, signal);
  if (pools.length === 0) {
    throw new EvenkeelError('NOT_FOUND', 'No virtual machines found', {
      blame: 'input',
      hint: `Node resource group ${group} of cluster ${nameOf(cluster)} has neither machines nor scale sets.`,
    });
  }
  const scaleSet = scaleSetOf(pools.length === 1 ? (pools[0] ?? {}) : random.pick(pools));
  return withOperations(async (begun) => ({
    resources: [await actOnScaleSet({ scaleSet, criteria: undefined, limitMs, act: act.scaleSet }, context, begun)],
  }));
}

const permissionsFor = (...actions: readonly string[]): string[] => [
  'Microsoft.ContainerService/managedClusters/read',
  ...MACHINE_READS,
  ...SCALE_SET_READS,
  ...actions.flatMap((action) => [
    `Microsoft.Compute/virtualMachines/${action}`,
    `Microsoft.Compute/virtualMachineScaleSets/virtualMachines/${action}`,
  ]),
];

export const clusterNodeActivities: readonly AzureActivity[] = [
  azureActivity({
    name: 'azure/stop-cluster-nodes',
    kind: 'action',
    summary: 'Power off nodes of one matching AKS cluster: a random instance of its scale sets, or its plain machines.',
    aliases: ['chaosazure.aks.actions.stop_node'],
    parameters: actionParameters,
    permissions: permissionsFor('powerOff/action'),
    undo: START_RESOURCES_UNDO,
    run: (args, context) =>
      actOnNodes(args, context, {
        machines: stopMachinesAct,
        scaleSet: { method: 'POST', tail: '/powerOff', query: { skipShutdown: 'false' }, only: isUp, undoMode: 'stop' },
      }),
  }),
  azureActivity({
    name: 'azure/restart-cluster-nodes',
    kind: 'action',
    summary: 'Restart nodes of one matching AKS cluster: a random instance of its scale sets, or its plain machines.',
    aliases: ['chaosazure.aks.actions.restart_node'],
    parameters: actionParameters,
    permissions: permissionsFor('restart/action'),
    run: (args, context) =>
      actOnNodes(args, context, {
        machines: restartMachinesAct,
        scaleSet: { method: 'POST', tail: '/restart', only: (state) => state === 'running', undoMode: 'restart' },
      }),
  }),
  azureActivity({
    name: 'azure/delete-cluster-nodes',
    kind: 'action',
    summary: 'Delete nodes of one matching AKS cluster: a random instance of its scale sets, or its plain machines. Can not be undone.',
    aliases: ['chaosazure.aks.actions.delete_node'],
    parameters: actionParameters,
    permissions: permissionsFor('delete'),
    run: (args, context) => actOnNodes(args, context, { machines: deleteMachinesAct, scaleSet: { method: 'DELETE', tail: '' } }),
  }),
];
