/** What one metric of an autoscaler proposes. Source: pkg/controller/podautoscaler/horizontal.go, computeReplicasForMetric (Kubernetes 1.36). */
import {
  formatQuantity,
  matchesSelector,
  toMilli,
  type HorizontalPodAutoscaler,
  type LabelSelector,
  type Pod,
} from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { groupPods, podRequests } from './measured-pods.ts';
import { podUses } from './pod-uses.ts';
import { recommendedReplicas, type Measured, type Target } from './replica-recommendation.ts';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
export type MetricSpec = NonNullable<Spec['metrics']>[number];
export type MetricStatus = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number];

export interface ScaleTarget {
  readonly namespace: string | undefined;
  readonly selector: LabelSelector | undefined;
  readonly current: number;
  readonly tolerance: Measured['tolerance'];
}

export interface Proposal {
  readonly replicas: number;
  /** As conditions and events name it. */
  readonly metric: string;
  readonly status: MetricStatus;
}

/** Why a metric proposes nothing: `error` for its own event, `outer` for the count of all that failed. */
export interface NoProposal {
  readonly reason: string;
  readonly error: string;
  readonly outer: string;
}

const NO_CUSTOM = 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';

export function proposalOf(api: LabApi, spec: MetricSpec, target: ScaleTarget): Proposal | NoProposal {
  const { resource, containerResource, pods, object, external } = spec;
  if (spec.type === 'Resource' && resource) {
    const reason = 'FailedGetResourceMetric';
    return resourceProposal(api, { ...resource, container: undefined, reason, what: `${resource.name} resource` }, target);
  }
  if (spec.type === 'ContainerResource' && containerResource) {
    const what = `${containerResource.name} container`;
    return resourceProposal(api, { ...containerResource, reason: 'FailedGetContainerResourceMetric', what }, target);
  }
  if (spec.type === 'Pods' && pods) return failed('FailedGetPodsMetric', 'pods', `unable to get metric ${pods.metric.name}: ${NO_CUSTOM}`);
  if (spec.type === 'Object' && object) {
    const { kind, name } = object.describedObject;
    const error = `unable to get metric ${object.metric.name}: ${kind} on ${target.namespace} ${name}/${NO_CUSTOM}`;
    return failed('FailedGetObjectMetric', 'object', error);
  }
  if (spec.type === 'External' && external) {
    const { name } = external.metric;
    const missing = `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`;
    const error = `unable to get external metric ${target.namespace}/${name}/nil: unable to fetch metrics from external metrics API: ${missing}`;
    return failed('FailedGetExternalMetric', `${name} external`, error);
  }
  const error = `unknown metric source type "${spec.type}"`;
  return { reason: 'InvalidMetricSourceType', error, outer: error };
}

const failed = (reason: string, what: string, error: string): NoProposal => ({
  reason,
  error,
  outer: `failed to get ${what} metric value: ${error}`,
});

interface ResourceAsked {
  readonly name: string;
  readonly container: string | undefined;
  readonly target: { readonly averageUtilization?: number; readonly averageValue?: string };
  readonly reason: string;
  readonly what: string;
}

function resourceProposal(api: LabApi, asked: ResourceAsked, scale: ScaleTarget): Proposal | NoProposal {
  const { name, container, reason, what } = asked;
  const target = targetOf(asked);
  if (target === undefined) {
    const error = 'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set';
    return failed(reason, what, error);
  }
  const measured = measure(api, { ...asked, target }, scale);
  if (typeof measured === 'string') {
    return failed(reason, what, `failed to get ${name} ${'percent' in target ? 'utilization' : 'usage'}: ${measured}`);
  }
  const { replicas, utilization, average } = recommendedReplicas(measured);
  const averageValue = formatQuantity({ nano: BigInt(average) * 1_000_000n, format: 'DecimalSI' });
  const current = { averageValue, ...(utilization === undefined ? {} : { averageUtilization: utilization }) };
  const kind = container === undefined ? 'resource' : 'container resource';
  const metric = utilization === undefined ? `${name} ${kind}` : `${name} ${kind} utilization (percentage of request)`;
  const status: MetricStatus =
    container === undefined
      ? { type: 'Resource', resource: { name, current } }
      : { type: 'ContainerResource', containerResource: { name, container, current } };
  return { replicas, metric, status };
}

function targetOf({ target: { averageUtilization, averageValue } }: ResourceAsked): Target | undefined {
  if (averageValue !== undefined) return { averageValue: toMilli(averageValue) };
  return averageUtilization === undefined ? undefined : { percent: averageUtilization };
}

function measure(
  api: LabApi,
  { name: resource, container, target }: Pick<ResourceAsked, 'name' | 'container'> & { readonly target: Target },
  { namespace, selector, current, tolerance }: ScaleTarget,
): Measured | string {
  const uses = podUses(api, { namespace, selector, resource, container });
  if (typeof uses === 'string') return `unable to get metrics for resource ${resource}: ${uses}`;
  const pods = api.list<Pod>('Pod', { namespace }).filter(({ metadata }) => matchesSelector(selector, metadata.labels));
  if (pods.length === 0) return 'no pods returned by selector while calculating replica count';
  const groups = groupPods(pods, { uses, resource, nowMs: api.clock.now() });
  if (groups.ready.length === 0) return 'did not receive metrics for targeted pods (pods might be unready)';
  // An average for each pod asks for no requests.
  const requests = 'percent' in target ? podRequests(pods, { resource, container }) : new Map<string, number>();
  if (typeof requests === 'string') return requests;
  const requestOf = ({ metadata }: Pod): number => requests.get(metadata.name) ?? 0;
  if ('percent' in target && groups.ready.every((pod) => requestOf(pod) === 0)) return 'no metrics returned matched known pods';
  return {
    current,
    target,
    tolerance,
    samples: groups.ready.map((pod) => ({ value: uses.get(pod.metadata.name)?.value ?? 0, request: requestOf(pod) })),
    missing: groups.missing.map(requestOf),
    unready: groups.unready.map(requestOf),
  };
}
