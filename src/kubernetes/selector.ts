import { EvenkeelError } from '../base/index.ts';
import type { LabelSelector } from './objects.ts';

type Labels = Readonly<Record<string, string>> | undefined;

/**
 * Tells whether labels satisfy a LabelSelector object.
 *
 * An empty selector matches everything; an absent one matches nothing. Source: API reference, LabelSelector.
 */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (labels?.[key] !== value) return false;
  }
  return (selector.matchExpressions ?? []).every(({ key, operator, values }) =>
    matchesRequirement({ key, operator: operator as Operator, values: values ?? [] }, labels),
  );
}

/** Tells whether labels hold every pair of a plain map (a Service's selector). An empty or absent map matches nothing. */
export function matchesLabels(selector: Readonly<Record<string, string>> | undefined, labels: Labels): boolean {
  const pairs = Object.entries(selector ?? {});
  return pairs.length > 0 && pairs.every(([key, value]) => labels?.[key] === value);
}

type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

/** One requirement of a selector in text or object form. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** Tells whether labels meet one requirement. `NotIn` is met by an absent label. Source: apimachinery labels.Requirement. */
export function matchesRequirement({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels?.[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return compareWhole(value, values[0], (a, b) => a > b);
    case 'Lt':
      return compareWhole(value, values[0], (a, b) => a < b);
    default:
      return false;
  }
}

function compareWhole(value: string | undefined, bound: string | undefined, test: (a: bigint, b: bigint) => boolean): boolean {
  const whole = /^[+-]?\d+$/;
  if (value === undefined || bound === undefined || !whole.test(value) || !whole.test(bound)) return false;
  return test(BigInt(value), BigInt(bound));
}

/**
 * Reads the text form: `app=web,tier in (a, b),!legacy,env!=test,size>3`. Empty text gives no requirements (matches all).
 *
 * Errors: `INVALID_INPUT`. Source: apimachinery labels.Parse.
 */
export function parseLabelSelector(text: string): Requirement[] {
  const parts = text.match(/(?:[^,(]|\([^)]*\))+/g) ?? [];
  return parts.map((part) => parseRequirement(part.trim(), text));
}

function parseRequirement(part: string, whole: string): Requirement {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(part);
  if (set) {
    const [, key = '', word, values = ''] = set;
    return { key, operator: word === 'in' ? 'In' : 'NotIn', values: values.split(',').map((value) => value.trim()) };
  }
  const absent = /^!\s*([^\s=!<>]+)$/.exec(part);
  if (absent) return { key: absent[1] ?? '', operator: 'DoesNotExist', values: [] };
  const pair = /^([^\s=!<>]+)\s*(==|=|!=|>|<)\s*([^\s=!<>]*)$/.exec(part);
  if (pair) {
    const operators: Readonly<Record<string, Operator>> = { '=': 'In', '==': 'In', '!=': 'NotIn', '>': 'Gt', '<': 'Lt' };
    return { key: pair[1] ?? '', operator: operators[pair[2] ?? ''] ?? 'In', values: [pair[3] ?? ''] };
  }
  if (/^[^\s=!<>()]+$/.test(part)) return { key: part, operator: 'Exists', values: [] };
  throw new EvenkeelError('INVALID_INPUT', `unable to parse label selector '${whole}' at '${part}'`, {
    blame: 'input',
    hint: 'Write it like app=web,tier in (a,b),!legacy.',
  });
}

/** Tells whether labels meet all requirements. */
export function matchesRequirements(requirements: readonly Requirement[], labels: Labels): boolean {
  return requirements.every((requirement) => matchesRequirement(requirement, labels));
}
