export * from './after-network-limit.ts';
export * from './clock.ts';
export * from './duration.ts';
export * from './evenkeel-error.ts';
export * from './group-by.ts';
export * from './logger.ts';
export * from './random.ts';
export * from './text.ts';
