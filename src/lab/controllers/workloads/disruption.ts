/** Counts what disruption budgets allow. Source: pkg/controller/disruption (Kubernetes 1.36). */
import {
  matchesSelector,
  resourceOf,
  type Deployment,
  type KubeObject,
  type Pod,
  type PodDisruptionBudget,
  type ReplicaSet,
  type StatefulSet,
} from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { intOrPercent } from '../runtime/int-or-percent.ts';
import { controllerOf, isFinished, isReady, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { timestamp } from '../runtime/time.ts';
import { watchingController } from '../runtime/watching-controller.ts';

/** An eviction that the API allowed but that nobody saw happen is forgotten after this. */
const DELETION_TIMEOUT_MS = 120_000;

export const disruption = watchingController(
  'disruption-controller',
  'Keeps the status of disruption budgets: how many pods may go now.',
  () => ({
    watch({ api }, queue) {
      const budgetsOf = (pod: Pod | undefined): void => {
        if (pod === undefined) return;
        for (const budget of api.list<PodDisruptionBudget>('PodDisruptionBudget', { namespace: pod.metadata.namespace })) {
          if (matchesSelector(budget.spec?.selector, pod.metadata.labels)) queue.add(keyOf(budget));
        }
      };
      const budgetsIn = ({ object }: { readonly object: KubeObject }): void => {
        const { namespace } = object.metadata;
        for (const budget of api.list<PodDisruptionBudget>('PodDisruptionBudget', { namespace })) queue.add(keyOf(budget));
      };
      return [
        api.watch<PodDisruptionBudget>('PodDisruptionBudget', ({ object }) => queue.add(keyOf(object))),
        api.watch<Pod>('Pod', ({ object, previous }) => {
          budgetsOf(object);
          budgetsOf(previous);
        }),
        ...['Deployment', 'ReplicaSet', 'StatefulSet'].map((kind) =>
          api.watch<Deployment>(kind, (event) => {
            if (event.previous?.spec?.replicas !== event.object.spec?.replicas) budgetsIn(event);
          }),
        ),
      ];
    },
    sync({ api, clock, recorder }, key, queue) {
      const { namespace, name } = splitKey(key);
      const budget = api.get<PodDisruptionBudget>('PodDisruptionBudget', namespace, name);
      if (budget === undefined || isTerminating(budget)) return;
      const pods = api.list<Pod>('Pod', { namespace }).filter((pod) => matchesSelector(budget.spec?.selector, pod.metadata.labels));
      if (pods.length === 0) recorder('controllermanager').event(budget, 'Normal', 'NoPods', 'No matching pods found');
      const { expected, desired } = expectation(api, budget, pods);
      const disrupted = stillDisrupted(budget, pods, clock.now());
      const isHealthy = (pod: Pod): boolean => !isTerminating(pod) && !isFinished(pod) && isReady(pod) && !(pod.metadata.name in disrupted);
      const current = pods.filter(isHealthy).length;
      const allowed = expected > 0 ? Math.max(0, current - desired) : 0;
      if (Object.keys(disrupted).length > 0) queue.addAfter(key, DELETION_TIMEOUT_MS);
      api.modify<PodDisruptionBudget>(
        'PodDisruptionBudget',
        namespace,
        name,
        (draft) => {
          const before = draft.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
          const status = allowed > 0 ? 'True' : 'False';
          const condition = {
            type: 'DisruptionAllowed',
            status,
            reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
            message: '',
            observedGeneration: budget.metadata.generation ?? 0,
            lastTransitionTime: before?.status === status ? before.lastTransitionTime : timestamp(clock.now()),
          };
          draft.status = {
            ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
            observedGeneration: budget.metadata.generation ?? 0,
            disruptionsAllowed: allowed,
            currentHealthy: current,
            desiredHealthy: desired,
            expectedPods: expected,
            conditions: [condition],
          };
        },
        { subresource: 'status' },
      );
    },
  }),
);

function stillDisrupted(budget: PodDisruptionBudget, pods: readonly Pod[], nowMs: number): Record<string, string> {
  const kept = Object.entries(budget.status?.disruptedPods ?? {}).filter(([name, since]) => {
    const pod = pods.find(({ metadata }) => metadata.name === name);
    return pod !== undefined && !isTerminating(pod) && Date.parse(since) + DELETION_TIMEOUT_MS > nowMs;
  });
  return Object.fromEntries(kept);
}

/** A whole `minAvailable` counts the pods there are; everything else asks the pods' controllers for their scale. */
function expectation(
  api: LabApi,
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
): { readonly expected: number; readonly desired: number } {
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  if (maxUnavailable !== undefined) {
    const expected = scaleOf(api, pods);
    return { expected, desired: Math.max(0, expected - intOrPercent(maxUnavailable, expected, 'up')) };
  }
  if (minAvailable === undefined) return { expected: pods.length, desired: 0 };
  if (typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable };
  const expected = scaleOf(api, pods);
  return { expected, desired: intOrPercent(minAvailable, expected, 'up') };
}

function scaleOf(api: LabApi, pods: readonly Pod[]): number {
  const scales = new Map<string, number>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined || resourceOf(owner.kind) === undefined) continue;
    const namespace = pod.metadata.namespace;
    const found = api.get<ReplicaSet | StatefulSet>(owner.kind, namespace, owner.name);
    const above = found && controllerOf(found);
    const top = above?.kind === 'Deployment' ? api.get<Deployment>('Deployment', namespace, above.name) : found;
    if (top) scales.set(top.metadata.uid ?? '', top.spec?.replicas ?? 1);
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}
