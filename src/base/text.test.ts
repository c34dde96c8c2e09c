import { expect, it } from 'vitest';
import { nearest } from './text.ts';

it.each([
  ['gaurd', 'guard'],
  ['nmae', 'name'],
  ['url', 'url'],
  ['ulr', 'url'],
  ['toleranec', 'tolerance'],
  ['GUARD', 'guard'],
])('takes %s for %s: two letters in the wrong order are one mistake', (word, meant) => {
  expect(nearest(word, ['name', 'guard', 'url', 'tolerance', 'defaults'])).toBe(meant);
});

it('has no suggestion for a word that is far from all', () => {
  expect(nearest('abc', ['bca', 'xyz'])).toBeUndefined();
  expect(nearest('whatever', ['name', 'guard'])).toBeUndefined();
});
