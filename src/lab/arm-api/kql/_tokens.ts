import { KqlError } from './_syntax.ts';

export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const PATTERN =
  /\s+|\/\/[^\n]*|(?<text>@'(?:[^']|'')*'|@"(?:[^"]|"")*"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|(?<number>\d+(?:\.\d+)?)|(?<name>!?in~|!(?:in|contains|startswith|endswith|has)\b|[A-Za-z_][\w]*(?:-(?:away|keep|rename|reorder|expand|in))?)|(?<sign>=~|!~|==|!=|<=|>=|[|(),.=<>[\]+*/-])/gy;

/** Splits a query into tokens; the last is `end`. Errors: `KqlError`. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(PATTERN);
  let at = 0;
  while (at < query.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(query);
    if (match === null) throw new KqlError(`Query is invalid: unexpected '${query.slice(at, at + 12)}' at position ${at}`);
    const { text, number, name, sign } = match.groups ?? {};
    if (text !== undefined) tokens.push({ kind: 'text', text: unquote(text), at });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, at });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at });
    at = pattern.lastIndex;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquote(text: string): string {
  if (text.startsWith('@')) return text.slice(2, -1).replaceAll(text.charAt(1).repeat(2), text.charAt(1));
  return text.slice(1, -1).replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}
