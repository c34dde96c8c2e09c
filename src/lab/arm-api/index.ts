export { createLabAzure, defaultAzureTimings, type LabAzureOptions } from './create-lab-azure.ts';
export type * from './types.ts';
