/** The JSON paths that definitions may use: members, indexes, all items, filters on a member. Source: client-go util/jsonpath, as columns use it. */
import { isObject } from '../json.ts';

type Step =
  | { readonly is: 'member'; readonly name: string }
  | { readonly is: 'index'; readonly index: number }
  | { readonly is: 'all' }
  | { readonly is: 'filter'; readonly path: readonly Step[]; readonly operator: string; readonly value: string | number | boolean };

const MEMBER = /^\.?((?:\\.|[^.[\]\\])+)/;
const QUOTED = /^\[['"]((?:[^'"\\]|\\.)*)['"]\]/;
const INDEX = /^\[(-?\d+)\]/;
const ALL = /^(?:\[\*\]|\.\*)/;
const FILTER = /^\[\?\(\s*@((?:\\.|[^\s=!<>)])*)\s*(==|!=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?[\d.]+|true|false)\s*\)\]/;

/** Undefined when the path is none of those. */
export function parseJsonPath(path: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let rest = path.startsWith('$') ? path.slice(1) : path;
  if (rest === '.') return [];
  while (rest !== '') {
    const [step, length] = nextStep(rest) ?? [];
    if (step === undefined || length === undefined) return undefined;
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

function nextStep(rest: string): [Step, number] | undefined {
  const all = ALL.exec(rest);
  if (all) return [{ is: 'all' }, all[0].length];
  const index = INDEX.exec(rest);
  if (index) return [{ is: 'index', index: Number(index[1]) }, index[0].length];
  const quoted = QUOTED.exec(rest);
  if (quoted) return [{ is: 'member', name: unescaped(quoted[1] ?? '') }, quoted[0].length];
  const filter = FILTER.exec(rest);
  if (filter) {
    const [whole, path = '', operator = '', value = ''] = filter;
    const inner = parseJsonPath(path);
    return inner && [{ is: 'filter', path: inner, operator, value: literal(value) }, whole.length];
  }
  const member = MEMBER.exec(rest);
  return member ? [{ is: 'member', name: unescaped(member[1] ?? '') }, member[0].length] : undefined;
}

const unescaped = (text: string): string => text.replaceAll(/\\(.)/g, '$1');

function literal(text: string): string | number | boolean {
  if (/^['"]/.test(text)) return unescaped(text.slice(1, -1));
  return text === 'true' || text === 'false' ? text === 'true' : Number(text);
}

/** All values at the path, in order. */
export function valuesAt(value: unknown, steps: readonly Step[]): readonly unknown[] {
  let found: readonly unknown[] = [value];
  for (const step of steps) found = found.flatMap((item) => taken(item, step)).filter((item) => item !== undefined);
  return found;
}

function taken(value: unknown, step: Step): readonly unknown[] {
  switch (step.is) {
    case 'member':
      return isObject(value) ? [value[step.name]] : [];
    case 'index':
      return Array.isArray(value) ? [value.at(step.index)] : [];
    case 'all':
      return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
    case 'filter':
      return Array.isArray(value)
        ? value.filter((item) => {
            const [first] = valuesAt(item, step.path);
            return first !== undefined && (first === step.value) === (step.operator === '==');
          })
        : [];
    default:
      return [];
  }
}
