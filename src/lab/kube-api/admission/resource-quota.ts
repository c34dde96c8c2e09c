/** The ResourceQuota admission plugin: what goes beyond a namespace's quota is refused. Source: apiserver plugin/resourcequota, 1.36. */
import type { Pod, Quantity, Resource, ResourceQuota } from '../../../kubernetes/index.ts';
import { copyJson } from '../json.ts';
import type { RuleContext } from '../kind-rules.ts';
import { forbidden } from '../statuses.ts';
import { namespaceOf, type Stored } from '../store.ts';
import type { Draft } from '../types.ts';
import { addTo, amountsOf, minus, prettyAmounts, toQuantities } from './amounts.ts';
import { isInScope, masked, usageOf } from './quota-usage.ts';

type Quota = Stored & Draft<ResourceQuota>;

/** Kinds whose changes may take more; of the others only the number counts, but for the resize of a pod. */
const GROWING = ['PersistentVolumeClaim', 'Service'];

interface Charge {
  readonly quota: Quota;
  readonly delta: Map<string, Quantity>;
}

/** Refuses (403) or, unless it is a dry run, charges every quota that covers the object. */
export function admitQuota(
  resource: Resource,
  object: Stored,
  {
    previous,
    dryRun,
    context,
    isResize = false,
  }: { previous: Stored | undefined; dryRun: boolean; context: RuleContext; isResize?: boolean },
): void {
  // Events are never counted.
  if (!resource.namespaced || resource.kind === 'Event') return;
  if (previous !== undefined && !isResize && !GROWING.includes(resource.kind)) return;
  // The kind says so.
  const quotas = context.store.list('ResourceQuota', namespaceOf(object)) as unknown as Quota[];
  if (quotas.length === 0) return;
  const nowMs = context.clock.now();
  const usage = usageOf(resource, object, nowMs);
  const delta = previous === undefined ? usage : minus(usage, usageOf(resource, previous, nowMs));
  const charges = quotas
    .filter((quota) => isInScope(quota, resource.kind, object))
    .flatMap((quota) => chargeOf(quota, { resource, object, delta }));
  if (dryRun) return;
  for (const { quota, delta: more } of charges) {
    const draft = copyJson(quota);
    const used = amountsOf(draft.status?.used);
    addTo(used, more);
    draft.status = { ...draft.status, used: toQuantities(used) };
    context.store.put('ResourceQuota', draft);
  }
}

/** What a quota is to be charged with. Errors: `ApiError` 403. */
function chargeOf(
  quota: Quota,
  { resource, object, delta }: { resource: Resource; object: Stored; delta: Map<string, Quantity> },
): Charge[] {
  const { name } = quota.metadata;
  const refuse = (why: string): Error => forbidden(resource, object.metadata.name, why);
  const limited = Object.keys(quota.status?.hard ?? quota.spec?.hard ?? {});
  if (resource.kind === 'Pod') checkStated(object as unknown as Pod, limited, (why) => refuse(`failed quota: ${name}: ${why}`)); // the kind says so
  const wanted = masked(delta, limited);
  const more = new Map([...wanted].filter(([, { nano }]) => nano > 0n));
  if (more.size === 0) return [];
  const [used, hard] = [amountsOf(quota.status?.used), amountsOf(quota.status?.hard)];
  const unknown = [...more.keys()].filter((item) => !used.has(item) || !hard.has(item)).sort();
  if (unknown.length > 0) throw refuse(`status unknown for quota: ${name}, resources: ${unknown.join(',')}`);
  const exceeded = [...more.keys()].filter(
    (item) => (used.get(item)?.nano ?? 0n) + (more.get(item)?.nano ?? 0n) > (hard.get(item)?.nano ?? 0n),
  );
  if (exceeded.length > 0) {
    const [requested, before, limit] = [more, used, hard].map((amounts) => prettyAmounts(masked(amounts, exceeded)));
    throw refuse(`exceeded quota: ${name}, requested: ${requested}, used: ${before}, limited: ${limit}`);
  }
  return [{ quota, delta: more }];
}

/** A quota on cpu or memory wants every container to say what it takes. Source: evaluator/core/pods.go Constraints. */
function checkStated(pod: Pod, limited: readonly string[], refuse: (why: string) => Error): void {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const missing = limited
    .filter((name) => /^(?:(?:requests|limits)\.)?(?:cpu|memory)$/.test(name))
    .sort()
    .flatMap((name) => {
      const [part, item] = name.includes('.') ? name.split('.') : ['requests', name];
      const silent = containers.filter(
        ({ resources }) => resources?.[part === 'limits' ? 'limits' : 'requests']?.[item ?? ''] === undefined,
      );
      const names = silent.map((container) => container.name).sort();
      return names.length > 0 ? [`${name} for: ${names.join(',')}`] : [];
    });
  if (missing.length > 0) throw refuse(`must specify ${missing.join('; ')}`);
}
