export { createSchedulingState } from './scheduling-state.ts';
export * from './types.ts';
