import { expect, it } from 'vitest';
import { namesOf } from '../substitution.ts';
import { withinTolerance } from './within-tolerance.ts';

const judge = (tolerance: unknown, value: unknown) =>
  withinTolerance({ tolerance, value, names: namesOf({}, {}), runProbe: () => Promise.resolve({ met: true }) });

it.each([
  [200, { status: 503 }, 'status 503, wanted 200'],
  [3, 4, 'found 4, wanted 3'],
  ['ok', 'no', "found 'no', wanted 'ok'"],
  [true, null, 'found None, wanted True'],
  [[200, 201], { status: 404 }, 'status 404, wanted one of [200, 201]'],
  [[1, 5], 7, 'found 7, wanted 1 to 5'],
  [['a', 'b', 'c'], 'd', "found 'd', wanted one of ['a', 'b', 'c']"],
  [{ type: 'range', range: [1, 5] }, '7', "found '7', wanted 1 to 5"],
  [{ type: 'regex', pattern: '^a+$', target: 'stdout' }, { stdout: 'b' }, "nothing like '^a+$' in 'b'"],
  [{ type: 'jsonpath', path: '$.n', expect: 2 }, { n: 1 }, '$.n is [1], wanted [2]'],
  [{ type: 'jsonpath', path: '$.m', expect: 2 }, { n: 1 }, '$.m is nothing, wanted [2]'],
  [{ type: 'jsonpath', path: '$.n[*]', count: 2 }, { n: [1] }, '$.n[*] is there 1 time, wanted 2'],
  [{ type: 'jsonpath', path: '$.m' }, { n: 1 }, 'nothing is at $.m'],
])('a tolerance of %j that %j does not meet says what was found and what was wanted', async (tolerance, value, why) => {
  expect(await judge(tolerance, value)).toEqual({ met: false, why });
});

it('says so in few words, however long the output is', async () => {
  const { why = '' } = await judge({ type: 'regex', pattern: 'x' }, 'a'.repeat(1_000_000));
  expect(why.length).toBeLessThan(120);
});

it('has no words for what is met', async () => {
  expect(await judge(200, { status: 200 })).toEqual({ met: true });
});
