import { expect, it } from 'vitest';
import { humanDuration } from './ages.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

it.each([
  [0, '0s'],
  [119_000, '119s'],
  [2 * MINUTE + 30_000, '2m30s'],
  [45 * MINUTE, '45m'],
  [3 * HOUR + 20 * MINUTE, '3h20m'],
  [30 * HOUR, '30h'],
  [2 * DAY + 4 * HOUR, '2d4h'],
  [16 * DAY + 5 * HOUR, '16d'],
  [800 * DAY, '2y70d'],
  [-5000, '<invalid>'],
])('%i ms are %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});
