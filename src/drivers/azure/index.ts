/** Faults and probes on Azure. The engine is given descriptors; nothing is contacted until one runs. */
import type { ActivityDescriptor, UndoDescriptor } from '../../experiment/index.ts';
import { type Connect, toActivityDescriptor, toUndoDescriptor } from './_activity.ts';
import { connectToAzure } from './_connect.ts';
import { countVmssInstances } from './count-vmss-instances.ts';
import { deallocateVmssInstances } from './deallocate-vmss-instances.ts';
import { deleteVmssInstances } from './delete-vmss-instances.ts';
import { describeVmssInstances } from './describe-vmss-instances.ts';
import { restartVmssInstances } from './restart-vmss-instances.ts';
import { startVmssInstances } from './start-vmss-instances.ts';
import { startVmssInstancesUndo } from './start-vmss-instances-undo.ts';
import { stopVmssInstances } from './stop-vmss-instances.ts';

export type { Connect } from './_activity.ts';

/** All activities and undos, signing in through `connect`. */
export function createAzureDriver(connect: Connect = connectToAzure): {
  readonly activities: readonly ActivityDescriptor[];
  readonly undos: readonly UndoDescriptor[];
} {
  // One line a fault or probe.
  const activities = [
    activity(stopVmssInstances, connect),
    activity(deallocateVmssInstances, connect),
    activity(restartVmssInstances, connect),
    activity(startVmssInstances, connect),
    activity(deleteVmssInstances, connect),
    activity(countVmssInstances, connect),
    activity(describeVmssInstances, connect),
  ];
  return { activities, undos: [toUndoDescriptor(startVmssInstancesUndo, connect)] };
}

const activity = toActivityDescriptor;
const driver = createAzureDriver();

/** Every Azure fault and probe. */
export const azureActivities: readonly ActivityDescriptor[] = driver.activities;
/** How what they break is mended. */
export const azureUndos: readonly UndoDescriptor[] = driver.undos;
