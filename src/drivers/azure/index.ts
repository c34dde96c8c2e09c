/** Faults and probes on Azure. The engine is given descriptors; nothing is contacted until one runs. */
import { type ActivityDescriptor, toActivityDescriptor, toUndoDescriptor, type UndoDescriptor } from '../../experiment/index.ts';
import { type AzureActivity, type Connect, withAzure } from './_activity.ts';
import { connectToAzure } from './_connect.ts';
import { applicationGatewayActivities } from './application-gateways.ts';
import { clusterNodeActivities } from './cluster-nodes.ts';
import { countVmssInstances } from './count-vmss-instances.ts';
import { deallocateVmssInstances } from './deallocate-vmss-instances.ts';
import { deleteVmssInstances } from './delete-vmss-instances.ts';
import { describeVmssInstances } from './describe-vmss-instances.ts';
import { insideActivities } from './faults-inside.ts';
import { machineActivities } from './machines.ts';
import { managedClusterActivities } from './managed-clusters.ts';
import { netappActivities } from './netapp-volumes.ts';
import { postgresqlActivities } from './postgresql.ts';
import { restartVmssInstances } from './restart-vmss-instances.ts';
import { restoreGatewayRoutesUndo } from './restore-gateway-routes-undo.ts';
import { startResourcesUndo } from './start-resources-undo.ts';
import { startVmssInstances } from './start-vmss-instances.ts';
import { startVmssInstancesUndo } from './start-vmss-instances-undo.ts';
import { stopVmssInstances } from './stop-vmss-instances.ts';
import { storageActivities } from './storage.ts';
import { webAppActivities } from './web-apps.ts';

export type { Connect } from './_activity.ts';
export { connectToAzure } from './_connect.ts';

/** One line a fault or probe, or a service's list of them. */
const activities: readonly AzureActivity[] = [
  stopVmssInstances,
  deallocateVmssInstances,
  restartVmssInstances,
  startVmssInstances,
  deleteVmssInstances,
  countVmssInstances,
  describeVmssInstances,
  ...machineActivities,
  ...insideActivities,
  ...clusterNodeActivities,
  ...managedClusterActivities,
  ...webAppActivities,
  ...applicationGatewayActivities,
  ...netappActivities,
  ...storageActivities,
  ...postgresqlActivities,
];

/** All activities and undos, signing in through `connect`. */
export function createAzureDriver(connect: Connect = connectToAzure): {
  readonly activities: readonly ActivityDescriptor[];
  readonly undos: readonly UndoDescriptor[];
} {
  const within = withAzure(connect);
  return {
    activities: activities.map((activity) => toActivityDescriptor(activity, within)),
    undos: [
      toUndoDescriptor(startVmssInstancesUndo, within),
      toUndoDescriptor(startResourcesUndo, within),
      toUndoDescriptor(restoreGatewayRoutesUndo, within),
    ],
  };
}

const driver = createAzureDriver();

/** Every Azure fault and probe. */
export const azureActivities: readonly ActivityDescriptor[] = driver.activities;
/** How what they break is mended. */
export const azureUndos: readonly UndoDescriptor[] = driver.undos;
