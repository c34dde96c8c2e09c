/** Two lists of lines as a unified diff without file names, with three lines around each change. Source: go-difflib, as used by apimachinery util/diff. */

const CONTEXT = 3;

interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/** The longest common part is kept; of equal ones that which comes first. Equal ends are taken off before. */
function editsOf(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const same = (lines: readonly string[]): Edit[] => lines.map((line) => ({ sign: ' ', line }));
  const middle = middleEdits(before.slice(start, before.length - end), after.slice(start, after.length - end));
  return [...same(before.slice(0, start)), ...middle, ...same(before.slice(before.length - end))];
}

function middleEdits(before: readonly string[], after: readonly string[]): Edit[] {
  const { a, b, size } = longestMatch(before, after);
  if (size === 0) {
    return [...before.map((line): Edit => ({ sign: '-', line })), ...after.map((line): Edit => ({ sign: '+', line }))];
  }
  return [
    ...middleEdits(before.slice(0, a), after.slice(0, b)),
    ...before.slice(a, a + size).map((line): Edit => ({ sign: ' ', line })),
    ...middleEdits(before.slice(a + size), after.slice(b + size)),
  ];
}

/** The longest run of lines that both have: the first of them in `before`, then in `after`. */
function longestMatch(before: readonly string[], after: readonly string[]): { a: number; b: number; size: number } {
  const places = new Map<string, number[]>();
  for (const [index, line] of after.entries()) places.set(line, [...(places.get(line) ?? []), index]);
  let best = { a: 0, b: 0, size: 0 };
  let lengths = new Map<number, number>();
  for (const [a, line] of before.entries()) {
    const next = new Map<number, number>();
    for (const b of places.get(line) ?? []) {
      const size = (lengths.get(b - 1) ?? 0) + 1;
      next.set(b, size);
      if (size > best.size) best = { a: a - size + 1, b: b - size + 1, size };
    }
    lengths = next;
  }
  return best;
}

/** Every line ends with a line feed; without a change the text is empty. */
export function unifiedDiff(before: readonly string[], after: readonly string[]): string {
  const edits = editsOf(before, after);
  const changed = edits.flatMap(({ sign }, index) => (sign === ' ' ? [] : [index]));
  const hunks: { from: number; to: number }[] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    const to = Math.min(edits.length, index + CONTEXT + 1);
    if (last && index - CONTEXT <= last.to) last.to = to;
    else hunks.push({ from: Math.max(0, index - CONTEXT), to });
  }
  return hunks.map(({ from, to }) => hunkText(edits, from, to)).join('');
}

function hunkText(edits: readonly Edit[], from: number, to: number): string {
  const part = edits.slice(from, to);
  const range = (other: '-' | '+'): string => {
    const first = edits.slice(0, from).filter(({ sign }) => sign !== other).length + 1;
    const count = part.filter(({ sign }) => sign !== other).length;
    return count === 1 ? `${first}` : `${count === 0 ? first - 1 : first},${count}`;
  };
  return `@@ -${range('+')} +${range('-')} @@\n${part.map(({ sign, line }) => `${sign}${line}\n`).join('')}`;
}
