import { azureActivities, azureUndos } from '../../drivers/azure/index.ts';
import { helloActivities } from '../../drivers/hello/index.ts';
import { kubernetesActivities, kubernetesUndos } from '../../drivers/kubernetes/index.ts';
import { httpProvider } from '../../drivers/http/index.ts';
import { processProvider } from '../../drivers/process/index.ts';
import type { ActivityDescriptor, ActivityProvider, UndoDescriptor } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import { verifyNodesAfter } from './verify-nodes-after.ts';

/** Everything that an experiment can use. */
export interface Drivers {
  readonly activities: readonly ActivityDescriptor[];
  readonly providers: readonly ActivityProvider[];
  readonly undos: readonly UndoDescriptor[];
}

/** Puts the drivers together for a command. */
export function composeDrivers(context: CommandContext): Drivers {
  return {
    activities: [...azureActivities, ...kubernetesActivities, ...helloActivities],
    providers: [httpProvider(), processProvider()],
    undos: [...azureUndos.map((undo) => verifyNodesAfter(undo, context.kubernetes)), ...kubernetesUndos],
  };
}
