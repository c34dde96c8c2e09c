import { describe, expect, it } from 'vitest';
import { PositionMap } from './positions.ts';
import { readYaml } from './read-yaml.ts';

const read = (text: string): unknown => readYaml(text, new PositionMap('e.yaml', text));

/** Each level stands for eight of the one before. */
function bomb(levels: number): string {
  const lines = ['b0: &b0 [x, x, x, x, x, x, x, x]'];
  for (let level = 1; level <= levels; level++)
    lines.push(
      `b${level}: &b${level} [${Array(8)
        .fill(`*b${level - 1}`)
        .join(', ')}]`,
    );
  return lines.join('\n');
}

describe('aliases of a YAML file', () => {
  it('stand for the latest value of their name before them', () => {
    expect(read('a: &v 1\nb: *v\nc: &v 2\nd: *v')).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  it('are copies: what happens to one happens to no other', () => {
    const { a, b } = read('a: &v {n: 1}\nb: *v') as Record<string, unknown>;
    expect(a).toEqual(b);
    expect(a).not.toBe(b);
  });

  it('may stand for a good deal', () => {
    expect(read(bomb(3))).toMatchObject({ b3: expect.any(Array) });
  });

  it.each([5, 12, 200])('are refused before anything is copied when %d levels of them make a file far too large', (levels) => {
    // Copied, twelve levels would be 8^13 values: no machine would live to see the end of this test.
    expect(() => read(bomb(levels))).toThrow(/aliases of aliases make this far too large\n {2}in "e.yaml", line [56], column \d+/);
  });

  it('are refused within the value that they mean', () => {
    expect(() => read('t: 1\na: &a [1, *a]')).toThrow(
      `the alias '*a' stands within the value that it means\n  in "e.yaml", line 2, column 11`,
    );
  });

  it('are refused without an anchor before them', () => {
    expect(() => read('a: *b\nb: &b 1')).toThrow(`the alias '*b' has no anchor before it\n  in "e.yaml", line 1, column 4`);
  });

  it('are refused where they would nest too deeply', () => {
    const deep = (inner: string): string => '['.repeat(300) + inner + ']'.repeat(300);
    expect(() => read(`a: &a ${deep('1')}\nb: ${deep('*a')}`)).toThrow('aliases nest this too deeply');
  });

  it('are looked up once each, however many there are', () => {
    const lines = ['a: &a 1', ...Array.from({ length: 2000 }, (_, index) => `k${index}: *a`)];
    expect(Object.keys(read(lines.join('\n')) as object)).toHaveLength(2001);
  });
});

describe('places in a YAML file', () => {
  it.each([
    ['', 3],
    ['\uFEFF', 3],
    ['%YAML 1.1\n---\n', 5],
  ])('are those of the text as it is, after %j too', (head, line) => {
    const text = `${head}a: 1\nb:\n  c: [x]\n`;
    const positions = new PositionMap('e.yaml', text);
    readYaml(text, positions);
    expect(positions.of(['b', 'c', 0])).toEqual({ line, column: 7 });
  });

  it('name the unknown tag, however the text before it looks', () => {
    const text = `a: "${'!'.repeat(200_000)}"\nb: !foo x`;
    expect(() => read(text)).toThrow('line 2, column 4');
  });
});

describe('a YAML file that is nested too deeply', () => {
  it.each([
    ['[{"a":'.repeat(50_000), 1],
    ['['.repeat(50_000) + ']'.repeat(50_000), 1],
    ['- '.repeat(50_000) + 'a', 1],
    [Array.from({ length: 1200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), undefined],
    [`a: ${'['.repeat(501)}${']'.repeat(501)}`, 1],
  ])('is refused at once: %.12s…', (text, line) => {
    expect(() => read(text)).toThrow(new RegExp(`^this is nested too deeply\\n {2}in "e.yaml", line ${line ?? '\\d+'}, column \\d+$`));
  });
});
