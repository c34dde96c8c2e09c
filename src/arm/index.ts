export * from './arm-error.ts';
export type * from './operation-status.ts';
export * from './power-state.ts';
export * from './resource-id.ts';
