/** Watches an API and writes down what the recordings wrote down. */
import type { Cancel } from '../../../src/base/index.ts';
import type {
  DaemonSet,
  Deployment,
  EndpointSlice,
  Event,
  Job,
  KubeObject,
  Node,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  StatefulSet,
} from '../../../src/kubernetes/index.ts';
import type { LabApi, StoreEvent } from '../../../src/lab/kube-api/index.ts';
import type { PodNames } from './pod-names.ts';
import type { RecordedEvent } from './recording.ts';

type Details = Readonly<Record<string, unknown>>;
type Emit = (kind: string, name: string, what: string, details?: Details) => void;

const defined = (details: Details): Details => Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
const taintText = ({ key, value, effect }: { key: string; value?: string; effect: string }): string =>
  `${key}${value ? `=${value}` : ''}:${effect}`;

/** Collects from now on; `t` counts from `zeroMs`. */
export function observe(api: LabApi, names: PodNames, zeroMs: number): { readonly events: RecordedEvent[]; readonly stop: Cancel } {
  const events: RecordedEvent[] = [];
  let isOpen = false;
  const emit: Emit = (kind, name, what, details = {}) => {
    if (isOpen) events.push({ t: (api.clock.now() - zeroMs) / 1000, kind, name, what, ...defined(details) });
  };
  const cancels = [
    api.watch<Node>('Node', (event) => nodeEvents(emit, event)),
    api.watch<ReplicaSet>('ReplicaSet', (event) => countEvents(emit, event, { name: names.ofSet(event.object), view: replicaSetView })),
    api.watch<Pod>('Pod', (event) => podEvents(emit, event, names)),
    api.watch<EndpointSlice>('EndpointSlice', (event) => endpointEvents(emit, event, api, names)),
    api.watch<Deployment>('Deployment', (event) => {
      countEvents(emit, event, { name: event.object.metadata.name, view: deploymentView });
      conditionEvents(emit, event, names);
    }),
    api.watch<StatefulSet>('StatefulSet', (event) => countEvents(emit, event, { name: event.object.metadata.name, view: statefulSetView })),
    api.watch<DaemonSet>('DaemonSet', (event) => countEvents(emit, event, { name: event.object.metadata.name, view: daemonSetView })),
    api.watch<Job>('Job', (event) => countEvents(emit, event, { name: event.object.metadata.name, view: jobView })),
    api.watch<PodDisruptionBudget>('PodDisruptionBudget', (event) =>
      countEvents(emit, event, { name: event.object.metadata.name, view: budgetView }),
    ),
    api.watch<Event>('Event', (event) => eventEvents(emit, event, api, names)),
  ];
  const open = api.clock.after(Math.max(0, zeroMs - api.clock.now()), () => (isOpen = true));
  return { events, stop: () => [...cancels, open].forEach((cancel) => cancel()) };
}

function nodeEvents(emit: Emit, { type, object, previous }: StoreEvent<Node>): void {
  const { name } = object.metadata;
  if (type === 'ADDED') emit('Node', name, 'added');
  if (type === 'DELETED') return emit('Node', name, 'deleted');
  const ready = (node: Node | undefined) => node?.status?.conditions?.find((condition) => condition.type === 'Ready');
  const [now, before] = [ready(object), ready(previous)];
  if (now && (now.status !== before?.status || now.reason !== before?.reason)) {
    emit('Node', name, 'ready', { status: now.status, reason: now.reason, message: now.message });
  }
  const taints = new Set((object.spec?.taints ?? []).map(taintText));
  const old = new Set((previous?.spec?.taints ?? []).map(taintText));
  for (const taint of taints) if (!old.has(taint)) emit('Node', name, 'taint+', { taint });
  for (const taint of old) if (!taints.has(taint)) emit('Node', name, 'taint-', { taint });
  const [cordoned, was] = [object.spec?.unschedulable === true, previous?.spec?.unschedulable === true];
  if (cordoned !== was) emit('Node', name, 'unschedulable', { value: cordoned });
}

function podEvents(emit: Emit, { type, object, previous }: StoreEvent<Pod>, names: PodNames): void {
  const name = names.of(object);
  const say = (what: string, details?: Details): void => emit('Pod', name, what, details);
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller);
  if (type === 'ADDED') say('created', { owner: owner && `${owner.kind}/${names.ofSetName(owner.name)}` });
  if (type === 'DELETED') {
    // A forced deletion of a pod that ran is seen as two events by a watching client: the time of deletion, then the end.
    return say('deleted', { phase: object.status?.phase });
  }
  const condition = (pod: Pod | undefined, wanted: string) => pod?.status?.conditions?.find((found) => found.type === wanted);
  if (object.spec?.nodeName !== previous?.spec?.nodeName) say('bound', { node: object.spec?.nodeName });
  const nominated = object.status?.nominatedNodeName ?? '';
  if (nominated !== (previous?.status?.nominatedNodeName ?? '')) say('nominated', { node: nominated });
  const [scheduled, wasScheduled] = [condition(object, 'PodScheduled'), condition(previous, 'PodScheduled')];
  if (scheduled?.status === 'False' && (scheduled.message !== wasScheduled?.message || wasScheduled?.status !== 'False')) {
    say('unscheduled', { reason: scheduled.reason, message: scheduled.message });
  }
  if (previous && object.status?.phase !== previous.status?.phase && object.status?.phase !== 'Pending') say('phase', { phase: object.status?.phase });
  const [ready, wasReady] = [condition(object, 'Ready'), condition(previous, 'Ready')];
  if (ready && ready.status !== wasReady?.status) say('ready', defined({ status: ready.status, reason: ready.reason }));
  const [target, wasTarget] = [condition(object, 'DisruptionTarget'), condition(previous, 'DisruptionTarget')];
  if (target && target.status !== wasTarget?.status) {
    say('disruptionTarget', { status: target.status, reason: target.reason, message: target.message });
  }
  const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
  if (deletionTimestamp !== undefined && previous?.metadata.deletionTimestamp === undefined) {
    say('deletionTimestamp', { gracePeriodSeconds: deletionGracePeriodSeconds });
  }
}

function endpointEvents(emit: Emit, { type, object, previous }: StoreEvent<EndpointSlice>, api: LabApi, names: PodNames): void {
  const service = object.metadata.labels?.['kubernetes.io/service-name'] ?? '';
  const view = (slice: EndpointSlice | undefined): ReadonlyMap<string, Details> =>
    new Map(
      (slice?.endpoints ?? []).map((endpoint) => {
        const pod = api.get<Pod>('Pod', slice?.metadata.namespace, endpoint.targetRef?.name ?? '');
        const name = names.known(endpoint.targetRef?.uid ?? '') ?? (pod ? names.of(pod) : '');
        const { ready, serving, terminating } = endpoint.conditions ?? {};
        return [name, defined({ ready, serving, terminating })];
      }),
    );
  const [now, before] = [type === 'DELETED' ? new Map<string, Details>() : view(object), view(previous)];
  for (const [pod, conditions] of now) {
    const old = before.get(pod);
    if (old === undefined) emit('EndpointSlice', `${service}-slice`, 'endpoint+', { pod, ...conditions });
    else if (JSON.stringify(old) !== JSON.stringify(conditions)) emit('EndpointSlice', `${service}-slice`, 'endpoint', { pod, ...conditions });
  }
  for (const pod of before.keys()) if (!now.has(pod)) emit('EndpointSlice', `${service}-slice`, 'endpoint-', { pod });
}

interface Counted<T> {
  readonly name: string;
  readonly view: (object: T) => Details;
}

function countEvents<T extends KubeObject>(emit: Emit, { type, object, previous }: StoreEvent<T>, { name, view }: Counted<T>): void {
  if (type === 'DELETED') return;
  const now = defined(view(object));
  if (previous === undefined || JSON.stringify(now) !== JSON.stringify(defined(view(previous)))) emit(object.kind ?? '', name, 'status', now);
}

type Numbers = Readonly<Record<string, number | undefined>>;
const numbers = (status: object | undefined): Numbers => (status ?? {}) as Numbers; // counts, as far as they are asked for here

const replicaSetView = ({ spec, status }: ReplicaSet): Details => {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0, terminatingReplicas } = numbers(status);
  return { spec: spec?.replicas, replicas, ready: readyReplicas, available: availableReplicas, terminating: terminatingReplicas };
};

const deploymentView = ({ spec, status }: Deployment): Details => {
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0, ...rest } = numbers(status);
  return {
    spec: spec?.replicas,
    replicas,
    updated: updatedReplicas,
    ready: readyReplicas,
    available: availableReplicas,
    unavailable: rest['unavailableReplicas'] ?? 0,
    terminating: rest['terminatingReplicas'],
  };
};

const statefulSetView = ({ spec, status }: StatefulSet): Details => {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0, currentReplicas = 0, updatedReplicas = 0 } = numbers(status);
  return { spec: spec?.replicas, replicas, ready: readyReplicas, available: availableReplicas, current: currentReplicas, updated: updatedReplicas };
};

const daemonSetView = ({ status }: DaemonSet): Details => {
  const counts = numbers(status);
  return {
    desired: counts['desiredNumberScheduled'] ?? 0,
    current: counts['currentNumberScheduled'] ?? 0,
    misscheduled: counts['numberMisscheduled'] ?? 0,
    ready: counts['numberReady'] ?? 0,
    available: counts['numberAvailable'] ?? 0,
    unavailable: counts['numberUnavailable'] ?? 0,
  };
};

const jobView = ({ status }: Job): Details => {
  const { active = 0, ready = 0, succeeded = 0, failed = 0, terminating = 0 } = numbers(status);
  return { active, ready, succeeded, failed, terminating };
};

const budgetView = ({ status }: PodDisruptionBudget): Details => ({
  expectedPods: status?.expectedPods,
  desiredHealthy: status?.desiredHealthy,
  currentHealthy: status?.currentHealthy,
  disruptionsAllowed: status?.disruptionsAllowed,
  reason: status?.conditions?.find(({ type }) => type === 'DisruptionAllowed')?.reason,
});

function conditionEvents(emit: Emit, { type, object, previous }: StoreEvent<Deployment>, names: PodNames): void {
  if (type === 'DELETED') return;
  for (const now of object.status?.conditions ?? []) {
    const before = previous?.status?.conditions?.find((condition) => condition.type === now.type);
    if (before?.status === now.status && before.reason === now.reason) continue;
    const message = withNames(now.message ?? '', names);
    emit('Deployment', object.metadata.name, 'condition', { type: now.type, status: now.status, reason: now.reason, message });
  }
}

const withNames = (text: string, names: PodNames): string => text.replace(/[\w-]+/g, (word) => names.ofSetName(word));

function eventEvents(emit: Emit, { type, object }: StoreEvent<Event>, api: LabApi, names: PodNames): void {
  if (type === 'DELETED' || object.source?.component === 'kubelet') return;
  const { kind = '', name = '', namespace, uid = '' } = object.involvedObject;
  const known = kind === 'Pod' ? (names.known(uid) ?? names.called(name) ?? name) : names.ofSetName(name);
  const podNames = new Map(api.list<Pod>('Pod', { namespace }).map((pod) => [pod.metadata.name, names.of(pod)]));
  podNames.set(name, known);
  const message = (object.message ?? '')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replace(/[\w.-]+/g, (word) => podNames.get(word)?.replace(/#\d+$/, '') ?? names.ofSetName(word));
  const { count = 1 } = object;
  emit('Event', `${kind}/${known}`, 'event', {
    type: object.type,
    reason: object.reason,
    message,
    source: object.source?.component,
    count: count > 1 ? count : undefined,
  });
}
