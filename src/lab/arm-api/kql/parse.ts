import { type Expression, KqlError, type Named, type Query, type Step } from './_syntax.ts';
import { type Token, tokensOf } from './_tokens.ts';

const COMPARISONS = new Set(
  '== != =~ !~ < > <= >= in in~ !in !in~ contains !contains startswith !startswith endswith !endswith has !has contains_cs has_cs startswith_cs endswith_cs'.split(
    ' ',
  ),
);

/** Reads a query of the supported part of Kusto. Errors: `KqlError`. */
export function parseKql(query: string): Query {
  const reader = createReader(tokensOf(query));
  const table = reader.name('a table');
  const steps: Step[] = [];
  while (reader.takeSign('|')) steps.push(stepOf(reader));
  reader.end();
  return { table, steps };
}

function stepOf(reader: Reader): Step {
  const operator = reader.name('an operator');
  switch (operator.toLowerCase()) {
    case 'where':
    case 'filter':
      return { kind: 'where', test: disjunction(reader) };
    case 'project':
      return { kind: 'project', columns: namedList(reader) };
    case 'project-away':
      return { kind: 'project-away', columns: namedList(reader).map(({ name }) => name) };
    case 'extend':
      return { kind: 'extend', columns: namedList(reader) };
    case 'distinct':
      return { kind: 'distinct', columns: namedList(reader) };
    case 'order':
    case 'sort':
      reader.word('by');
      return { kind: 'order', by: orderList(reader) };
    case 'limit':
    case 'take':
      return { kind: 'take', count: reader.integer() };
    case 'sample':
      return { kind: 'sample', count: reader.integer() };
    case 'count':
      return { kind: 'count' };
    case 'summarize': {
      const aggregates = reader.isWord('by') ? [] : namedList(reader);
      return { kind: 'summarize', aggregates, by: reader.takeWord('by') ? namedList(reader) : [] };
    }
    case 'top':
      throw new KqlError(`the operator 'top' is not known here; write 'order by … | take …'`, true);
    default:
      throw new KqlError(`the operator '${operator}' is not known here`, KNOWN_ELSEWHERE.has(operator.toLowerCase()));
  }
}

const KNOWN_ELSEWHERE = new Set([
  'join',
  'union',
  'mv-expand',
  'mvexpand',
  'parse',
  'project-rename',
  'project-reorder',
  'project-keep',
  'let',
  'render',
]);

function namedList(reader: Reader): Named[] {
  return listOf(reader, () => {
    const start = reader.peek();
    if (start.kind === 'name' && reader.peek(1).text === '=') {
      reader.next();
      reader.next();
      return { name: start.text, value: disjunction(reader) };
    }
    const value = disjunction(reader);
    return { name: nameOf(value), value };
  });
}

/** The column name that Kusto gives an expression without one. */
function nameOf(value: Expression): string {
  switch (value.kind) {
    case 'column':
      return value.name;
    case 'member':
      return `${nameOf(value.of)}_${value.key.kind === 'value' ? String(value.key.value) : 'key'}`;
    case 'call':
      return value.args[0] === undefined ? `${value.name}_` : nameOf(value.args[0]);
    default:
      return 'Column1';
  }
}

function orderList(reader: Reader): { value: Expression; descending: boolean }[] {
  return listOf(reader, () => {
    const value = disjunction(reader);
    const ascending = reader.takeWord('asc');
    if (!ascending) reader.takeWord('desc');
    return { value, descending: !ascending };
  });
}

function disjunction(reader: Reader): Expression {
  let left = conjunction(reader);
  while (reader.takeWord('or')) left = { kind: 'binary', operator: 'or', left, right: conjunction(reader) };
  return left;
}

function conjunction(reader: Reader): Expression {
  let left = comparison(reader);
  while (reader.takeWord('and')) left = { kind: 'binary', operator: 'and', left, right: comparison(reader) };
  return left;
}

function comparison(reader: Reader): Expression {
  const left = postfix(reader);
  if (reader.takeWord('matches')) {
    reader.word('regex');
    return { kind: 'binary', operator: 'matches regex', left, right: postfix(reader) };
  }
  const operator = operatorAt(reader);
  if (operator === undefined) return left;
  const right = /^!?in~?$/.test(operator) ? listExpression(reader) : postfix(reader);
  return { kind: 'binary', operator, left, right };
}

function operatorAt(reader: Reader): string | undefined {
  const token = reader.peek();
  const word = token.text.toLowerCase();
  if (!COMPARISONS.has(word)) return undefined;
  reader.next();
  return word;
}

function listExpression(reader: Reader): Expression {
  reader.sign('(');
  const items = listOf(reader, () => disjunction(reader));
  reader.sign(')');
  return { kind: 'list', items };
}

function postfix(reader: Reader): Expression {
  let value = primary(reader);
  for (;;) {
    if (reader.takeSign('.')) value = { kind: 'member', of: value, key: { kind: 'value', value: reader.name('a property') } };
    else if (reader.takeSign('[')) {
      value = { kind: 'member', of: value, key: disjunction(reader) };
      reader.sign(']');
    } else return value;
  }
}

function primary(reader: Reader): Expression {
  const token = reader.next();
  if (token.kind === 'text') return { kind: 'value', value: token.text };
  if (token.kind === 'number') return { kind: 'value', value: Number(token.text) };
  if (token.text === '-') return { kind: 'value', value: -reader.integer() };
  if (token.text === '(') {
    const inner = disjunction(reader);
    reader.sign(')');
    return inner;
  }
  if (token.kind !== 'name') throw new KqlError(`Query is invalid: expected a value at position ${token.at}, found '${token.text}'`);
  if (token.text === 'true' || token.text === 'false') return { kind: 'value', value: token.text === 'true' };
  if (!reader.takeSign('(')) return { kind: 'column', name: token.text };
  const args = reader.peek().text === ')' ? [] : listOf(reader, () => disjunction(reader));
  reader.sign(')');
  return token.text === 'not' ? { kind: 'not', of: args[0] ?? { kind: 'value', value: null } } : { kind: 'call', name: token.text, args };
}

function listOf<T>(reader: Reader, item: () => T): T[] {
  const items = [item()];
  while (reader.takeSign(',')) items.push(item());
  return items;
}

type Reader = ReturnType<typeof createReader>;

function createReader(tokens: readonly Token[]) {
  let at = 0;
  const end: Token = { kind: 'end', text: '', at: -1 };
  const peek = (ahead = 0): Token => tokens[at + ahead] ?? end;
  const next = (): Token => {
    const token = peek();
    at++;
    return token;
  };
  const fail = (wanted: string): never => {
    const found = peek();
    throw new KqlError(`Query is invalid: expected ${wanted}, found ${found.kind === 'end' ? 'the end' : `'${found.text}'`}`);
  };
  const takeSign = (sign: string): boolean => {
    if (peek().kind !== 'sign' || peek().text !== sign) return false;
    at++;
    return true;
  };
  const isWord = (word: string): boolean => peek().kind === 'name' && peek().text.toLowerCase() === word;
  const takeWord = (word: string): boolean => {
    if (!isWord(word)) return false;
    at++;
    return true;
  };
  return {
    peek,
    next,
    takeSign,
    isWord,
    takeWord,
    sign: (sign: string): void => void (takeSign(sign) || fail(`'${sign}'`)),
    word: (word: string): void => void (takeWord(word) || fail(`'${word}'`)),
    name: (what: string): string => (peek().kind === 'name' ? next().text : fail(what)),
    integer: (): number => (peek().kind === 'number' ? Math.floor(Number(next().text)) : fail('a number')),
    end: (): void => void (peek().kind === 'end' || fail('the end')),
  };
}
