import { describe, expect, it } from 'vitest';
import { formatDuration, formatPercent } from '../src/base/index.ts';
import { duration, percent } from './format.ts';

describe('the words of the page', () => {
  it.each([0, 1, 49, 400, 949, 950, 1000, 9949, 9950, 59_600, 60_000, 61_400, 3_599_600, 3_600_000, 7_260_000, 172_800_000, 400_000_000])(
    'are those of the command line for %d ms',
    (ms) => expect(duration(ms)).toBe(formatDuration(ms)),
  );

  it.each([0, 0.001, 0.29, 0.5469, 0.9899, 0.99, 0.99949, 0.999999, 1])('are those of the command line for a share of %d', (share) => {
    expect(percent(share)).toBe(formatPercent(share));
  });
});
