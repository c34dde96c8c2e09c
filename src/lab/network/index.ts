export { createLabNetwork } from './create-lab-network.ts';
export type * from './types.ts';
