/** The eviction subresource: a delete that asks disruption budgets first. Source: pkg/registry/core/pod/storage/eviction.go, 1.36. */
import { assert } from '../../base/index.ts';
import { matchesSelector, resourceOf, type Pod, type PodDisruptionBudget } from '../../kubernetes/index.ts';
import { copyJson } from './json.ts';
import type { RuleContext } from './kind-rules.ts';
import { timestamp } from './names.ts';
import type { ObjectWriter } from './object-writer.ts';
import { internalError, notFound, tooManyRequests } from './statuses.ts';
import type { Stored } from './store.ts';
import type { DeleteOptions, Draft } from './types.ts';

export interface Eviction {
  readonly namespace: string;
  readonly pod: string;
  readonly options?: DeleteOptions;
  readonly dryRun?: boolean;
}

const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";

/** Evicts a pod, or refuses with 429 when its budget has no room. Errors: `ApiError` 404, 429, 500. */
export function evictPod(writer: ObjectWriter, { namespace, pod: name, options, dryRun = false }: Eviction): void {
  const { context } = writer;
  const resource = resourceOf('Pod');
  assert(resource, 'pods are known');
  const pod = context.store.get('Pod', namespace, name) as (Stored & Draft<Pod>) | undefined; // the kind says so
  if (pod === undefined) throw notFound(resource, name);
  const budgeted = needsBudget(pod);
  if (budgeted) spendBudget(context, pod, dryRun);
  if (dryRun) return;
  if (budgeted) markDisruption(context, pod);
  writer.remove('Pod', namespace, name, options);
}

function needsBudget({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && !['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? 'Pending');
}

function spendBudget(context: RuleContext, pod: Stored & Draft<Pod>, dryRun: boolean): void {
  const namespace = pod.metadata.namespace ?? '';
  // The kind says so.
  const all = context.store.list('PodDisruptionBudget', namespace) as unknown as (Stored & Draft<PodDisruptionBudget>)[];
  const budgets = all.filter(({ spec }) => matchesSelector(spec?.selector, pod.metadata.labels));
  if (budgets.length > 1) {
    throw internalError('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  }
  const [found] = budgets;
  if (found === undefined || mayIgnore(found, pod)) return;
  const budget = copyJson(found);
  const { metadata, status } = budget;
  const refuse = (message: string): Error => tooManyRequests(VIOLATES, [{ reason: 'DisruptionBudget', message }]);
  if (status === undefined || (status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    throw refuse(`The disruption budget ${metadata.name} is still being processed by the server.`);
  }
  if (status.disruptionsAllowed <= 0) {
    throw refuse(
      `The disruption budget ${metadata.name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`,
    );
  }
  if (dryRun) return;
  status.disruptionsAllowed -= 1;
  status.disruptedPods = { ...status.disruptedPods, [pod.metadata.name]: timestamp(context.clock.now()) };
  if (status.disruptionsAllowed === 0) closeBudget(budget, timestamp(context.clock.now()));
  context.store.put('PodDisruptionBudget', budget);
}

/** A pod that is not ready disrupts nobody, if the policy or a healthy application says so. */
function mayIgnore({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  const ready = pod.status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
  if (ready) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return status !== undefined && status.desiredHealthy > 0 && status.currentHealthy >= status.desiredHealthy;
}

function closeBudget({ status, metadata }: Draft<PodDisruptionBudget>, now: string): void {
  const others = (status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionAllowed');
  const observedGeneration = metadata.generation ?? 1;
  const closed = {
    type: 'DisruptionAllowed',
    status: 'False',
    observedGeneration,
    lastTransitionTime: now,
    reason: 'InsufficientPods',
    message: '',
  };
  if (status) status.conditions = [...others, closed];
}

function markDisruption({ store, clock }: RuleContext, found: Stored & Draft<Pod>): void {
  const pod = copyJson(found);
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
  const target = {
    type: 'DisruptionTarget',
    status: 'True',
    lastTransitionTime: timestamp(clock.now()),
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  pod.status = { ...pod.status, conditions: [...others, target] };
  store.put('Pod', pod);
}
