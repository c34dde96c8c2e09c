import { describe, expect, it } from 'vitest';
import { leastAllowed, mostAllowed, stabilized, windowsMs } from './scaling-behavior.ts';

const MINUTE = 60_000;
const policies = (type: string, value: number, periodSeconds = 60) => [{ type, value, periodSeconds }];

describe('the behaviour of an autoscaler', () => {
  it.each([
    ['by default doubles, or adds four', {}, 3, [], 7],
    ['by default doubles, or adds four', {}, 10, [], 20],
    ['without any behavior doubles', undefined, 3, [], 6],
    ['without any behavior goes to four at least', undefined, 1, [], 4],
    ['counts what was added within the period', { policies: policies('Pods', 4) }, 8, [{ atMs: -30_000, change: 3 }], 9],
    ['forgets what was added before', { policies: policies('Pods', 4) }, 8, [{ atMs: -2 * MINUTE, change: 3 }], 12],
    [
      'takes the smaller change when told so',
      { selectPolicy: 'Min', policies: [...policies('Pods', 1), ...policies('Percent', 100)] },
      8,
      [],
      9,
    ],
    ['stays when it is switched off', { selectPolicy: 'Disabled' }, 8, [], 8],
  ])('on the way up %s', (_, scaleUp, current, rescalings, most) => {
    expect(mostAllowed({ behavior: scaleUp && { scaleUp }, current, rescalings, nowMs: 0 })).toBe(most);
  });

  it.each([
    ['by default goes down at once', undefined, 8, [], 0],
    ['takes away a tenth', { policies: policies('Percent', 10) }, 20, [], 18],
    ['counts what was taken away within the period', { policies: policies('Pods', 2) }, 7, [{ atMs: -30_000, change: -1 }], 6],
    ['stays when it is switched off', { selectPolicy: 'Disabled' }, 8, [], 8],
  ])('on the way down %s', (_, scaleDown, current, rescalings, least) => {
    expect(leastAllowed({ behavior: scaleDown && { scaleDown }, current, rescalings, nowMs: 0 })).toBe(least);
  });

  it('waits for its windows: five minutes on the way down by default, none on the way up', () => {
    const windows = windowsMs(undefined, 5 * MINUTE);
    const recommendations = [{ atMs: 0, replicas: 6 }];
    expect(stabilized(recommendations, { current: 6, latest: { atMs: MINUTE, replicas: 2 }, windows })).toBe(6);
    expect(stabilized(recommendations, { current: 6, latest: { atMs: 6 * MINUTE, replicas: 2 }, windows })).toBe(2);
    expect(stabilized(recommendations, { current: 6, latest: { atMs: MINUTE, replicas: 9 }, windows })).toBe(9);
    const slow = windowsMs({ scaleUp: { stabilizationWindowSeconds: 120 } }, 0);
    expect(stabilized(recommendations, { current: 6, latest: { atMs: MINUTE, replicas: 9 }, windows: slow })).toBe(6);
  });
});
