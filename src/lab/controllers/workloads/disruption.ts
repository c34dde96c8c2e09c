/** Counts what disruption budgets allow. Source: pkg/controller/disruption (Kubernetes 1.36). */
import {
  matchesSelector,
  type Deployment,
  type KubeObject,
  type LabelSelector,
  type Pod,
  type PodDisruptionBudget,
} from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { conditionOf, isFinished, isReady, isTerminating, keyOf, setPodCondition, splitKey } from '../runtime/pods.ts';
import { timestamp } from '../runtime/time.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { expectationOf } from './expected-pods.ts';

const NAME = 'controllermanager';
/** An eviction that the API allowed but that nobody saw happen is forgotten after this, and so is a pod's notice that it will go. */
const DELETION_TIMEOUT_MS = 120_000;
/** Keys of pods, beside those of budgets. */
const POD = 'pod:';
const KUBELETS_REASON = 'TerminationByKubelet';

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
        api.watch<Pod>('Pod', ({ type, object, previous }) => {
          budgetsOf(object);
          budgetsOf(previous);
          if (type !== 'DELETED' && hasNotice(object)) queue.addAfter(`${POD}${keyOf(object)}`, DELETION_TIMEOUT_MS);
        }),
        ...['Deployment', 'ReplicaSet', 'StatefulSet'].map((kind) =>
          api.watch<Deployment>(kind, (event) => {
            if (event.previous?.spec?.replicas !== event.object.spec?.replicas) budgetsIn(event);
          }),
        ),
      ];
    },
    sync(context, key, queue) {
      if (key.startsWith(POD)) return takeBackNotice(context, key.slice(POD.length));
      const { namespace, name } = splitKey(key);
      const budget = context.api.get<PodDisruptionBudget>('PodDisruptionBudget', namespace, name);
      if (budget === undefined || isTerminating(budget)) return;
      const recheckMs = judge(context, budget);
      if (recheckMs !== undefined) queue.addAfter(key, recheckMs);
    },
  }),
);

/** Result: when to look again, for evictions that nobody has seen happen. */
function judge(context: ControllerContext, budget: PodDisruptionBudget): number | undefined {
  const { api, clock, recorder } = context;
  const events = recorder(NAME);
  const { namespace } = budget.metadata;
  const pods = api.list<Pod>('Pod', { namespace }).filter((pod) => matchesSelector(budget.spec?.selector, pod.metadata.labels));
  if (pods.length === 0) events.event(budget, 'Normal', 'NoPods', 'No matching pods found');
  const expectation = expectationOf(api, budget, pods);
  if (typeof expectation === 'string') {
    const message = `Failed to calculate the number of expected pods: ${expectation}`;
    events.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
    failSafe(api, budget, { why: expectation, nowMs: clock.now() });
    return undefined;
  }
  const { expected, desired, unmanaged } = expectation;
  if (unmanaged.length > 0) events.event(budget, 'Warning', 'UnmanagedPods', unmanagedText(budget));
  const disrupted = stillDisrupted(context, budget, pods);
  const isHealthy = (pod: Pod): boolean => !isTerminating(pod) && !isFinished(pod) && isReady(pod) && !(pod.metadata.name in disrupted);
  const current = pods.filter(isHealthy).length;
  const allowed = expected > 0 ? Math.max(0, current - desired) : 0;
  writeStatus(api, budget, clock.now(), {
    ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
    observedGeneration: budget.metadata.generation ?? 0,
    disruptionsAllowed: allowed,
    currentHealthy: current,
    desiredHealthy: desired,
    expectedPods: expected,
    condition: { status: allowed > 0 ? 'True' : 'False', reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods', message: '' },
  });
  const ends = Object.values(disrupted).map((since) => Date.parse(since) + DELETION_TIMEOUT_MS - clock.now());
  return ends.length > 0 ? Math.max(0, Math.min(...ends)) : undefined;
}

function unmanagedText({ spec }: PodDisruptionBudget): string {
  return (
    `Pods selected by this PodDisruptionBudget (selector: ${selectorText(spec?.selector)}) were found to be unmanaged. As a result, the status of the PDB ` +
    'cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" ' +
    'field of the PDB to an integer value.'
  );
}

/** As Go prints the structure. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}: ${value},`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => `{${key} ${operator} [${values.join(' ')}]},`);
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

interface Said {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

type Counts = Omit<NonNullable<PodDisruptionBudget['status']>, 'conditions'> & { readonly condition: Said };

function writeStatus(api: LabApi, budget: PodDisruptionBudget, nowMs: number, { condition, ...counts }: Counts): void {
  api.modify<PodDisruptionBudget>(
    'PodDisruptionBudget',
    budget.metadata.namespace,
    budget.metadata.name,
    (draft) => {
      const before = draft.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
      const isSame = before?.status === condition.status;
      const lastTransitionTime = isSame ? before.lastTransitionTime : timestamp(nowMs);
      const { observedGeneration = 0 } = counts;
      draft.status = { ...counts, conditions: [{ type: 'DisruptionAllowed', ...condition, observedGeneration, lastTransitionTime }] };
    },
    { subresource: 'status' },
  );
}

/** What can not be counted allows nothing. */
function failSafe(api: LabApi, budget: PodDisruptionBudget, { why, nowMs }: { readonly why: string; readonly nowMs: number }): void {
  const { conditions: _, ...before } = budget.status ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, disruptionsAllowed: 0 };
  const condition: Said = { status: 'False', reason: 'SyncFailed', message: why };
  writeStatus(api, budget, nowMs, { ...before, disruptionsAllowed: 0, condition });
}

function stillDisrupted({ clock, recorder }: ControllerContext, budget: PodDisruptionBudget, pods: readonly Pod[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const pod of pods.filter((each) => !isTerminating(each))) {
    const since = budget.status?.disruptedPods?.[pod.metadata.name];
    if (since === undefined) continue;
    if (Date.parse(since) + DELETION_TIMEOUT_MS > clock.now()) kept[pod.metadata.name] = since;
    else {
      // The real one names the namespace twice, too.
      const { namespace } = budget.metadata;
      recorder(NAME).event(pod, 'Warning', 'NotDeleted', `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`);
    }
  }
  return kept;
}

function hasNotice(pod: Pod): boolean {
  const notice = conditionOf(pod, 'DisruptionTarget');
  return notice?.status === 'True' && notice.reason !== KUBELETS_REASON && !isTerminating(pod) && !isFinished(pod);
}

/** A pod that was told that it would go, and did not. */
function takeBackNotice({ api, clock }: ControllerContext, key: string): void {
  const { namespace, name } = splitKey(key);
  const pod = api.get<Pod>('Pod', namespace, name);
  if (pod === undefined || !hasNotice(pod)) return;
  const change = { type: 'DisruptionTarget', status: 'False' } as const;
  api.modify<Pod>('Pod', namespace, name, (draft) => setPodCondition(draft, change, clock.now()), { subresource: 'status' });
}
