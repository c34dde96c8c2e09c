export * from './objects.ts';
export * from './resources.ts';
export * from './selector.ts';
export * from './pod-requests.ts';
export * from './quantity.ts';
export * from './toleration.ts';
export * from './node-selector.ts';
export * from './pod-scheduling-defaults.ts';
