import { describe, expect, it } from 'vitest';
import { compareJson } from './compare-json.ts';

const document = { count: 3, name: 'Ada', tags: ['a', 'b'], items: [{ id: 1 }, { id: 2 }], nothing: null };

describe('compareJson', () => {
  it.each([
    ['$.count', 3],
    ['$.count', '3'],
    ['$.tags', ['a', 'b']],
    ['$.items[*].id', 2],
    ['$.nothing', null],
    ['$.count', { atLeast: 3, atMost: 3 }],
    ['$.count', { not: 4 }],
    ['$.name', { matches: '^A' }],
    ['$.name', { contains: 'd' }],
    ['$.tags', { contains: 'b' }],
    ['$.items[*]', { count: 2 }],
    ['$.items[?@.id > 1]', { count: 1 }],
    ['$.absent', { exists: false }],
    ['$.nothing', { exists: true }],
  ])('%s is %j', (path, expected) => {
    expect(compareJson(path, expected, document)).toBeUndefined();
  });

  it.each([
    ['$.count', 4, '$.count is 3, expected 4'],
    ['$.absent', 1, '$.absent is absent, expected 1'],
    ['$.name', 'Eve', '$.name is another text, expected "Eve"'],
    ['$.items[*].id', 9, '$.items[*].id is one of 2 values, expected 9'],
    ['$.count', { atLeast: 4 }, '$.count is 3, expected at least 4'],
    ['$.items[*]', { count: 3 }, '$.items[*] finds 2, expected 3'],
    ['$.name', { exists: false }, '$.name is another text, expected it not to exist'],
    ['$.name', { atMost: 1 }, '$.name is another text, expected at most 1'],
  ])('%s is not %j, and says why', (path, expected, words) => {
    expect(compareJson(path, expected, document)).toBe(words);
  });

  it('words what was expected as it was written, so that no captured value shows', () => {
    expect(compareJson('$.name', 'secret', document, '${token}')).toBe('$.name is another text, expected "${token}"');
  });
});
