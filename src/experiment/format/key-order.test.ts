import { describe, expect, it } from 'vitest';
import { findValues } from '../jsonpath/find-values.ts';
import { entriesOf, keysOf, setOwn } from './key-order.ts';
import { cloneJson, pythonRepr } from './python-values.ts';
import { readJson } from './read-json.ts';
import { readYaml } from './read-yaml.ts';
import { writeJson } from './write-json.ts';

const TEXT = '{"b": 1, "10": 2, "2": {"z": 3, "0": 4}, "a": 5}';

describe('the order of keys', () => {
  it('is the file’s, also for keys that look like whole numbers', () => {
    for (const value of [readJson(TEXT), cloneJson(readJson(TEXT)), readYaml(TEXT)]) {
      expect(writeJson(value, 0)).toBe(TEXT);
      expect(pythonRepr(value)).toBe("{'b': 1, '10': 2, '2': {'z': 3, '0': 4}, 'a': 5}");
    }
  });

  it('holds in a JSON path', () => {
    expect(findValues('$.*', readJson('{"b": 1, "10": 2, "2": 3, "a": 5}'))).toEqual([1, 2, 3, 5]);
    expect(findValues('$[keys()]', readJson('{"b": 1, "10": 2, "2": 3}'))).toEqual([['b', '10', '2']]);
  });

  it('follows keys that are set again, taken away, or set by other means', () => {
    const object: Record<string, unknown> = {};
    for (const [index, key] of ['x', '7', '3', 'x', '7'].entries()) setOwn(object, key, index);
    delete object['7'];
    object['1'] = 'late';
    expect(keysOf(object)).toEqual(['x', '3', '1']);
    expect(entriesOf(object)).toEqual([
      ['x', 3],
      ['3', 2],
      ['1', 'late'],
    ]);
  });
});
