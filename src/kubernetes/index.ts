export * from './objects.ts';
export * from './resources.ts';
export * from './selector.ts';
