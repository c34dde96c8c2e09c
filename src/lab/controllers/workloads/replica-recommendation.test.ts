import { describe, expect, it } from 'vitest';
import { recommendedReplicas, type Measured } from './replica-recommendation.ts';

const tolerance = { up: 0.1, down: 0.1 };
const measured = (percents: readonly number[], current: number, rest: Partial<Measured> = {}): Measured => ({
  samples: percents.map((value) => ({ value, request: 100 })),
  missing: [],
  unready: [],
  target: { percent: 50 },
  current,
  tolerance,
  ...rest,
});

describe('recommended replicas', () => {
  it.each([
    ['follow the ratio upwards', measured([90, 90], 2), 4],
    ['follow the ratio downwards', measured([10, 10, 10, 10], 4), 1],
    ['stay within the tolerance', measured([54, 54], 2), 2],
    ['leave it when a tolerance of their own says so', measured([54, 54], 2, { tolerance: { up: 0.05, down: 0.1 } }), 3],
    ['count pods of a lost node as idle on the way up', measured([90, 90], 3, { missing: [100] }), 4],
    ['stay when lost pods would turn the way up round', measured([60], 3, { missing: [100, 100] }), 3],
    ['count them as busy on the way down', measured([10, 10, 10], 4, { missing: [100] }), 3],
    ['stay when busy ones would turn the way down round', measured([10, 10], 4, { missing: [100, 100] }), 4],
    ['count unready pods as idle on the way up', measured([150, 150], 4, { unready: [100, 100] }), 6],
    ['leave unready pods out on the way down', measured([10, 10], 4, { unready: [100, 100] }), 1],
    ['follow an average for each pod', measured([300, 300], 2, { target: { averageValue: 200 } }), 3],
    [
      'take what is missing to be at that average on the way down',
      measured([50, 50], 3, { target: { averageValue: 200 }, missing: [0] }),
      2,
    ],
  ])('%s', (_, given, wanted) => {
    expect(recommendedReplicas(given).replicas).toBe(wanted);
  });

  it('tell the use of ready pods alone', () => {
    expect(recommendedReplicas(measured([90, 71], 2, { unready: [100] }))).toMatchObject({ utilization: 80, average: 80 });
    expect(recommendedReplicas(measured([90], 1, { target: { averageValue: 45 } }))).toEqual({
      replicas: 2,
      utilization: undefined,
      average: 90,
    });
  });
});
