/** Text that a pipeline would have replaced before it reached a cluster. */
export interface Placeholder {
  readonly text: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

const TOKENS = /#\{[^{}\n]+\}#/g;
const SHELL = /\$\{[A-Za-z_][\w.:-]*\}/g;
const TEMPLATE = /\{\{.*?\}\}/g;

const BLOCK_SCALAR = /(?:^|[\s:-])[|>][-+\d]*\s*(?:#.*)?$/;
const COMMAND = /^\s*(?:- )?(?:command|args):/;

/**
 * Finds `#{NAME}#`, `${NAME}` and `{{ .Values.name }}` in a YAML text, in the order of the text.
 *
 * The last two are left alone where programs are at home that use them themselves: in block texts (scripts, templates) and in commands.
 */
export function findPlaceholders(text: string): Placeholder[] {
  const found: Placeholder[] = [];
  // The indentation above which a line belongs to a block text, or (items of a list included) to a command.
  let block: number | undefined;
  let command: number | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const indent = line.search(/\S/);
    if (indent < 0) continue;
    const content = line.slice(indent);
    if (block !== undefined && indent <= block) block = undefined;
    if (command !== undefined && (indent < command || (indent === command && !content.startsWith('- ')))) command = undefined;
    const isComment = content.startsWith('#') && !content.startsWith('#{');
    if (COMMAND.test(line)) command = content.startsWith('- ') ? indent + 2 : indent;
    const isFree = block !== undefined || command !== undefined;
    if (!isComment || block !== undefined) {
      for (const pattern of isFree ? [TOKENS] : [TOKENS, SHELL, TEMPLATE]) {
        for (const match of line.matchAll(pattern)) found.push({ text: match[0], line: index + 1, column: match.index + 1 });
      }
    }
    if (block === undefined && !isComment && BLOCK_SCALAR.test(line)) block = indent;
  }
  return found.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
