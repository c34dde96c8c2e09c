import { assert, json, nat, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFaultAt } from './json-position.ts';

describe('the place where a text stops being JSON', () => {
  it.each([
    ['{"a": 1,\n  "b" 2\n}', 2, 7],
    ['{"a": 1,}', 1, 9],
    ['[1, 2', 1, 6],
    ['', 1, 1],
    ['{"a": nul}', 1, 7],
    ['{"a": "x\ny"}', 1, 7],
    ['{} {}', 1, 4],
    ["{'a': 1}", 1, 2],
    ['[1 2]', 1, 4],
    ['[}', 1, 2],
  ])('is found in %j', (text, line, column) => {
    expect(jsonFaultAt(text)).toEqual({ line, column });
  });

  it('is none in JSON, and one in everything else', () => {
    assert(
      property(json(), nat(), string({ maxLength: 2 }), (good, at, insert) => {
        const cut = at % (good.length + 1);
        const text = good.slice(0, cut) + insert + good.slice(cut + 1);
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(jsonFaultAt(good)).toBeUndefined();
        expect(jsonFaultAt(text) === undefined).toBe(valid);
      }),
    );
  });
});
