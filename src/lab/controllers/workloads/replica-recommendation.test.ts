import { describe, expect, it } from 'vitest';
import { recommendedReplicas } from './replica-recommendation.ts';

describe('recommended replicas', () => {
  it.each([
    ['follow the ratio upwards', { utilizations: [90, 90], missing: 0, targetPercent: 50, current: 2 }, 4],
    ['follow the ratio downwards', { utilizations: [10, 10, 10, 10], missing: 0, targetPercent: 50, current: 4 }, 1],
    ['stay within the tolerance', { utilizations: [54, 54], missing: 0, targetPercent: 50, current: 2 }, 2],
    ['count pods of a lost node as idle on the way up', { utilizations: [90, 90], missing: 1, targetPercent: 50, current: 3 }, 4],
    ['stay when lost pods would turn the way up round', { utilizations: [60], missing: 2, targetPercent: 50, current: 3 }, 3],
    ['count them as busy on the way down', { utilizations: [10, 10], missing: 2, targetPercent: 50, current: 4 }, 3],
  ])('%s', (_, measured, wanted) => {
    expect(recommendedReplicas(measured)).toBe(wanted);
  });
});
