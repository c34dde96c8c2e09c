/** Limit ranges. Source: ValidateLimitRange, pkg/apis/core/validation, 1.36. */
import { compareQuantities, parseQuantity, type LimitRange } from '../../../kubernetes/index.ts';
import type { Problems } from '../problems.ts';
import { qualifiedNameProblems } from './_names.ts';
import type { Loose } from './_pod-fields.ts';
import { isOvercommitAllowed, quantityText, validateContainerResourceName, validateResourceName } from './_quantities.ts';

export type LimitFields = Loose<NonNullable<LimitRange['spec']>['limits'][number]>;
type Part = 'min' | 'max' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio';
type Amounts = Readonly<Record<string, string>>;

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const WORDS = { min: 'min', max: 'max', default: 'default', defaultRequest: 'default request' } as const;

/** Which may not be above which; whose field and whose value are told. */
const ORDER = [
  { low: 'min', high: 'max', at: 'min' },
  { low: 'min', high: 'defaultRequest', at: 'defaultRequest' },
  { low: 'defaultRequest', high: 'max', at: 'defaultRequest' },
  { low: 'defaultRequest', high: 'default', at: 'defaultRequest', word: 'default limit' },
  { low: 'min', high: 'default', at: 'default', told: 'min' },
  { low: 'default', high: 'max', at: 'default', told: 'max' },
] as const;

const amountsOf = (item: LimitFields, part: Part): Amounts => (item[part] ?? {}) as Amounts; // quantities, the decoder saw to it

export function validateLimits(limits: readonly LimitFields[], problems: Problems): void {
  for (const [index, item] of limits.entries()) {
    const path = `spec.limits[${index}]`;
    const { type = '' } = item;
    const texts = qualifiedNameProblems(type);
    problems.eachInvalid(`${path}.type`, type, texts);
    if (texts.length === 0 && !type.includes('/') && !TYPES.includes(type)) {
      problems.invalid(`${path}.type`, type, 'must be a standard limit type or fully qualified');
    }
    if (limits.slice(0, index).some((other) => other.type === type)) problems.duplicate(`${path}.type`, type);
    validateItem(item, path, problems);
  }
}

function validateItem(item: LimitFields, path: string, problems: Problems): void {
  const isPod = item.type === 'Pod';
  validateNames(item, ['max', 'min'], path, problems);
  if (isPod) {
    for (const part of ['default', 'defaultRequest'] as const) {
      if (Object.keys(amountsOf(item, part)).length > 0) problems.forbidden(`${path}.${part}`, "may not be specified when `type` is 'Pod'");
    }
  } else validateNames(item, ['default', 'defaultRequest'], path, problems);
  if (
    item.type === 'PersistentVolumeClaim' &&
    [item.min, item.max].every((part) => (part as Amounts | undefined)?.['storage'] === undefined)
  ) {
    problems.required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided');
  }
  validateNames(item, ['maxLimitRequestRatio'], path, problems);
  const parts: readonly Part[] = isPod
    ? ['max', 'min', 'maxLimitRequestRatio']
    : ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];
  const names = new Set(parts.flatMap((part) => Object.keys(amountsOf(item, part))));
  for (const name of [...names].sort()) {
    validateOrder(item, name, path, problems, parts);
    validateRatio(item, name, path, problems);
    validateFixed(item, name, path, problems, isPod);
  }
}

function validateNames(item: LimitFields, parts: readonly Part[], path: string, problems: Problems): void {
  for (const part of parts) {
    for (const name of Object.keys(amountsOf(item, part))) {
      const at = `${path}.${part}[${name}]`;
      if (item.type === 'Pod' || item.type === 'Container') validateContainerResourceName(name, at, problems);
      else validateResourceName(name, at, problems);
    }
  }
}

function validateOrder(item: LimitFields, name: string, path: string, problems: Problems, parts: readonly Part[]): void {
  for (const rule of ORDER) {
    const [low, high] = [amountsOf(item, rule.low)[name], amountsOf(item, rule.high)[name]];
    if (!parts.includes(rule.low) || !parts.includes(rule.high)) continue;
    if (low === undefined || high === undefined || compareQuantities(low, high) <= 0) continue;
    const told = 'told' in rule ? rule.told : rule.at;
    const word = 'word' in rule ? rule.word : WORDS[rule.high];
    const text = `${WORDS[rule.low]} value ${quantityText(low)} is greater than ${word} value ${quantityText(high)}`;
    problems.invalid(`${path}.${rule.at}[${name}]`, quantityText(amountsOf(item, told)[name] ?? ''), text);
  }
}

function validateRatio(item: LimitFields, name: string, path: string, problems: Problems): void {
  const ratio = amountsOf(item, 'maxLimitRequestRatio')[name];
  if (ratio === undefined) return;
  const at = `${path}.maxLimitRequestRatio[${name}]`;
  const told = quantityText(ratio);
  if (compareQuantities(ratio, '1') < 0) problems.invalid(at, told, `ratio ${told} is less than 1`);
  const [min, max] = [amountsOf(item, 'min')[name], amountsOf(item, 'max')[name]];
  if (min === undefined || max === undefined) return;
  const most = Number(parseQuantity(max).nano) / Number(parseQuantity(min).nano);
  if (Number(parseQuantity(ratio).nano) / 1e9 > most)
    problems.invalid(at, told, `ratio ${told} is greater than max/min = ${most.toFixed(6)}`);
}

/** Of what can not be promised twice, the limit is the request. */
function validateFixed(item: LimitFields, name: string, path: string, problems: Problems, isPod: boolean): void {
  const [limit, request] = [amountsOf(item, 'default')[name], amountsOf(item, 'defaultRequest')[name]];
  if (isPod || isOvercommitAllowed(name) || limit === undefined || request === undefined || compareQuantities(limit, request) === 0) return;
  const text = `default value ${quantityText(limit)} must equal to defaultRequest value ${quantityText(request)} in ${name}`;
  problems.invalid(`${path}.defaultRequest[${name}]`, quantityText(request), text);
}
