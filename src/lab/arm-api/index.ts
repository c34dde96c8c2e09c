export { createLabAzure } from './_lab-azure.ts';
export type * from './types.ts';
