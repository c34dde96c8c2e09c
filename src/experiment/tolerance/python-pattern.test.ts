import { array, assert, constantFrom, property, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { automatonOf } from './automaton.ts';
import { searchByBacktracking } from './match-pattern.ts';
import { parsePattern } from './parse-pattern.ts';
import { compilePattern } from './python-pattern.ts';
import { searchByAutomaton } from './run-automaton.ts';

/** Patterns of a few letters, nested, without what an automaton can not tell. */
const pattern = array(
  tuple(
    constantFrom('both', 'either', 'group', 'repeat'),
    constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '^', '$', '\\b', '\\B', ''),
    constantFrom('*', '+', '?', '{0,2}', '{2}', '*?', '+?', '{1,}'),
  ),
  { minLength: 1, maxLength: 7 },
).map((parts) =>
  parts.reduce((inner, [kind, atom, times]) => {
    if (kind === 'both') return `${atom}${inner}`;
    if (kind === 'either') return `(?:${atom}|${inner})`;
    return kind === 'group' ? `(${inner})${atom}` : `(?:${inner}${atom})${times}`;
  }, ''),
);

describe('a Python pattern', () => {
  it('is found by the automaton exactly where backtracking finds it', () => {
    assert(
      property(pattern, string({ unit: constantFrom('a', 'b', '\n', 'é'), maxLength: 8 }), (text, where) => {
        const parsed = parsePattern(text);
        const automaton = automatonOf(parsed.root) ?? [];
        const characters = Array.from(where);
        expect(searchByAutomaton(automaton, characters)).toBe(searchByBacktracking(parsed, characters));
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it.each([
    ['(a+)+$', `${'a'.repeat(50)}b`, false],
    ['(a|a)*c', 'a'.repeat(50), false],
    ['(?:ab)*c', 'ab'.repeat(50_000), false],
    ['\\w+@\\w+\\.com', `${'some words '.repeat(50_000)} me@example.com`, true],
    ['.*.*.*x', 'a'.repeat(50_000), false],
    ['(){4000000000}', '', true],
    ['(?:(x)?){2000}$', 'x'.repeat(1000), true],
  ])('%s answers on a text that would take backtracking for ever or too deep', (text, where, found) => {
    expect(compilePattern(text).search(where)).toBe(found);
  });

  it.each([
    ['(a*)*\\1$', `${'a'.repeat(4000)}b`],
    ['(.*)\\1c', 'a'.repeat(20_000)],
    ['(?=a)(?:ab)*c', 'ab'.repeat(50_000)],
  ])('%s gives up in words where only backtracking can tell and it takes too long', (text, where) => {
    expect(() => compilePattern(text).search(where)).toThrow('the pattern takes too long on this text');
  });
});
