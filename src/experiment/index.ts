export type * from './journal.ts';
export type * from './ports.ts';
export type * from './spec.ts';
