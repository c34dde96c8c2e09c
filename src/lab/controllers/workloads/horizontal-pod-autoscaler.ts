/** Scales workloads towards what their pods use of processor and memory, as `metrics.k8s.io` tells it. Source: pkg/controller/podautoscaler/horizontal.go (Kubernetes 1.36). */
import { every } from '../../../base/index.ts';
import {
  toMilli,
  type Deployment,
  type HorizontalPodAutoscaler,
  type LabelSelector,
  type ReplicationController,
} from '../../../kubernetes/index.ts';
import type { Draft } from '../../kube-api/index.ts';
import type { Controller, ControllerContext } from '../runtime/controller.ts';
import { guarded } from '../runtime/guarded.ts';
import { keyOf } from '../runtime/pods.ts';
import { timestamp } from '../runtime/time.ts';
import { AutoscalerSelectors } from './autoscaler-selectors.ts';
import { proposalOf, type MetricStatus, type NoProposal, type Proposal } from './metric-proposal.ts';
import type { Recommendation, Rescaling } from './scaling-behavior.ts';
import { allowedReplicas, type Verdict } from './scaling-limits.ts';

const NAME = 'horizontal-pod-autoscaler';
const KIND = 'HorizontalPodAutoscaler';
const SCALABLE: Readonly<Record<string, string>> = {
  Deployment: 'deployments.apps',
  ReplicaSet: 'replicasets.apps',
  ReplicationController: 'replicationcontrollers',
  StatefulSet: 'statefulsets.apps',
};
const TOLERANCE = 0.1;

export const horizontalPodAutoscaler: Controller = {
  name: NAME,
  summary: 'Scales workloads towards what their pods use of processor and memory (metrics.k8s.io).',
  start(context) {
    const { api, clock, timing } = context;
    const history = new Map<string, History>();
    const selectors = new AutoscalerSelectors();
    return every(clock, timing.autoscalerPeriodMs, () => {
      const autoscalers = api.list<HorizontalPodAutoscaler>(KIND);
      const keys = new Set(autoscalers.map(keyOf));
      for (const key of history.keys()) if (!keys.has(key)) history.delete(key);
      selectors.keep(keys);
      const look = guarded(context.log, NAME, (autoscaler: HorizontalPodAutoscaler) =>
        reconcile({ context, selectors }, autoscaler, history),
      );
      autoscalers.forEach((autoscaler) => look(autoscaler));
    });
  },
};

interface History {
  recommendations: readonly Recommendation[];
  rescalings: readonly Rescaling[];
}

/** No policy and no window looks back further than this. */
const LONGEST_PERIOD_MS = 3_600_000;

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
type Conditions = Map<'AbleToScale' | 'ScalingActive' | 'ScalingLimited', Verdict>;

/** One pass over one autoscaler: what it will say of itself is gathered and written at the end. */
interface Pass {
  readonly context: ControllerContext;
  readonly selectors: AutoscalerSelectors;
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly spec: Spec;
  readonly conditions: Conditions;
  readonly warn: (reason: string, message: string) => void;
}

function reconcile(
  { context, selectors }: Pick<Pass, 'context' | 'selectors'>,
  autoscaler: HorizontalPodAutoscaler,
  history: Map<string, History>,
): void {
  const { spec } = autoscaler;
  if (spec === undefined) return;
  const warn = (reason: string, message: string): void => context.recorder(NAME).event(autoscaler, 'Warning', reason, message);
  const pass: Pass = { context, selectors, autoscaler, spec, conditions: new Map(), warn };
  const target = scaleOf(pass);
  if (typeof target === 'string') {
    warn('FailedGetScale', target);
    const message = `the HPA controller was unable to get the target's current scale: ${target}`;
    pass.conditions.set('AbleToScale', { status: 'False', reason: 'FailedGetScale', message });
    return writeStatus(pass, {});
  }
  const { current } = target;
  const message = "the HPA controller was able to get the target's current scale";
  pass.conditions.set('AbleToScale', { status: 'True', reason: 'SucceededGetScale', message });
  // What is there at the first look counts as asked for.
  const first = { recommendations: [{ atMs: context.clock.now(), replicas: current }], rescalings: [] };
  const known = history.get(keyOf(autoscaler)) ?? first;
  history.set(keyOf(autoscaler), known);
  const wanted = desiredOf(pass, target, known);
  if (wanted === undefined) return;
  const { desired, why, metrics } = wanted;
  if (desired !== current) rescale(pass, { current, desired, why, known });
  writeStatus(pass, { current, desired, metrics, rescaled: desired !== current });
}

interface Scale {
  readonly current: number;
  readonly selector: LabelSelector | undefined;
}

/** A text says why there is none. */
function scaleOf({ context: { api }, autoscaler, spec: { scaleTargetRef } }: Pass): Scale | string {
  const { kind, name, apiVersion = '' } = scaleTargetRef;
  const resource = SCALABLE[kind];
  if (resource === undefined || api.kindFor(apiVersion, kind) !== kind) {
    const custom = customScaleOf({ api, autoscaler }, { kind, name, apiVersion });
    if (custom !== undefined) return custom;
  }
  if (resource === undefined) return `no matches for kind "${kind}" in group "${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}"`;
  const { namespace } = autoscaler.metadata;
  if (kind === 'ReplicationController') {
    const found = api.get<ReplicationController>(kind, namespace, name);
    if (found === undefined) return `${resource} "${name}" not found`;
    return { current: found.spec?.replicas ?? 1, selector: { matchLabels: found.spec?.selector ?? {} } };
  }
  // The other kinds have replicas and a selector at the same place.
  const found = api.get<Deployment>(kind, namespace, name);
  return found === undefined ? `${resource} "${name}" not found` : { current: found.spec?.replicas ?? 1, selector: found.spec?.selector };
}

/** Undefined when no definition has the kind. */
function customScaleOf(
  { api, autoscaler }: { readonly api: ControllerContext['api']; readonly autoscaler: HorizontalPodAutoscaler },
  { kind, name, apiVersion }: { readonly kind: string; readonly name: string; readonly apiVersion: string },
): Scale | string | undefined {
  const known = api.kindFor(apiVersion, kind);
  if (known === undefined || known === kind) return undefined;
  const found = api.customScale(known, autoscaler.metadata.namespace, name);
  if (found === undefined) return `${known} "${name}" not found`;
  if (found.selector === '') return { current: found.replicas ?? 0, selector: undefined };
  const matchLabels = Object.fromEntries(
    found.selector
      .split(',')
      .map((pair) => pair.split('='))
      .map(([key = '', value = '']) => [key.trim(), value.trim()]),
  );
  return { current: found.replicas ?? 0, selector: { matchLabels } };
}

interface Wanted {
  readonly desired: number;
  readonly why: string;
  readonly metrics?: readonly MetricStatus[];
}

/** Undefined when the metrics say nothing, which is told already. */
function desiredOf(pass: Pass, target: Scale, known: History): Wanted | undefined {
  const { spec, conditions } = pass;
  const { current } = target;
  const [least, most] = [spec.minReplicas ?? 1, spec.maxReplicas];
  // No replicas means that someone switched scaling off.
  if (current === 0 && least !== 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    conditions.set('ScalingActive', { status: 'False', reason: 'ScalingDisabled', message });
    return { desired: 0, why: '' };
  }
  if (current > most) return { desired: most, why: 'Current number of replicas above Spec.MaxReplicas' };
  if (current < least) return { desired: least, why: 'Current number of replicas below Spec.MinReplicas' };
  const conflict = pass.selectors.conflict(pass.context.api, pass.autoscaler, target.selector);
  if (conflict !== undefined) {
    pass.warn('AmbiguousSelector', conflict);
    conditions.set('ScalingActive', { status: 'False', reason: 'AmbiguousSelector', message: conflict });
    pass.warn('FailedComputeMetricsReplicas', conflict);
    writeStatus(pass, { current, metrics: [] });
    return undefined;
  }
  const { proposal, statuses } = propose(pass, target);
  if (proposal === undefined) {
    writeStatus(pass, { current, metrics: statuses });
    return undefined;
  }
  const { clock, timing } = pass.context;
  const nowMs = clock.now();
  const { recommendations, rescalings } = known;
  const { downscaleStabilizationMs } = timing;
  const proposed = proposal.replicas;
  const asked = { behavior: spec.behavior, current, proposed, least, most, recommendations, rescalings, nowMs, downscaleStabilizationMs };
  const { replicas, able, limited } = allowedReplicas(asked);
  known.recommendations = [...recommendations, { atMs: nowMs, replicas: proposed }].filter(({ atMs }) => nowMs - atMs < LONGEST_PERIOD_MS);
  conditions.set('AbleToScale', able);
  conditions.set('ScalingLimited', limited);
  const why = proposed > current ? `${proposal.metric} above target` : 'All metrics below target';
  return { desired: replicas, why, metrics: statuses };
}

/** The largest of what the metrics propose; nothing when all failed, or some did and the others ask for fewer. */
function propose(pass: Pass, { current, selector }: Scale): { proposal: Proposal | undefined; statuses: readonly MetricStatus[] } {
  const { context, autoscaler, spec, conditions, warn } = pass;
  const tolerance = { up: toleranceOf(spec.behavior?.scaleUp), down: toleranceOf(spec.behavior?.scaleDown) };
  const target = { namespace: autoscaler.metadata.namespace, selector, current, tolerance };
  const results = (spec.metrics ?? []).map((metric) => proposalOf(context.api, metric, target));
  const failures = results.filter((result): result is NoProposal => 'error' in result);
  for (const { reason, error } of failures) warn(reason, error);
  const proposals = results.filter((result): result is Proposal => !('error' in result));
  const [largest] = proposals.toSorted((a, b) => b.replicas - a.replicas);
  const statuses = results.map((result): MetricStatus => ('error' in result ? { type: '' } : result.status));
  const [failure] = failures;
  if (failure !== undefined && (largest === undefined || largest.replicas < current)) {
    const message = `the HPA was unable to compute the replica count: ${failure.error}`;
    conditions.set('ScalingActive', { status: 'False', reason: failure.reason, message });
    const count = `${failures.length} invalid out of ${results.length}`;
    warn('FailedComputeMetricsReplicas', `invalid metrics (${count}), first error is: ${failure.outer}`);
    return { proposal: undefined, statuses };
  }
  const message = `the HPA was able to successfully calculate a replica count from ${largest?.metric}`;
  conditions.set('ScalingActive', { status: 'True', reason: 'ValidMetricFound', message });
  return { proposal: largest, statuses };
}

/** Newer than the types: the rules of a direction may state a tolerance of their own. */
function toleranceOf(rules: object | undefined): number {
  const stated: unknown = rules !== undefined && 'tolerance' in rules ? rules.tolerance : undefined;
  return typeof stated === 'string' || typeof stated === 'number' ? toMilli(stated) / 1000 : TOLERANCE;
}

interface Rescale {
  readonly current: number;
  readonly desired: number;
  readonly why: string;
  readonly known: History;
}

function rescale({ context, autoscaler, spec, conditions }: Pass, { current, desired, why, known }: Rescale): void {
  const { api, clock, recorder } = context;
  const nowMs = clock.now();
  const rescaling = { atMs: nowMs, change: desired - current };
  known.rescalings = [...known.rescalings.filter(({ atMs }) => nowMs - atMs < LONGEST_PERIOD_MS), rescaling];
  const { kind, name, apiVersion = '' } = spec.scaleTargetRef;
  const scaled = api.kindFor(apiVersion, kind) ?? kind;
  if (scaled !== kind) api.scaleCustom(scaled, autoscaler.metadata.namespace, name, desired);
  else
    api.modify<Deployment>(kind, autoscaler.metadata.namespace, name, (draft) => {
      if (draft.spec) draft.spec.replicas = desired;
    });
  const message = `the HPA controller was able to update the target scale to ${desired}`;
  conditions.set('AbleToScale', { status: 'True', reason: 'SucceededRescale', message });
  recorder(NAME).event(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${why}`);
}

interface Outcome {
  readonly current?: number;
  readonly desired?: number;
  readonly metrics?: readonly MetricStatus[] | undefined;
  readonly rescaled?: boolean;
}

/** What a pass did not find out stays as it was. */
function writeStatus({ context: { api, clock }, autoscaler, conditions }: Pass, { current, desired, metrics, rescaled }: Outcome): void {
  const { namespace, name } = autoscaler.metadata;
  const now = timestamp(clock.now());
  api.modify<HorizontalPodAutoscaler>(
    KIND,
    namespace,
    name,
    (draft) => {
      const status = draft.status ?? { desiredReplicas: 0 };
      const list = (status.conditions ?? []).map((found) => ({ ...found }));
      for (const [type, verdict] of conditions) {
        const index = list.findIndex((found) => found.type === type);
        const before = list[index];
        const lastTransitionTime = before?.status === verdict.status ? (before.lastTransitionTime ?? now) : now;
        list.splice(index < 0 ? list.length : index, 1, { type, ...verdict, lastTransitionTime });
      }
      draft.status = {
        ...status,
        desiredReplicas: desired ?? status.desiredReplicas,
        ...(current === undefined ? {} : { currentReplicas: current }),
        ...(current === undefined ? {} : { currentMetrics: [...(metrics ?? [])] as Draft<MetricStatus>[] }), // copied when it is stored
        ...(rescaled === true ? { lastScaleTime: now } : {}),
        conditions: list,
      };
      const { generation } = autoscaler.metadata;
      if (generation !== undefined) draft.status.observedGeneration = generation;
    },
    { subresource: 'status' },
  );
}
