export { createLabAzure, defaultAzureTimings, type LabAzureOptions } from './_lab-azure.ts';
export type * from './types.ts';
