/** Starts the controllers of the list. */
import type { Logger } from '../../base/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import { CONTROLLERS } from './controllers.ts';
import { createEventRecorder, type EventRecorder } from './runtime/event-recorder.ts';
import { DEFAULT_CONTROLLER_TIMING, type ControllerContext, type ControllerTiming, type MachineState } from './runtime/controller.ts';

export interface ControllersOptions {
  readonly log: Logger;
  readonly timing?: Partial<ControllerTiming>;
  /** The minor version of Kubernetes that is played; 36 without. */
  readonly minor?: number;
  /** What the cloud says of a node's machine; without it there is no cloud and its controller rests. */
  readonly machineState?: (node: string) => MachineState;
}

const NEWEST_MINOR = 36;

/** Starts them all on the api's clock and chance. */
export function startControllers(api: LabApi, { log, timing, minor = NEWEST_MINOR, machineState }: ControllersOptions): { stop(): void } {
  const recorders = new Map<string, EventRecorder>();
  const context: ControllerContext = {
    api,
    clock: api.clock,
    random: api.random.fork('controllers'),
    log,
    timing: { ...DEFAULT_CONTROLLER_TIMING, ...timing },
    minor,
    machineState,
    recorder: (component) => {
      const recorder = recorders.get(component) ?? createEventRecorder(api, api.clock, component);
      recorders.set(component, recorder);
      return recorder;
    },
  };
  const cancels = CONTROLLERS.map((controller) => controller.start(context));
  return {
    stop: () => {
      for (const cancel of cancels) cancel();
    },
  };
}
