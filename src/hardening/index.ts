export { applyChanges } from './apply-changes.ts';
export { FIXES } from './fixes/index.ts';
export { planHardening } from './plan-hardening.ts';
export { simulateRollout, type RolloutResult, type StuckRollout } from './simulate-rollout.ts';
export type * from './types.ts';
