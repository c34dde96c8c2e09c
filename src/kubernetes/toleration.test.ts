import { describe, expect, it } from 'vitest';
import { smallestTolerationSeconds, tolerates } from './toleration.ts';

const UNREACHABLE = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };

describe('tolerations', () => {
  it.each([
    ['the same key, value and effect', { key: 'a', value: 'b', effect: 'NoSchedule' }, true],
    ['another value', { key: 'a', value: 'c', effect: 'NoSchedule' }, false],
    ['any value', { key: 'a', operator: 'Exists' }, true],
    ['everything', { operator: 'Exists' }, true],
    ['another effect', { key: 'a', operator: 'Exists', effect: 'NoExecute' }, false],
    ['an operator of the future', { key: 'a', operator: 'Near', value: 'b' }, false],
  ])('with %s', (_name, toleration, expected) => {
    expect(tolerates({ key: 'a', value: 'b', effect: 'NoSchedule' }, [toleration])).toBe(expected);
  });

  it('lets a pod stay for the least of the times that apply', () => {
    const five = { key: UNREACHABLE.key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };
    const ten = { operator: 'Exists', tolerationSeconds: 10 };
    expect(smallestTolerationSeconds([UNREACHABLE], [five])).toBe(300);
    expect(smallestTolerationSeconds([UNREACHABLE], [five, ten])).toBe(10);
    expect(smallestTolerationSeconds([UNREACHABLE], [{ operator: 'Exists' }])).toBe(Infinity);
    expect(smallestTolerationSeconds([UNREACHABLE], [])).toBe(0);
    expect(smallestTolerationSeconds([{ key: 'a', effect: 'NoSchedule' }], [])).toBe(Infinity);
  });
});
