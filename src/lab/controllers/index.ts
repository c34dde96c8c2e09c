export { CONTROLLERS } from './controllers.ts';
export { DEFAULT_CONTROLLER_TIMING } from './runtime/controller.ts';
export type { Controller, ControllerTiming, MachineState } from './runtime/controller.ts';
export { startControllers } from './start-controllers.ts';
export type { ControllersOptions } from './start-controllers.ts';
export { startScheduler } from './scheduler/start-scheduler.ts';
export type { SchedulerOptions } from './scheduler/start-scheduler.ts';
