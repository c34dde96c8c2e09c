/** Quotas and limit ranges: defaults and checks. Source: pkg/apis/core/v1/defaults.go and validation, 1.36. */
import { compareQuantities, type LimitRange, type ResourceQuota } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import { rulesFor, type KindRules } from '../kind-rules.ts';
import type { Problems } from '../problems.ts';
import type { Draft } from '../types.ts';

type Item = NonNullable<Draft<LimitRange>['spec']>['limits'][number];

/** What a range leaves open follows from what it says: the limit from the maximum, the request from the limit or the minimum. */
function defaultItem(item: Item): void {
  if (item.type !== 'Container') return;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}

const ORDER = [
  ['min', 'max'],
  ['min', 'defaultRequest'],
  ['min', 'default'],
  ['defaultRequest', 'max'],
  ['defaultRequest', 'default'],
  ['default', 'max'],
] as const;
const WORDS = { min: 'min', max: 'max', default: 'default', defaultRequest: 'default request' };

function validateItem(item: Item, at: string, problems: Problems): void {
  const names = [
    ...new Set(['min', 'max', 'default', 'defaultRequest'].flatMap((part) => Object.keys(item[part as keyof typeof WORDS] ?? {}))),
  ].sort(); // the four are its keys
  for (const name of names) {
    for (const [lower, upper] of ORDER) {
      const [low, high] = [item[lower]?.[name], item[upper]?.[name]];
      if (low === undefined || high === undefined || compareQuantities(low, high) <= 0) continue;
      const field = lower === 'min' ? 'min' : lower;
      problems.invalid(`${at}.${field}[${name}]`, low, `${WORDS[lower]} value ${low} is greater than ${WORDS[upper]} value ${high}`);
    }
  }
}

const limitRange = rulesFor<Draft<LimitRange>>({
  kind: 'LimitRange',
  defaults({ spec }) {
    for (const item of spec?.limits ?? []) defaultItem(item);
  },
  validate({ spec }, problems) {
    const types = new Set<string>();
    for (const [index, item] of (spec?.limits ?? []).entries()) {
      const at = `spec.limits[${index}]`;
      if (types.has(item.type)) problems.duplicate(`${at}.type`, item.type);
      types.add(item.type);
      validateItem(item, at, problems);
    }
  },
});

const resourceQuota = rulesFor<Draft<ResourceQuota>>({
  kind: 'ResourceQuota',
  hasStatus: true,
  onCreate(object) {
    object.status = {};
  },
  validate({ spec }, problems, previous) {
    for (const [name, amount] of Object.entries(spec?.hard ?? {})) {
      if (compareQuantities(amount, '0') < 0) problems.invalid(`spec.hard[${name}]`, amount, 'must be greater than or equal to 0');
    }
    if (previous && !sameJson(previous.spec?.scopes, spec?.scopes)) problems.invalid('spec.scopes', spec?.scopes, 'field is immutable');
  },
});

export const QUOTA_RULES: readonly KindRules[] = [limitRange, resourceQuota];
