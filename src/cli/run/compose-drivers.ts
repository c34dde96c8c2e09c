import { azureUndos } from '../../drivers/azure/index.ts';
import { kubernetesUndos } from '../../drivers/kubernetes/index.ts';
import { httpProvider } from '../../drivers/http/index.ts';
import { processProvider } from '../../drivers/process/index.ts';
import { createJavascriptRoom } from '../../drivers/javascript/index.ts';
import { type PythonRoom, createPythonRoom } from '../../drivers/python/index.ts';
import type { ActivityDescriptor, ActivityProvider, Control, RunOptions, UndoDescriptor } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import { nativeActivities } from '../native-activities.ts';
import { verifyNodesAfter } from './verify-nodes-after.ts';

/** Everything that an experiment can use. */
export interface Drivers {
  readonly activities: readonly ActivityDescriptor[];
  readonly providers: readonly ActivityProvider[];
  readonly undos: readonly UndoDescriptor[];
  readonly controls: NonNullable<RunOptions['controls']>;
  readonly python: Pick<PythonRoom, 'notify'>;
  /** Ends what was started for Python activities, if anything. */
  stop(): Promise<void>;
}

/** Puts the drivers together for a command. Nothing is started or contacted before an activity needs it. `controls` hold for every experiment. */
export function composeDrivers(context: CommandContext, controls: readonly Control[] = []): Drivers {
  const python = createPythonRoom({ env: context.env });
  const javascript = createJavascriptRoom({ folder: context.cwd });
  const rooms = [python, javascript];
  const roomFor = (type: string | undefined) => rooms.find((room) => room.provider.type === type);
  return {
    activities: nativeActivities,
    providers: [httpProvider(), processProvider(context.env), python.provider, javascript.provider],
    undos: [...azureUndos.map((undo) => verifyNodesAfter(undo, context.kubernetes)), ...kubernetesUndos],
    controls: {
      global: controls,
      handles: (control) => roomFor(control.provider?.type) !== undefined,
      call: async (call) => roomFor(call.control.provider?.type)?.callControl(call),
    },
    python,
    stop: () => python.stop(),
  };
}
