export { CONTROLLERS } from './controllers.ts';
export type { MachineState } from './runtime/controller.ts';
export { startControllers } from './start-controllers.ts';
export type { ControllersOptions } from './start-controllers.ts';
export { volumesAttached } from './storage/claimed-volumes.ts';
export { startScheduler } from './scheduler/start-scheduler.ts';
