import { expect, it } from 'vitest';
import { wallTime } from './wall-time.ts';

it.each([
  [0, '1970-01-01T00:00:00.000000+00:00'],
  [1_767_225_599_999.9996, '2026-01-01T00:00:00.000000+00:00'],
  [1_767_225_599_123.4567, '2025-12-31T23:59:59.123457+00:00'],
])('writes %d as the journal does', (ms, text) => {
  expect(wallTime(ms)).toBe(text);
});

it('has words for a moment beyond all dates: a pause may be as long as a number can be', () => {
  expect(wallTime(1e308)).toMatch(/^\+275760-/);
});
