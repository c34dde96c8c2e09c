/** A script of simple commands: words with quotes and variables, joined by `;`, `&&`, `||`, `|`. What else a shell knows is refused by name. */

/** `|`: what the command before writes is its input. */
export type Joiner = ';' | '&&' | '||' | '|';

/** A word: parts in order; text as it is, or a variable's name with what stands for it when it is empty. */
export type Part = { readonly text: string } | { readonly variable: string; readonly otherwise: string; readonly quoted: boolean };
export type Word = readonly Part[];

export interface Simple {
  readonly words: readonly Word[];
  /** How it hangs on what came before. */
  readonly joiner: Joiner;
  /** Where the outputs go: `null` swallows, `err` and `out` join the other. */
  readonly redirects: { readonly out?: 'null' | 'err'; readonly err?: 'null' | 'out' };
}

const SPACE = /^[ \t]+/;
const COMMENT = /^#[^\n]*/;
const JOINER = /^(&&|\|\||\||;|\n)/;
const REDIRECT = /^(1?>|2>|&>)[ \t]*(\/dev\/null|&1|&2)/;
const PLAIN = /^[^\s'"$\\;&|<>()`#*?{}]+|^[{}*?#]/;
const VARIABLE = /^\$(?:([A-Za-z_]\w*|\?)|\{([A-Za-z_]\w*|\?)(?::?-([^}]*))?\})/;
const KEYWORDS = ['if', 'then', 'else', 'fi', 'for', 'while', 'until', 'do', 'done', 'case', 'esac', 'function'];

/** Errors: a plain `Error` that names what the lab's shell does not do. */
export function parseScript(script: string): readonly Simple[] {
  const commands: Simple[] = [];
  let rest = script;
  let joiner: Joiner = ';';
  let words: Word[] = [];
  let redirects: Simple['redirects'] = {};
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(rest);
    if (found) rest = rest.slice(found[0].length);
    return found;
  };
  const end = (next: Joiner): void => {
    if (words.length > 0) commands.push({ words, joiner, redirects });
    [joiner, words, redirects] = [next, [], {}];
  };
  while (rest !== '') {
    if (take(SPACE) || take(COMMENT)) continue;
    const joined = take(JOINER);
    if (joined) {
      end(joined[0] === '\n' ? ';' : (joined[0] as Joiner)); // the pattern knows no other
      continue;
    }
    const redirect = take(REDIRECT);
    if (redirect) {
      redirects = { ...redirects, ...redirectOf(redirect[1] ?? '', redirect[2] ?? '') };
      continue;
    }
    const [word, left] = readWord(rest);
    if (word.length === 0) throw new Error(`syntax that this shell does not have: ${rest.slice(0, 20)}`);
    rest = left;
    const [part] = word;
    if (words.length === 0 && word.length === 1 && part && 'text' in part && KEYWORDS.includes(part.text)) {
      throw new Error(`syntax that this shell does not have: ${part.text}`);
    }
    words.push(word);
  }
  end(';');
  return commands;
}

function redirectOf(from: string, to: string): Simple['redirects'] {
  if (from === '&>') return { out: 'null', err: 'null' };
  if (from === '2>') return { err: to === '/dev/null' ? 'null' : 'out' };
  return { out: to === '/dev/null' ? 'null' : 'err' };
}

function readWord(script: string): [Part[], string] {
  const parts: Part[] = [];
  let rest = script;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(rest);
    if (found) rest = rest.slice(found[0].length);
    return found;
  };
  for (;;) {
    const variable = take(VARIABLE);
    if (variable) {
      parts.push({ variable: variable[1] ?? variable[2] ?? '', otherwise: variable[3] ?? '', quoted: false });
      continue;
    }
    const single = take(/^'([^']*)'/);
    const plain = single ?? take(/^\\([^])/) ?? take(PLAIN);
    if (plain) {
      parts.push({ text: plain[1] ?? plain[0] });
      continue;
    }
    if (!rest.startsWith('"')) return [parts, rest];
    rest = readQuoted(rest.slice(1), parts);
  }
}

/** Reads to the closing double quote. Result: what follows it. */
function readQuoted(script: string, parts: Part[]): string {
  let rest = script;
  parts.push({ text: '' });
  while (!rest.startsWith('"')) {
    const variable = VARIABLE.exec(rest);
    const text = /^\\(["$\\`])/.exec(rest) ?? /^([^"$\\`]+|[$\\])/.exec(rest);
    const found = variable ?? text;
    if (found === null) throw new Error(rest === '' ? 'unterminated quoted string' : 'syntax that this shell does not have: `');
    if (variable) parts.push({ variable: variable[1] ?? variable[2] ?? '', otherwise: variable[3] ?? '', quoted: true });
    else parts.push({ text: found[1] ?? '' });
    rest = rest.slice(found[0].length);
  }
  return rest.slice(1);
}
