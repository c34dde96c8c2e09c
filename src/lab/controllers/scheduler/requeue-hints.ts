/** Which changes may help a pod that did not fit. Source: EventsToRegister and the QueueingHints of each plugin (Kubernetes 1.36). */
import {
  matchesRequiredNodeAffinity,
  matchesSelector,
  podRequests,
  tolerates,
  toMilliCpu,
  toWhole,
  type Node,
  type Pod,
} from '../../../kubernetes/index.ts';
import { canonicalJson } from '../runtime/template-hash.ts';

/** What of a node changed; `new` when it was not there before. A cordon tells the scheduler nothing, its end does. */
type NodePart = 'new' | 'uncordoned' | 'taints' | 'labels' | 'allocatable';

/** What happened, as far as the scheduler cares. */
export type ClusterChange =
  | { readonly kind: 'node'; readonly previous: Node | undefined; readonly node: Node; readonly parts: ReadonlySet<NodePart> }
  | { readonly kind: 'node-gone' }
  | { readonly kind: 'pod-gone'; readonly pod: Pod }
  | { readonly kind: 'pod-assigned'; readonly pod: Pod }
  | { readonly kind: 'pod-relabelled'; readonly pod: Pod }
  | { readonly kind: 'volumes' };

type Kind = ClusterChange['kind'];

interface Hint {
  /** Other kinds of change never help. */
  readonly kinds: readonly Kind[];
  helps(pod: Pod, change: ClusterChange): boolean;
}

const PARTS: Readonly<Record<Exclude<NodePart, 'new' | 'uncordoned'>, (node: Node) => unknown>> = {
  taints: ({ spec }) => spec?.taints?.map(({ key, value, effect }) => [key, value, effect]),
  labels: ({ metadata }) => metadata.labels,
  allocatable: ({ status }) => status?.allocatable,
};

/** Undefined for changes that tell the scheduler nothing, such as heartbeats. */
export function nodeChange(previous: Node | undefined, node: Node): ClusterChange | undefined {
  if (previous === undefined) return { kind: 'node', previous, node, parts: new Set(['new'] as const) };
  // The keys of the table are its parts.
  const parts = new Set<NodePart>(
    (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter(
      (part) => canonicalJson(PARTS[part](previous)) !== canonicalJson(PARTS[part](node)),
    ),
  );
  if (previous.spec?.unschedulable === true && node.spec?.unschedulable !== true) parts.add('uncordoned');
  return parts.size === 0 ? undefined : { kind: 'node', previous, node, parts };
}

const touches = (change: ClusterChange & { readonly kind: 'node' }, ...parts: readonly NodePart[]): boolean =>
  change.parts.has('new') || parts.some((part) => change.parts.has(part));

const toleratesAll = (pod: Pod, node: Node): boolean =>
  (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule').every((taint) => tolerates(taint, pod.spec?.tolerations));

type Terms = 'podAffinity' | 'podAntiAffinity';

/** Tells whether one of the pod's required terms selects the other pod; terms without namespaces mean the pod's own. */
function selects(pod: Pod, kind: Terms, other: Pod): boolean {
  const terms = pod.spec?.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.some(({ labelSelector, namespaces, namespaceSelector }) => {
    const isNear = namespaceSelector !== undefined || (namespaces ?? [pod.metadata.namespace]).includes(other.metadata.namespace ?? '');
    return isNear && matchesSelector(labelSelector, other.metadata.labels);
  });
}

/** The whole node, empty, has room for the pod. Source: noderesources.Fit isSchedulableAfterNodeChange. */
function wouldFit(pod: Pod, node: Node): boolean {
  if (pod.spec === undefined) return true;
  const room = node.status?.allocatable ?? {};
  return [...podRequests(pod.spec)].every(
    ([name, milli]) => milli <= (name === 'cpu' ? toMilliCpu(room[name] ?? '0') : toWhole(room[name] ?? '0') * 1000),
  );
}

const hostPorts = (pod: Pod): string[] =>
  (pod.spec?.containers ?? []).flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, protocol = 'TCP' }) => (hostPort ? [`${protocol} ${hostPort}`] : [])),
  );

const HINTS: Readonly<Record<string, Hint>> = {
  NodeUnschedulable: {
    kinds: ['node'],
    helps: (_, change) => change.kind === 'node' && change.node.spec?.unschedulable !== true && touches(change, 'uncordoned'),
  },
  NodeName: { kinds: ['node'], helps: (_, change) => change.kind === 'node' && touches(change) },
  TaintToleration: {
    kinds: ['node'],
    helps: (pod, change) =>
      change.kind === 'node' &&
      touches(change, 'taints') &&
      toleratesAll(pod, change.node) &&
      (change.previous === undefined || !toleratesAll(pod, change.previous)),
  },
  NodeAffinity: {
    kinds: ['node'],
    helps: (pod, change) =>
      change.kind === 'node' &&
      touches(change, 'labels') &&
      matchesRequiredNodeAffinity(pod, change.node) &&
      (change.previous === undefined || !matchesRequiredNodeAffinity(pod, change.previous)),
  },
  NodePorts: {
    kinds: ['node', 'pod-gone'],
    helps: (pod, change) => {
      if (change.kind !== 'pod-gone') return change.kind === 'node' && touches(change);
      const freed = hostPorts(change.pod);
      return hostPorts(pod).some((port) => freed.includes(port));
    },
  },
  NodeResourcesFit: {
    kinds: ['node', 'pod-gone'],
    helps: (pod, change) =>
      change.kind === 'pod-gone' || (change.kind === 'node' && touches(change, 'allocatable') && wouldFit(pod, change.node)),
  },
  InterPodAffinity: {
    kinds: ['node', 'pod-gone', 'pod-assigned', 'pod-relabelled'],
    helps: (pod, change) => {
      if (change.kind === 'node') return touches(change, 'labels');
      if (change.kind === 'node-gone' || change.kind === 'volumes') return false;
      const isFreed = selects(pod, 'podAntiAffinity', change.pod) || selects(change.pod, 'podAntiAffinity', pod);
      if (change.kind === 'pod-gone') return isFreed;
      return selects(pod, 'podAffinity', change.pod) || (change.kind === 'pod-relabelled' && isFreed);
    },
  },
  PodTopologySpread: {
    kinds: ['node', 'node-gone', 'pod-gone', 'pod-assigned', 'pod-relabelled'],
    helps: (pod, change) => {
      if (change.kind === 'node') return touches(change, 'labels', 'taints');
      if (change.kind === 'node-gone') return true;
      if (change.kind === 'volumes' || change.pod.metadata.namespace !== pod.metadata.namespace) return false;
      const { labels: others } = change.pod.metadata;
      return (pod.spec?.topologySpreadConstraints ?? []).some(({ labelSelector }) => matchesSelector(labelSelector, others));
    },
  },
};
const VOLUME_HINT: Hint = { kinds: ['node', 'pod-gone', 'volumes'], helps: () => true };
/** Plugins without a hint of their own are taken to be helped by anything about volumes and nodes. */
const NO_HINT: Hint = { kinds: ['node', 'volumes'], helps: () => true };
const VOLUME_PLUGINS = new Set(['VolumeBinding', 'VolumeZone', 'VolumeRestrictions', 'NodeVolumeLimits']);
/**
 * Plugins that judge changed taints themselves. Any other that asks for new nodes is helped by every change of taints and every uncordoned
 * node, since it may have missed a node that was new. Source: buildQueueingHintMap, nodeSchedulingPropertiesChange.
 */
const JUDGES_TAINTS = new Set(['NodeUnschedulable', 'TaintToleration', 'PodTopologySpread']);

const hintOf = (plugin: string): Hint => HINTS[plugin] ?? (VOLUME_PLUGINS.has(plugin) ? VOLUME_HINT : NO_HINT);

/** Tells whether a kind of change can ever help pods that the plugin refused; asked before any pod is looked at. */
export const concerns = (plugin: string, kind: Kind): boolean => hintOf(plugin).kinds.includes(kind);

/** Tells whether a change may let the plugin take the pod. */
export function mayHelp(plugin: string, pod: Pod, change: ClusterChange): boolean {
  if (!concerns(plugin, change.kind)) return false;
  if (change.kind === 'node' && !JUDGES_TAINTS.has(plugin) && (change.parts.has('taints') || change.parts.has('uncordoned'))) return true;
  return hintOf(plugin).helps(pod, change);
}
