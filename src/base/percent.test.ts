import { expect, it } from 'vitest';
import { formatPercent, readShare } from './percent.ts';

it.each([
  [1, '100 %'],
  [0.99999, '99.99 %'],
  [0.9995, '99.95 %'],
  [0.999, '99.9 %'],
  [0.29, '29 %'],
  [0.8759, '87.5 %'],
  [0, '0 %'],
])('formatPercent(%d) is %s', (share, words) => {
  expect(formatPercent(share)).toBe(words);
});

it.each([
  ['99.9%', 0.999],
  [' 34 % ', 0.34],
  ['0.34', 0.34],
  ['1', 1],
  ['100%', 1],
  ['101%', undefined],
  ['34', undefined],
  ['-1%', undefined],
  ['', undefined],
])('readShare(%j) is %s', (text, share) => {
  expect(readShare(text)).toBe(share);
});
