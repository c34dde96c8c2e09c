export { ApiError } from './types.ts';
export type * from './types.ts';
