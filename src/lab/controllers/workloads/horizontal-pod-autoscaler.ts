/** Scales workloads by the CPU that their pods say they use. Source: pkg/controller/podautoscaler/horizontal.go (Kubernetes 1.36). */
import { every } from '../../../base/index.ts';
import { matchesSelector, type Deployment, type HorizontalPodAutoscaler, type Pod } from '../../../kubernetes/index.ts';
import type { Controller, ControllerContext } from '../runtime/controller.ts';
import { isFinished, isReady, isTerminating, keyOf } from '../runtime/pods.ts';
import { timestamp } from '../runtime/time.ts';
import { recommendedReplicas } from './replica-recommendation.ts';
import { leastAllowed, mostAllowed, stabilized, windowsMs, type Recommendation, type Rescaling } from './scaling-behavior.ts';

const NAME = 'horizontal-pod-autoscaler';
const KIND = 'HorizontalPodAutoscaler';
/** Percent of the pod's request; the metric that the lab serves. */
const CPU = 'evenkeel.dev/cpu-utilization';
const SCALABLE = new Set(['Deployment', 'ReplicaSet', 'StatefulSet']);

export const horizontalPodAutoscaler: Controller = {
  name: NAME,
  summary: 'Scales workloads towards a CPU utilization, which pods state in an annotation (evenkeel.dev/cpu-utilization).',
  start(context) {
    const { api, clock, timing } = context;
    const history = new Map<string, History>();
    return every(clock, timing.autoscalerPeriodMs, () => {
      for (const autoscaler of api.list<HorizontalPodAutoscaler>(KIND)) scale(context, autoscaler, history);
    });
  },
};

interface History {
  recommendations: readonly Recommendation[];
  rescalings: readonly Rescaling[];
}

/** No policy looks back further than this. */
const LONGEST_PERIOD_MS = 3_600_000;

function scale(context: ControllerContext, autoscaler: HorizontalPodAutoscaler, history: Map<string, History>): void {
  const { api, clock, recorder, timing } = context;
  const { namespace } = autoscaler.metadata;
  const { spec } = autoscaler;
  const reference = spec?.scaleTargetRef;
  if (!spec || !reference || !SCALABLE.has(reference.kind)) return;
  // All three kinds have replicas and a selector at the same place.
  const target = api.get<Deployment>(reference.kind, namespace, reference.name);
  const current = target?.spec?.replicas ?? 1;
  // No replicas means that someone switched scaling off.
  if (!target || current === 0) return;
  const events = recorder(NAME);
  const measured = measure(context, autoscaler, target);
  if (measured === undefined) {
    const text = 'failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API';
    events.event(autoscaler, 'Warning', 'FailedGetResourceMetric', text);
    return writeStatus(context, autoscaler, { current, desired: current, active: false });
  }
  const asked = recommendedReplicas({ ...measured, current });
  const [least, most] = [spec.minReplicas ?? 1, spec.maxReplicas];
  const nowMs = clock.now();
  // What is there at the first look counts as asked for.
  const known = history.get(keyOf(autoscaler)) ?? { recommendations: [{ atMs: nowMs, replicas: current }], rescalings: [] };
  history.set(keyOf(autoscaler), known);
  const latest = { atMs: nowMs, replicas: asked };
  const windows = windowsMs(spec.behavior, timing.downscaleStabilizationMs);
  const stable = stabilized(known.recommendations, { current, latest, windows });
  known.recommendations = [...known.recommendations, latest].filter(({ atMs }) => nowMs - atMs < Math.max(windows.up, windows.down));
  const limits = { behavior: spec.behavior, current, rescalings: known.rescalings, nowMs };
  const desired = bounded(current, stable, { least, most, limits });
  if (desired !== current) {
    const rescaling = { atMs: nowMs, change: desired - current };
    known.rescalings = [...known.rescalings.filter(({ atMs }) => nowMs - atMs < LONGEST_PERIOD_MS), rescaling];
    api.modify<Deployment>(reference.kind, namespace, reference.name, (draft) => {
      if (draft.spec) draft.spec.replicas = desired;
    });
    const why = desired > current ? 'cpu resource utilization (percentage of request) above target' : 'All metrics below target';
    events.event(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${why}`);
  }
  writeStatus(context, autoscaler, { current, desired, active: true, utilization: mean(measured.utilizations) });
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly limits: Parameters<typeof mostAllowed>[0];
}

/** What lies outside the autoscaler's own bounds is brought inside at once; within them its policies set the pace. */
function bounded(current: number, asked: number, { least, most, limits }: Bounds): number {
  if (current > most) return most;
  if (current < least) return least;
  const within = Math.max(least, Math.min(most, asked));
  return within > current ? Math.min(within, mostAllowed(limits)) : Math.max(within, leastAllowed(limits));
}

const mean = (values: readonly number[]): number => Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);

function measure({ api }: ControllerContext, { spec }: HorizontalPodAutoscaler, target: Deployment) {
  const metric = spec?.metrics?.find(({ resource }) => resource?.name === 'cpu' && resource.target.averageUtilization !== undefined);
  const targetPercent = metric?.resource?.target.averageUtilization;
  if (targetPercent === undefined) return undefined;
  const pods = api
    .list<Pod>('Pod', { namespace: target.metadata.namespace })
    .filter((pod) => matchesSelector(target.spec?.selector, pod.metadata.labels) && !isTerminating(pod) && !isFinished(pod));
  const utilizations = pods.filter(isReady).flatMap(({ metadata }) => {
    const stated = Number(metadata.annotations?.[CPU] ?? Number.NaN);
    return Number.isFinite(stated) ? [stated] : [];
  });
  return utilizations.length === 0 ? undefined : { utilizations, missing: pods.length - utilizations.length, targetPercent };
}

interface Outcome {
  readonly current: number;
  readonly desired: number;
  readonly active: boolean;
  readonly utilization?: number;
}

function writeStatus({ api, clock }: ControllerContext, autoscaler: HorizontalPodAutoscaler, outcome: Outcome): void {
  const { current, desired, active, utilization } = outcome;
  const { namespace, name, generation = 0 } = autoscaler.metadata;
  const now = timestamp(clock.now());
  const before = new Map((autoscaler.status?.conditions ?? []).map((condition) => [condition.type, condition]));
  const condition = (type: string, status: string, reason: string, message: string) => {
    const known = before.get(type);
    return { type, status, reason, message, lastTransitionTime: known?.status === status ? (known.lastTransitionTime ?? now) : now };
  };
  const conditions = [
    condition('AbleToScale', 'True', desired === current ? 'ReadyForNewScale' : 'SucceededRescale', 'the lab scales it'),
    active
      ? condition(
          'ScalingActive',
          'True',
          'ValidMetricFound',
          'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
        )
      : condition('ScalingActive', 'False', 'FailedGetResourceMetric', `no pod carries the annotation ${CPU}`),
  ];
  api.modify<HorizontalPodAutoscaler>(
    KIND,
    namespace,
    name,
    (draft) => {
      draft.status = {
        ...draft.status,
        observedGeneration: generation,
        currentReplicas: current,
        desiredReplicas: desired,
        ...(desired === current ? {} : { lastScaleTime: now }),
        ...(utilization === undefined
          ? {}
          : {
              currentMetrics: [
                { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: utilization, averageValue: '0' } } },
              ],
            }),
        conditions,
      };
    },
    { subresource: 'status' },
  );
}
