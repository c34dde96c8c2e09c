import { type Random, unreachable } from '../../../base/index.ts';
import { type Expression, KqlError, type Named, type Query, type Step } from './_syntax.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Answers a query over rows. Column names are case-sensitive, as in Kusto. Errors: `KqlError`. */
export function runKql(query: Query, rows: readonly Row[], random: Random): Row[] {
  return query.steps.reduce<Row[]>((table, step) => applyStep(step, table, random), [...rows]);
}

function applyStep(step: Step, rows: Row[], random: Random): Row[] {
  switch (step.kind) {
    case 'where':
      return rows.filter((row) => evaluate(step.test, row) === true);
    case 'project':
      return rows.map((row) => columnsOf(step.columns, row));
    case 'project-away':
      return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !step.columns.includes(name))));
    case 'extend':
      return rows.map((row) => ({ ...row, ...columnsOf(step.columns, row) }));
    case 'distinct':
      return groupsOf(rows, step.columns).map(([first]) => columnsOf(step.columns, first));
    case 'order':
      return [...rows].sort((a, b) => orderOf(step.by, a, b));
    case 'take':
      return rows.slice(0, step.count);
    case 'sample':
      return random.sample(rows, step.count);
    case 'count':
      return [{ Count: rows.length }];
    case 'summarize':
      return summarize(step.aggregates, step.by, rows);
    default:
      return unreachable(step);
  }
}

const columnsOf = (columns: readonly Named[], row: Row): Row =>
  Object.fromEntries(columns.map(({ name, value }) => [name, evaluate(value, row)]));

function groupsOf(rows: readonly Row[], by: readonly Named[]): [Row, ...Row[]][] {
  const groups = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const key = JSON.stringify(by.map(({ value }) => evaluate(value, row)));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function summarize(aggregates: readonly Named[], by: readonly Named[], rows: readonly Row[]): Row[] {
  const aggregate = (group: readonly Row[]): Row =>
    Object.fromEntries(
      aggregates.map(({ name, value }) => {
        if (value.kind !== 'call') throw new KqlError('summarize needs an aggregate such as count()');
        const values = group.map((row) => (value.args[0] === undefined ? null : evaluate(value.args[0], row)));
        return [name, aggregateOf(value.name, values)];
      }),
    );
  if (by.length === 0) return [aggregate(rows)];
  return groupsOf(rows, by).map((group) => ({ ...columnsOf(by, group[0]), ...aggregate(group) }));
}

function aggregateOf(name: string, values: readonly unknown[]): unknown {
  switch (name) {
    case 'count':
      return values.length;
    case 'dcount':
      return new Set(values.map((value) => JSON.stringify(value))).size;
    case 'sum':
      return values.reduce<number>((sum, value) => sum + Number(value), 0);
    case 'make_list':
      return [...values];
    case 'make_set':
      return [...new Set(values)];
    case 'min':
      return [...values].sort(compare)[0] ?? null;
    case 'max':
      return [...values].sort(compare).at(-1) ?? null;
    default:
      throw new KqlError(`the aggregate '${name}' is not known here`, true);
  }
}

function orderOf(by: readonly { value: Expression; descending: boolean }[], a: Row, b: Row): number {
  for (const { value, descending } of by) {
    const order = compare(evaluate(value, a), evaluate(value, b));
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [textOf(a), textOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function evaluate(expression: Expression, row: Row): unknown {
  switch (expression.kind) {
    case 'value':
      return expression.value;
    case 'column':
      if (!(expression.name in row)) throw new KqlError(`Failed to resolve column or scalar expression named '${expression.name}'`);
      return row[expression.name];
    case 'member':
      return memberOf(evaluate(expression.of, row), evaluate(expression.key, row));
    case 'not':
      return evaluate(expression.of, row) !== true;
    case 'list':
      return expression.items.map((item) => evaluate(item, row));
    case 'call':
      return callOf(
        expression.name,
        expression.args.map((arg) => evaluate(arg, row)),
      );
    case 'binary':
      return binary(expression.operator, expression.left, expression.right, row);
    default:
      return unreachable(expression);
  }
}

function memberOf(of: unknown, key: unknown): unknown {
  if (typeof of !== 'object' || of === null) return null;
  return Object.entries(of).find(([name]) => name === String(key))?.[1] ?? null;
}

function binary(operator: string, leftExpression: Expression, rightExpression: Expression, row: Row): unknown {
  const left = evaluate(leftExpression, row);
  if (operator === 'and') return left === true && evaluate(rightExpression, row) === true;
  if (operator === 'or') return left === true || evaluate(rightExpression, row) === true;
  const right = evaluate(rightExpression, row);
  if (operator.startsWith('!') && operator !== '!=' && operator !== '!~') return !test(operator.slice(1), left, right);
  return test(operator, left, right);
}

function test(operator: string, left: unknown, right: unknown): boolean {
  const [a, b] = [textOf(left), textOf(right)];
  const [lowA, lowB] = [a.toLowerCase(), b.toLowerCase()];
  switch (operator) {
    case '==':
      return compare(left, right) === 0;
    case '!=':
      return compare(left, right) !== 0;
    case '=~':
      return lowA === lowB;
    case '!~':
      return lowA !== lowB;
    case '<':
      return compare(left, right) < 0;
    case '>':
      return compare(left, right) > 0;
    case '<=':
      return compare(left, right) <= 0;
    case '>=':
      return compare(left, right) >= 0;
    case 'in':
      return Array.isArray(right) && right.some((item) => textOf(item) === a);
    case 'in~':
      return Array.isArray(right) && right.some((item) => textOf(item).toLowerCase() === lowA);
    case 'contains':
      return lowA.includes(lowB);
    case 'contains_cs':
      return a.includes(b);
    case 'startswith':
      return lowA.startsWith(lowB);
    case 'startswith_cs':
      return a.startsWith(b);
    case 'endswith':
      return lowA.endsWith(lowB);
    case 'endswith_cs':
      return a.endsWith(b);
    case 'has':
      return terms(lowA).includes(lowB);
    case 'has_cs':
      return terms(a).includes(b);
    case 'matches regex':
      return new RegExp(b).test(a);
    default:
      throw new KqlError(`the comparison '${operator}' is not known here`, true);
  }
}

const terms = (text: string): string[] => text.split(/[^A-Za-z0-9]+/);

const CALLS: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  tostring: ([value]) => textOf(value),
  tolower: ([value]) => textOf(value).toLowerCase(),
  toupper: ([value]) => textOf(value).toUpperCase(),
  toint: ([value]) => (Number.isNaN(Number(value)) ? null : Math.trunc(Number(value))),
  isempty: ([value]) => textOf(value) === '',
  isnotempty: ([value]) => textOf(value) !== '',
  isnull: ([value]) => value === null || value === undefined,
  isnotnull: ([value]) => value !== null && value !== undefined,
  strcat: (args) => args.map(textOf).join(''),
  array_length: ([value]) => (Array.isArray(value) ? value.length : null),
  iff: ([condition, yes, no]) => (condition === true ? yes : no),
};

function callOf(name: string, args: readonly unknown[]): unknown {
  const call = CALLS[name.toLowerCase()];
  if (call === undefined) throw new KqlError(`the function '${name}' is not known here`, true);
  return call(args);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
