export { startLab } from './start-lab.ts';
export type * from './types.ts';
