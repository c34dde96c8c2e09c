export type * from './types.ts';
export { clockSettingsFor } from './clock-settings.ts';
export { describePrediction, describeService } from './describe-prediction.ts';
export { isDataStore } from './data-store.ts';
export { predictFailure } from './predict-failure.ts';
export { failuresOf, sweep, sweepEach } from './sweep.ts';
export type { SweepChoice } from './sweep.ts';
