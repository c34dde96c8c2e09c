import { entriesOf, keysOf } from '../format/key-order.ts';
import { isObject, pythonEqual, pythonTruth } from '../format/python-values.ts';
import { parsePath } from './parse-path.ts';
import type { Condition, Operand, Operator, PathNode, Step, Subscript } from './path-ast.ts';

/**
 * Finds all values that a path names in a document, in order.
 *
 * A filter tests the value it is applied to, not its children: `$.items[*][?(@.id = 2)]`. Errors: `INVALID_INPUT` for a wrong path.
 * Source: jsonpath2 as recorded in golden/chaostoolkit/tables/jsonpath.json.
 */
export function findValues(path: string, document: unknown): unknown[] {
  return [...matches(parsePath(path), document, document)];
}

function matches(path: PathNode, root: unknown, current: unknown): readonly unknown[] {
  let values: unknown[] = [path.from === 'root' ? root : current];
  for (const step of path.steps) values = values.flatMap((value) => applyStep(step, root, value));
  return values;
}

function applyStep(step: Step, root: unknown, value: unknown): unknown[] {
  const here = step.subscripts.flatMap((subscript) => applySubscript(subscript, root, value));
  return step.recursive ? here.concat(childrenOf(value).flatMap((child) => applyStep(step, root, child))) : here;
}

function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? entriesOf(value).map(([, item]) => item) : [];
}

function applySubscript(subscript: Subscript, root: unknown, value: unknown): unknown[] {
  switch (subscript.kind) {
    case 'wildcard':
      return childrenOf(value);
    case 'name':
      return isObject(value) && Object.hasOwn(value, subscript.name) ? [value[subscript.name]] : [];
    case 'index': {
      if (!Array.isArray(value)) return [];
      const index = subscript.index < 0 ? value.length + subscript.index : subscript.index;
      return index >= 0 && index < value.length ? [value[index]] : [];
    }
    case 'slice':
      return Array.isArray(value) ? sliced(value, subscript.start, subscript.end, subscript.step) : [];
    case 'filter':
      return holds(subscript.condition, root, value) ? [value] : [];
    case 'call':
      return call(
        subscript.name,
        value,
        subscript.args.map((arg) => valuesOf(arg, root, value)[0]),
      );
  }
}

/** Python's slice of a list. */
function sliced(list: readonly unknown[], start: number | undefined, end: number | undefined, step = 1): unknown[] {
  if (step === 0) return [];
  const clamp = (index: number, low: number, high: number): number =>
    Math.min(Math.max(index < 0 ? index + list.length : index, low), high);
  const taken: unknown[] = [];
  if (step > 0) {
    const last = end === undefined ? list.length : clamp(end, 0, list.length);
    for (let at = start === undefined ? 0 : clamp(start, 0, list.length); at < last; at += step) taken.push(list[at]);
  } else {
    const last = end === undefined ? -1 : clamp(end, -1, list.length - 1);
    for (let at = start === undefined ? list.length - 1 : clamp(start, -1, list.length - 1); at > last; at += step) taken.push(list[at]);
  }
  return taken;
}

function call(name: string, value: unknown, args: readonly unknown[]): unknown[] {
  const [first, second] = args.map((arg) => (typeof arg === 'number' ? arg : undefined));
  switch (name) {
    case 'length':
      if (typeof value === 'string') return [Array.from(value).length];
      return Array.isArray(value) ? [value.length] : [];
    case 'keys':
      return isObject(value) ? [keysOf(value)] : [];
    case 'values':
      return isObject(value) ? [childrenOf(value)] : [];
    case 'entries':
      return isObject(value) ? [entriesOf(value)] : [];
    case 'charAt': {
      const character = typeof value === 'string' ? Array.from(value).at(first ?? 0) : undefined;
      return character === undefined ? [] : [character];
    }
    default:
      return typeof value === 'string'
        ? [
            Array.from(value)
              .slice(first ?? 0, second)
              .join(''),
          ]
        : [];
  }
}

function valuesOf(operand: Operand, root: unknown, current: unknown): readonly unknown[] {
  return operand.kind === 'value' ? [operand.value] : matches(operand.path, root, current);
}

function holds(condition: Condition, root: unknown, current: unknown): boolean {
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, root, current) && holds(condition.right, root, current);
    case 'or':
      return holds(condition.left, root, current) || holds(condition.right, root, current);
    case 'not':
      return !holds(condition.inner, root, current);
    case 'some':
      if (condition.operand.kind === 'value') return pythonTruth(condition.operand.value);
      return valuesOf(condition.operand, root, current).length > 0;
    case 'compare': {
      const right = valuesOf(condition.right, root, current);
      return valuesOf(condition.left, root, current).some((left) => right.some((value) => compares(condition.operator, left, value)));
    }
  }
}

function compares(operator: Operator, left: unknown, right: unknown): boolean {
  switch (operator) {
    case '=':
      return pythonEqual(left, right);
    case '!=':
      return !pythonEqual(left, right);
    case 'contains':
      if (typeof left === 'string') return typeof right === 'string' && left.includes(right);
      if (Array.isArray(left)) return left.some((item) => pythonEqual(item, right));
      return isObject(left) && typeof right === 'string' && Object.hasOwn(left, right);
    default: {
      const order = compareOrder(left, right);
      if (order === undefined) return false;
      if (operator === '<') return order < 0;
      if (operator === '<=') return order <= 0;
      return operator === '>' ? order > 0 : order >= 0;
    }
  }
}

/** Below 0, 0, above 0 as Python orders two values; undefined where it refuses to. */
export function compareOrder(a: unknown, b: unknown): number | undefined {
  const left = typeof a === 'boolean' ? Number(a) : a;
  const right = typeof b === 'boolean' ? Number(b) : b;
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right);
  if (Array.isArray(left) && Array.isArray(right)) {
    for (let index = 0; index < Math.min(left.length, right.length); index++) {
      if (!pythonEqual(left[index], right[index])) return compareOrder(left[index], right[index]);
    }
    return left.length - right.length;
  }
  return undefined;
}

function compareTexts(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
