export { createLabApi } from './lab-api.ts';
export type { LabApiOptions } from './lab-api.ts';
export { ApiError } from './types.ts';
export type * from './types.ts';
