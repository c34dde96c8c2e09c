import { classOf } from './character-classes.ts';
import type { PatternNode } from './pattern-ast.ts';

const UNICODE_WORD = classOf('w', false);
const ASCII_WORD = classOf('w', true);

/** Whether `^`, `$`, `\b` and their like hold before the character with this number. */
export function isPlace({ where, ascii }: Extract<PatternNode, { kind: 'at' }>, text: readonly string[], at: number): boolean {
  const { length } = text;
  switch (where) {
    case 'start':
      return at === 0;
    case 'end':
      return at === length;
    case 'line-start':
      return at === 0 || text[at - 1] === '\n';
    case 'line-end':
      return at === length || text[at] === '\n';
    case 'last-line-end':
      return at === length || (at === length - 1 && text[at] === '\n');
    default: {
      const isWord = ascii ? ASCII_WORD : UNICODE_WORD;
      const before = text[at - 1];
      const after = text[at];
      const boundary = (before !== undefined && isWord(before)) !== (after !== undefined && isWord(after));
      // Python before 3.14: `\B` never matches in an empty text.
      return where === 'boundary' ? boundary : !boundary && length > 0;
    }
  }
}
