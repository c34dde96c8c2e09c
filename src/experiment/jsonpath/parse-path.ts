import { EvenkeelError } from '../../base/index.ts';
import { FUNCTION_NAMES } from './path-ast.ts';
import type { Condition, FunctionName, Operand, Operator, PathNode, Step, Subscript } from './path-ast.ts';

const TOKEN =
  /\s*(?:(\.\.|<=|>=|!=|[$@.,:*?()[\]{}=<>])|"((?:\\.|[^"\\])*)"|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|([_A-Za-z][_A-Za-z0-9]*))/uy;
const KEYWORDS = new Set(['and', 'or', 'not', 'contains', 'true', 'false', 'null']);
const OPERATORS: readonly string[] = ['=', '!=', '<', '<=', '>', '>=', 'contains'];
const DEEPEST = 100;

interface Token {
  readonly kind: 'mark' | 'string' | 'number' | 'name' | 'end';
  readonly text: string;
}

/** Parses a path. Errors: `INVALID_INPUT` saying where it makes no sense. */
export function parsePath(text: string): PathNode {
  const parser = new PathParser(tokensOf(text), text);
  return parser.whole();
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw invalid(text, `character ${at + 1} was not expected`);
    const [, mark, string, number, name] = match;
    if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else tokens.push({ kind: KEYWORDS.has(name ?? '') ? 'mark' : 'name', text: name ?? '' });
  }
  tokens.push({ kind: 'end', text: 'the end' });
  return tokens;
}

function invalid(text: string, what: string): EvenkeelError {
  return new EvenkeelError('INVALID_INPUT', `the JSON path ${text} makes no sense: ${what}`, {
    blame: 'input',
    hint: 'A path starts with $, names in brackets take double quotes, equality is a single =.',
  });
}

const END: Token = { kind: 'end', text: 'the end' };

class PathParser {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  whole(): PathNode {
    this.#expect('$');
    const steps = this.#steps();
    if (this.#next.kind !== 'end') throw this.#unexpected();
    return { from: 'root', steps };
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? END;
  }

  #isMark(text: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead] ?? END;
    return token.kind === 'mark' && token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#isMark(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw invalid(this.#text, `'${text}' was expected instead of '${this.#next.text}'`);
  }

  #unexpected(): EvenkeelError {
    return invalid(this.#text, `'${this.#next.text}' was not expected`);
  }

  #steps(): Step[] {
    const steps: Step[] = [];
    for (;;) {
      if (this.#take('..')) {
        const subscripts = this.#isMark('[') ? this.#bracket() : [this.#bare()];
        steps.push({ recursive: true, subscripts });
      } else if (this.#take('.')) steps.push({ recursive: false, subscripts: [this.#bare()] });
      else if (this.#isMark('[')) steps.push({ recursive: false, subscripts: this.#bracket() });
      else return steps;
    }
  }

  #bare(): Subscript {
    if (this.#take('*')) return { kind: 'wildcard' };
    if (this.#next.kind !== 'name') throw this.#unexpected();
    const name = this.#next.text;
    this.#at++;
    return this.#isMark('(') ? this.#call(name) : { kind: 'name', name };
  }

  #call(name: string): Subscript {
    const known = FUNCTION_NAMES.find((candidate): candidate is FunctionName => candidate === name);
    if (known === undefined) throw invalid(this.#text, `there is no function ${name}()`);
    this.#expect('(');
    const args: Operand[] = [];
    while (!this.#take(')')) {
      if (args.length > 0) this.#expect(',');
      args.push(this.#operand());
    }
    return { kind: 'call', name: known, args };
  }

  #bracket(): Subscript[] {
    this.#expect('[');
    const subscripts = [this.#subscript()];
    while (this.#take(',')) subscripts.push(this.#subscript());
    this.#expect(']');
    return subscripts;
  }

  #subscript(): Subscript {
    const token = this.#next;
    if (token.kind === 'string') {
      this.#at++;
      return { kind: 'name', name: token.text };
    }
    if (token.kind === 'name') {
      this.#at++;
      return this.#call(token.text);
    }
    if (this.#take('*')) return { kind: 'wildcard' };
    if (this.#take('?')) {
      this.#expect('(');
      const condition = this.#condition();
      this.#expect(')');
      return { kind: 'filter', condition };
    }
    return this.#indexOrSlice();
  }

  #indexOrSlice(): Subscript {
    const start = this.#integer();
    if (!this.#take(':')) {
      if (start === undefined) throw this.#unexpected();
      return { kind: 'index', index: start };
    }
    const end = this.#integer();
    const step = this.#take(':') ? this.#integer() : undefined;
    return { kind: 'slice', start, end, step };
  }

  #integer(): number | undefined {
    if (this.#next.kind !== 'number') return undefined;
    const text = this.#next.text;
    if (!/^-?[0-9]+$/.test(text)) throw invalid(this.#text, `${text} is no whole number`);
    this.#at++;
    return Number(text);
  }

  // `or` binds tighter than `and`: so the grammar of jsonpath2 has it.
  #condition(): Condition {
    if (++this.#depth > DEEPEST) throw invalid(this.#text, 'it is nested too deeply');
    const left = this.#either();
    const condition: Condition = this.#take('and') ? { kind: 'and', left, right: this.#condition() } : left;
    this.#depth--;
    return condition;
  }

  #either(): Condition {
    const left = this.#single();
    return this.#take('or') ? { kind: 'or', left, right: this.#either() } : left;
  }

  #single(): Condition {
    if (++this.#depth > DEEPEST) throw invalid(this.#text, 'it is nested too deeply');
    const condition = this.#negationOrComparison();
    this.#depth--;
    return condition;
  }

  #negationOrComparison(): Condition {
    if (this.#take('not')) return { kind: 'not', inner: this.#single() };
    if (this.#take('(')) {
      const inner = this.#condition();
      this.#expect(')');
      return inner;
    }
    const left = this.#operand();
    const operator = this.#next.kind === 'mark' ? OPERATORS.find((text) => text === this.#next.text) : undefined;
    if (operator === undefined) return { kind: 'some', operand: left };
    this.#at++;
    // The list above holds operators only.
    return { kind: 'compare', operator: operator as Operator, left, right: this.#operand() };
  }

  #operand(): Operand {
    const from = this.#next;
    if (from.kind === 'mark' && (from.text === '$' || from.text === '@')) {
      this.#at++;
      return { kind: 'path', path: { from: from.text === '$' ? 'root' : 'current', steps: this.#steps() } };
    }
    return { kind: 'value', value: this.#value() };
  }

  #value(): unknown {
    if (++this.#depth > DEEPEST) throw invalid(this.#text, 'it is nested too deeply');
    const value = this.#literal();
    this.#depth--;
    return value;
  }

  #literal(): unknown {
    const token = this.#next;
    this.#at++;
    if (token.kind === 'string') return token.text;
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'mark') {
      if (token.text === 'true') return true;
      if (token.text === 'false') return false;
      if (token.text === 'null') return null;
      if (token.text === '[') return this.#literalList();
      if (token.text === '{') return this.#literalObject();
    }
    this.#at--;
    throw this.#unexpected();
  }

  #literalList(): unknown[] {
    const list: unknown[] = [];
    while (!this.#take(']')) {
      if (list.length > 0) this.#expect(',');
      list.push(this.#value());
    }
    return list;
  }

  #literalObject(): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    while (!this.#take('}')) {
      if (entries.length > 0) this.#expect(',');
      const key = this.#next;
      if (key.kind !== 'string') throw this.#unexpected();
      this.#at++;
      this.#expect(':');
      entries.push([key.text, this.#value()]);
    }
    return Object.fromEntries(entries);
  }
}
