export { chaosMain } from './main.ts';
export type { ChaosIo } from './chaos-io.ts';
