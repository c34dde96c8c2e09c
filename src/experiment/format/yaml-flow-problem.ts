/** Says where a list or mapping in brackets is not closed, in PyYAML's words. */
import { EvenkeelError } from '../../base/index.ts';
import type { PositionMap } from './positions.ts';

interface Open {
  readonly bracket: '[' | '{';
  readonly offset: number;
  /** Where the entry under way began. */
  entryAt: number;
}

/** The error for the first bracket that goes wrong; undefined when none does. */
export function flowProblem(text: string, positions: PositionMap): EvenkeelError | undefined {
  const stack: Open[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    const top = stack.at(-1);
    if (character === '#' && /(^|\s)$/.test(text.slice(Math.max(0, at - 1), at))) {
      while (at < text.length && text[at] !== '\n') at++;
    } else if ((character === '"' || character === "'") && startsToken(text, at)) at = endOfQuoted(text, at, character);
    else if ((character === '[' || character === '{') && (top !== undefined || startsToken(text, at))) {
      stack.push({ bracket: character, offset: at, entryAt: at + 1 });
    } else if (top === undefined) continue;
    else if (character === ',') top.entryAt = at + 1;
    else if (character === ']' || character === '}') {
      if ((character === ']') !== (top.bracket === '[')) return problem(top, { got: character, at }, { text, positions });
      stack.pop();
    } else if (character === ':' && top.bracket === '[' && /^(\s|$)/.test(text.slice(at + 1, at + 2))) {
      // A key of one pair in a list must stand on one line.
      if (text.slice(top.entryAt, at).trimStart().includes('\n')) return problem(top, { got: ':', at }, { text, positions });
    }
  }
  const top = stack.at(-1);
  return top === undefined ? undefined : problem(top, { got: '<stream end>', at: text.length }, { text, positions });
}

function startsToken(text: string, at: number): boolean {
  return /(^|[\s,:[{-])$/.test(text.slice(Math.max(0, at - 1), at));
}

function endOfQuoted(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\' && quote === '"') at++;
    else if (text[at] === quote) {
      if (quote === "'" && text[at + 1] === "'") at++;
      else return at;
    }
  }
  return text.length;
}

interface Source {
  readonly text: string;
  readonly positions: PositionMap;
}

function problem(open: Open, { got, at }: { got: string; at: number }, source: Source): EvenkeelError {
  const [kind, end] = open.bracket === '[' ? ['sequence', ']'] : ['mapping', '}'];
  const lines = [
    `while parsing a flow ${kind}`,
    place(open.offset, source),
    `expected ',' or '${end}', but got '${got}'`,
    place(at, source),
  ];
  return new EvenkeelError('INVALID_INPUT', lines.join('\n'), { blame: 'input' });
}

/** A text that was no file is shown with a mark under the place. */
function place(offset: number, { text, positions }: Source): string {
  const { line, column } = positions.at(offset);
  const where = `  in "${positions.file}", line ${line}, column ${column}`;
  if (positions.file !== '<unicode string>') return where;
  return `${where}:\n    ${text.split('\n')[line - 1] ?? ''}\n    ${' '.repeat(column - 1)}^`;
}
