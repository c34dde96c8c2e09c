/** The status that a kubelet posts for a pod. Source: pkg/kubelet/status/generate.go, kubelet_pods.go (Kubernetes 1.36). */
import type { Pod } from '../../kubernetes/index.ts';
import type { ResizeCondition } from './pod-resize.ts';
import type { Draft } from '../kube-api/index.ts';

export type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];
type Condition = NonNullable<NonNullable<Pod['status']>['conditions']>[number];

export const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Sets a condition; the transition time moves only with the status. */
export function setCondition(
  conditions: Draft<Condition>[],
  {
    type,
    status,
    reason,
    message,
  }: { readonly type: string; readonly status: boolean; readonly reason?: string; readonly message?: string },
  nowMs: number,
): void {
  const index = conditions.findIndex((condition) => condition.type === type);
  const before = conditions[index];
  const text = status ? 'True' : 'False';
  const next = {
    type,
    status: text,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    lastTransitionTime: before?.status === text ? (before.lastTransitionTime ?? timestamp(nowMs)) : timestamp(nowMs),
  };
  if (index >= 0) conditions[index] = next;
  else conditions.push(next);
}

const RESIZES = ['PodResizePending', 'PodResizeInProgress'];

export interface PodFacts {
  readonly phase: string;
  readonly podIP: string | undefined;
  readonly hostIP: string;
  readonly initialized: boolean;
  readonly initContainers?: readonly ContainerStatus[];
  /** Init containers that stay: a pod is Ready only with them. */
  readonly sidecars?: readonly ContainerStatus[];
  readonly containers: readonly ContainerStatus[];
  readonly ephemeralContainers?: readonly ContainerStatus[];
  /** What is to be told of a resize. */
  readonly resize?: ResizeCondition | undefined;
  readonly startedAt: string;
  /** Why the kubelet ended the pod. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined;
}

/** Those of others come first, then the kubelet's own. Source: pkg/kubelet/kubelet_pods.go, generateAPIPodStatus; status_manager.go, mergePodStatus. */
const KUBELETS_ORDER = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

/** Writes the facts into a draft of the pod. */
export function writeStatus(pod: Draft<Pod>, facts: PodFacts, nowMs: number): void {
  const status = (pod.status ??= {});
  const conditions = (status.conditions ??= []);
  const unready = [...(facts.sidecars ?? []), ...facts.containers].filter(({ ready }) => !ready).map(({ name }) => name);
  const isDone = facts.phase === 'Succeeded' || facts.phase === 'Failed';
  const why = isDone
    ? { reason: facts.phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const allReady = unready.length === 0 && facts.containers.length > 0 && facts.phase === 'Running';
  setCondition(conditions, { type: 'PodReadyToStartContainers', status: facts.podIP !== undefined && !isDone }, nowMs);
  const incomplete = (facts.initContainers ?? []).filter(({ ready }) => !ready).map(({ name }) => name);
  const uninitialized = { reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.join(' ')}]` };
  const completed = facts.phase === 'Succeeded' ? { reason: 'PodCompleted' } : {};
  const whyNot = facts.initialized || incomplete.length === 0 ? completed : uninitialized;
  setCondition(conditions, { type: 'Initialized', status: facts.initialized, ...whyNot }, nowMs);
  const gates = allReady ? closedGates(pod) : [];
  const gated = gates.length > 0 ? { reason: 'ReadinessGatesNotReady', message: gates.join(', ') } : {};
  setCondition(conditions, { type: 'Ready', status: allReady && gates.length === 0, ...(allReady ? gated : why) }, nowMs);
  setCondition(conditions, { type: 'ContainersReady', status: allReady, ...(allReady ? {} : why) }, nowMs);
  conditions.sort((a, b) => KUBELETS_ORDER.indexOf(a.type) - KUBELETS_ORDER.indexOf(b.type));
  const { resize } = facts;
  status.conditions = conditions.filter(({ type }) => !RESIZES.includes(type) || type === resize?.type);
  if (resize !== undefined) setCondition(status.conditions, { status: true, ...resize }, nowMs);
  status.phase = facts.phase;
  if (facts.failure) Object.assign(status, facts.failure);
  status.hostIP = facts.hostIP;
  // Newer than the types. A node without an address has none to tell.
  if (facts.hostIP !== '') Object.assign(status, { hostIPs: [{ ip: facts.hostIP }] });
  status.startTime ??= facts.startedAt;
  if (facts.podIP !== undefined) {
    status.podIP = facts.podIP;
    status.podIPs = [{ ip: facts.podIP }];
  }
  if (facts.initContainers?.length) status.initContainerStatuses = structuredClone(facts.initContainers) as Draft<ContainerStatus>[];
  if (facts.ephemeralContainers?.length) {
    status.ephemeralContainerStatuses = structuredClone(facts.ephemeralContainers) as Draft<ContainerStatus>[];
  }
  // Statuses are plain data; the copy is the draft's own.
  status.containerStatuses = structuredClone(facts.containers) as Draft<ContainerStatus>[];
}

/** What keeps the pod from being Ready although its containers are: in the kubelet's words. Source: pkg/kubelet/status/generate.go. */
export function closedGates({ spec, status }: Pick<Draft<Pod>, 'spec' | 'status'>): readonly string[] {
  return (spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = status?.conditions?.find(({ type }) => type === conditionType);
    if (condition === undefined) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    if (condition.status === 'True') return [];
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });
}
