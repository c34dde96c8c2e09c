export * from './power-state.ts';
export * from './resource-id.ts';
