const CONTEXT = 3;

interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** A unified diff of two texts with three lines of context; empty when they are equal. `path` names both sides. */
export function unifiedDiff(before: string, after: string, path: string): string {
  if (before === after) return '';
  const lines = compare(linesOf(before), linesOf(after));
  return [`--- a/${path}`, `+++ b/${path}`, ...hunksOf(lines)].join('\n') + '\n';
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The longest common subsequence between what the two sides do not share at their ends. */
function compare(a: readonly string[], b: readonly string[]): Line[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const same = (text: string): Line => ({ mark: ' ', text });
  const middle = compareMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return [...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)];
}

function compareMiddle(a: readonly string[], b: readonly string[]): Line[] {
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      lines.push({ mark: ' ', text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ mark: '-', text: left });
      i++;
    } else {
      lines.push({ mark: '+', text: right ?? '' });
      j++;
    }
  }
  return lines;
}

function hunksOf(lines: readonly Line[]): string[] {
  const hunks: string[] = [];
  let [oldLine, newLine, index] = [1, 1, 0];
  while (index < lines.length) {
    const first = lines.findIndex(({ mark }, at) => at >= index && mark !== ' ');
    if (first === -1) break;
    const start = Math.max(index, first - CONTEXT);
    oldLine += start - index;
    newLine += start - index;
    let end = first;
    for (let at = first; at < lines.length && at <= end + 2 * CONTEXT + 1; at++) if (lines[at]?.mark !== ' ') end = at;
    const body = lines.slice(start, end + 1 + CONTEXT);
    const olds = body.filter(({ mark }) => mark !== '+').length;
    const news = body.filter(({ mark }) => mark !== '-').length;
    hunks.push(`@@ -${spanOf(oldLine, olds)} +${spanOf(newLine, news)} @@`, ...body.map(({ mark, text }) => mark + text));
    oldLine += olds;
    newLine += news;
    index = start + body.length;
  }
  return hunks;
}

/** An empty side is numbered by the line before it. */
const spanOf = (line: number, count: number): string => (count === 1 ? `${line}` : `${count === 0 ? line - 1 : line},${count}`);
