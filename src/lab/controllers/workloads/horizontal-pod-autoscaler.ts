/** Scales workloads by the CPU that their pods say they use. Source: pkg/controller/podautoscaler/horizontal.go (Kubernetes 1.36). */
import { every } from '../../../base/index.ts';
import { matchesSelector, type Deployment, type HorizontalPodAutoscaler, type Pod } from '../../../kubernetes/index.ts';
import type { Controller, ControllerContext } from '../runtime/controller.ts';
import { isFinished, isReady, isTerminating, keyOf } from '../runtime/pods.ts';
import { timestamp } from '../runtime/time.ts';
import { recommendedReplicas, scaleUpLimit } from './replica-recommendation.ts';

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
    const history = new Map<string, Recommendation[]>();
    return every(clock, timing.autoscalerPeriodMs, () => {
      for (const autoscaler of api.list<HorizontalPodAutoscaler>(KIND)) scale(context, autoscaler, history);
    });
  },
};

interface Recommendation {
  readonly atMs: number;
  readonly replicas: number;
}

function scale(context: ControllerContext, autoscaler: HorizontalPodAutoscaler, history: Map<string, Recommendation[]>): void {
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
  // What is there at the first look counts as asked for.
  if (!history.has(keyOf(autoscaler))) history.set(keyOf(autoscaler), [{ atMs: clock.now(), replicas: current }]);
  const stable = stabilized(history, keyOf(autoscaler), { atMs: clock.now(), replicas: asked }, timing.downscaleStabilizationMs);
  const desired = Math.max(least, Math.min(most, scaleUpLimit(current), Math.max(asked, Math.min(stable, current))));
  if (desired !== current) {
    api.modify<Deployment>(reference.kind, namespace, reference.name, (draft) => {
      if (draft.spec) draft.spec.replicas = desired;
    });
    const why = desired > current ? 'cpu resource utilization (percentage of request) above target' : 'All metrics below target';
    events.event(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${why}`);
  }
  writeStatus(context, autoscaler, { current, desired, active: true, utilization: mean(measured.utilizations) });
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

/** The highest of the recommendations of late, so that a dip takes nothing away. */
function stabilized(history: Map<string, Recommendation[]>, key: string, latest: Recommendation, windowMs: number): number {
  const recent = [...(history.get(key) ?? []).filter(({ atMs }) => latest.atMs - atMs < windowMs), latest];
  history.set(key, recent);
  return Math.max(...recent.map(({ replicas }) => replicas));
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
