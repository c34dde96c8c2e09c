/** Quotas and limit ranges: defaults, and which rules judge them. Source: pkg/apis/core/v1/defaults.go, 1.36. */
import type { LimitRange, ResourceQuota } from '../../../kubernetes/index.ts';
import { rulesFor, type KindRules } from '../kind-rules.ts';
import type { Draft } from '../types.ts';
import { validateLimits } from '../validation/limit-range.ts';
import { validateQuota } from '../validation/resource-quota.ts';

type Item = NonNullable<Draft<LimitRange>['spec']>['limits'][number];

/** What a range leaves open follows from what it says: the limit from the maximum, the request from the limit or the minimum. */
function defaultItem(item: Item): void {
  if (item.type !== 'Container') return;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}

const limitRange = rulesFor<Draft<LimitRange>>({
  kind: 'LimitRange',
  defaults({ spec }) {
    for (const item of spec?.limits ?? []) defaultItem(item);
  },
  validate({ spec }, problems) {
    validateLimits(spec?.limits ?? [], problems);
  },
});

const resourceQuota = rulesFor<Draft<ResourceQuota>>({
  kind: 'ResourceQuota',
  hasStatus: true,
  onCreate(object) {
    object.status = {};
  },
  validate({ spec }, problems, previous) {
    validateQuota(spec ?? {}, problems, previous && (previous.spec ?? {}));
  },
});

export const QUOTA_RULES: readonly KindRules[] = [limitRange, resourceQuota];
