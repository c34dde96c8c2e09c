/** What a whole namespace uses of a quota, as its status tells it. */
import { RESOURCES, type ResourceQuota } from '../../../kubernetes/index.ts';
import type { Stored } from '../store.ts';
import type { LabApi } from '../types.ts';
import { addTo, pieces, toQuantities } from './amounts.ts';
import { isInScope, masked, usageOf } from './quota-usage.ts';

/** Every amount that the quota limits, also those of which nothing is used. */
export function quotaUsage(api: LabApi, quota: ResourceQuota): Record<string, string> {
  const limited = Object.keys(quota.spec?.hard ?? {});
  const total = new Map(limited.map((name) => [name, pieces(0)]));
  const nowMs = api.clock.now();
  for (const resource of RESOURCES.filter(({ namespaced, kind }) => namespaced && kind !== 'Event')) {
    for (const object of api.list(resource.kind, { namespace: quota.metadata.namespace })) {
      // What the api gives out is what the store holds.
      const stored = object as unknown as Stored;
      if (isInScope(quota, resource.kind, stored)) addTo(total, masked(usageOf(resource, stored, nowMs), limited));
    }
  }
  return toQuantities(total);
}
