/** Ways to spoil an experiment: its structure first, then its text. */
import type { Random } from '../../src/base/index.ts';
import { PIECES, SNIPPETS, STRANGE, WORDS } from './fuzz-words.ts';

/** Deeper than any recursion should go without a word. */
const DEPTHS = [50, 500, 5_000, 50_000] as const;

/** Replaces, removes, adds, moves or nests something, somewhere. */
export function mutateValue(value: unknown, random: Random, depth = 0): unknown {
  if (random.integer(9) === 0) return random.integer(12) === 0 ? nested(random) : random.pick(STRANGE);
  if (Array.isArray(value)) return mutateList(value, random, depth);
  if (typeof value === 'object' && value !== null) return mutateObject(value, random, depth);
  return random.integer(2) === 0 ? random.pick(STRANGE) : value;
}

function mutateList(list: readonly unknown[], random: Random, depth: number): unknown[] {
  const kept = list.filter(() => random.integer(12) !== 0);
  if (kept.length > 0 && random.integer(8) === 0) kept.push(random.pick(kept));
  return kept.map((item) => (random.integer(3) === 0 ? mutateValue(item, random, depth + 1) : item));
}

function mutateObject(value: object, random: Random, depth: number): object {
  const entries = Object.entries(value).filter(() => random.integer(16) !== 0);
  if (random.integer(5) === 0) entries.push([random.pick(WORDS), random.pick(STRANGE)]);
  if (random.integer(4) === 0) entries.push(piece(random));
  if (entries.length > 1 && random.integer(10) === 0) entries.push([random.pick(WORDS), random.pick(entries)[1]]);
  const mutated = entries.map(([key, item]): [string, unknown] => {
    const name = random.integer(20) === 0 ? misspelt(key, random) : key;
    return [name, random.integer(depth < 2 ? 2 : 3) === 0 ? mutateValue(item, random, depth + 1) : item];
  });
  return Object.fromEntries(mutated);
}

function piece(random: Random): [string, unknown] {
  const [key, values] = random.pick(PIECES);
  return [random.integer(6) === 0 ? random.pick(WORDS) : key, random.pick(values)];
}

function misspelt(key: string, random: Random): string {
  const at = random.integer(key.length + 1);
  return random.pick([key.slice(0, at) + key.slice(at + 1), key.toUpperCase(), `${key} `, key.replaceAll('-', '_'), random.pick(WORDS)]);
}

function nested(random: Random): unknown {
  let value: unknown = random.pick(STRANGE);
  for (let left = random.integer(400); left > 0; left--) value = random.integer(2) === 0 ? [value] : { [random.pick(WORDS)]: value };
  return value;
}

/** Spoils a text: bytes, lines, indentation, tokens, nesting, anchors. */
export function mutateText(text: string, random: Random): string {
  let mutated = text;
  for (let count = 1 + random.integer(3); count > 0; count--) mutated = random.pick(TEXT_MUTATIONS)(mutated, random);
  return mutated;
}

type TextMutation = (text: string, random: Random) => string;

const place = (text: string, random: Random): number => random.integer(text.length + 1);
const insert = (text: string, at: number, part: string): string => text.slice(0, at) + part + text.slice(at);

const TEXT_MUTATIONS: readonly TextMutation[] = [
  (text, random) => insert(text, place(text, random), random.pick(SNIPPETS)),
  (text, random) => insert(text, place(text, random), random.pick(SNIPPETS)),
  (text, random) => insert(text, place(text, random), String.fromCharCode(random.integer(65_536))),
  (text, random) => text.slice(0, place(text, random)),
  (text, random) => {
    const at = place(text, random);
    return text.slice(0, at) + text.slice(at + 1 + random.integer(30));
  },
  (text, random) => {
    const at = place(text, random);
    return insert(text, place(text, random), text.slice(at, at + random.integer(80)));
  },
  (text, random) => {
    const bytes = Buffer.from(text);
    if (bytes.length > 0) bytes[random.integer(bytes.length)] = random.integer(256);
    return bytes.toString('utf8');
  },
  (text, random) => {
    const lines = text.split('\n');
    const [line = ''] = lines.splice(random.integer(lines.length), 1);
    if (random.integer(2) === 0) lines.splice(random.integer(lines.length + 1), 0, line);
    return lines.join('\n');
  },
  (text, random) => {
    const lines = text.split('\n');
    const at = random.integer(lines.length);
    lines[at] = random.pick([' ', '  ', '\t', '- ']) + (lines[at] ?? '');
    return lines.join('\n');
  },
  (text, random) => text.replace(/(?<=[:\s,[])\d+/, random.pick(['9'.repeat(400), '1e999', '-0', '0x', '1_0', '1'.repeat(5000)])),
  (text, random) => {
    const depth = random.pick(DEPTHS);
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
      ['[{"a":', '}]'],
    ] as const);
    return insert(text, place(text, random), open.repeat(depth) + (random.integer(2) === 0 ? close.repeat(depth) : ''));
  },
  (text, random) => `${bomb(1 + random.integer(12))}\n${text}`,
  (text, random) => `${bomb(1 + random.integer(5))}\n${text}\n${random.pick(['x: *b0', '<<: *b1', 'method: *b1', 'tags: *b0'])}`,
  (text, random) => text.replace(random.pick([/^method:/m, /"method":/]), (key) => `${key} &m`).replace(/- type/, '- *m\n- type'),
  (text, random) => {
    // A key again: the last one wins, in both formats.
    const keys = [...text.matchAll(/^ *"?[\w-]+"?:/gm)];
    if (keys.length === 0) return text;
    const [key] = random.pick(keys);
    return insert(text, random.pick(keys).index, `${key} ${random.pick(['1,', '1\n', '[]\n', '{}\n'])}`);
  },
  (text, random) => text + `\nx: ${'- '.repeat(random.pick([10, 1000]))}a`,
  (text) => text.replaceAll('\n', '\r\n'),
  (text, random) => text.replaceAll('"', random.pick(["'", '', '“'])),
];

/** Aliases of aliases: a few lines that stand for thousands of millions of words. */
function bomb(levels: number): string {
  const lines = ['b0: &b0 [x, x, x, x, x, x, x, x]'];
  for (let level = 1; level <= levels; level++)
    lines.push(`b${level}: &b${level} [${Array.from({ length: 8 }, () => `*b${level - 1}`).join(', ')}]`);
  return lines.join('\n');
}
