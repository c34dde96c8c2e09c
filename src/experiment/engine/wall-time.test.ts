import { expect, it } from 'vitest';
import { wallTime } from './wall-time.ts';

it.each([
  [0, '1970-01-01T00:00:00.000000+00:00'],
  [1.5, '1970-01-01T00:00:00.001500+00:00'],
  [0.9999, '1970-01-01T00:00:00.001000+00:00'],
])('writes %d as the journal does', (ms, text) => {
  expect(wallTime(ms)).toBe(text);
});

it('has words for a moment beyond all dates: a pause may be as long as a number can be', () => {
  expect(wallTime(1e308)).toMatch(/^\+275760-/);
});
