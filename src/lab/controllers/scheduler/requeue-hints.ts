/** Which changes may help a pod that did not fit. Source: EventsToRegister and the QueueingHints of each plugin (Kubernetes 1.36). */
import { matchesSelector, toleratesTaint, type Node, type Pod } from '../../../kubernetes/index.ts';
import { canonicalJson } from '../runtime/template-hash.ts';

/** What happened, as far as the scheduler cares. */
export type ClusterChange =
  | { readonly kind: 'node'; readonly previous: Node | undefined; readonly node: Node }
  | { readonly kind: 'node-gone' }
  | { readonly kind: 'pod-gone'; readonly pod: Pod }
  | { readonly kind: 'pod-assigned'; readonly pod: Pod }
  | { readonly kind: 'pod-relabelled'; readonly pod: Pod }
  | { readonly kind: 'volumes' };

type Hint = (pod: Pod, change: ClusterChange) => boolean;

const changed = (change: ClusterChange & { readonly kind: 'node' }, part: (node: Node) => unknown): boolean =>
  change.previous === undefined || canonicalJson(part(change.previous)) !== canonicalJson(part(change.node));
const labels = (node: Node): unknown => node.metadata.labels;
const taints = (node: Node): unknown => node.spec?.taints?.map(({ key, value, effect }) => [key, value, effect]);

const toleratesAll = (pod: Pod, node: Node): boolean =>
  (node.spec?.taints ?? [])
    .filter(({ effect }) => effect !== 'PreferNoSchedule')
    .every((taint) => (pod.spec?.tolerations ?? []).some((toleration) => toleratesTaint(toleration, taint)));

type Terms = 'podAffinity' | 'podAntiAffinity';

/** Tells whether one of the pod's required terms selects the other pod; terms without namespaces mean the pod's own. */
function selects(pod: Pod, kind: Terms, other: Pod): boolean {
  const terms = pod.spec?.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.some(({ labelSelector, namespaces, namespaceSelector }) => {
    const isNear = namespaceSelector !== undefined || (namespaces ?? [pod.metadata.namespace]).includes(other.metadata.namespace ?? '');
    return isNear && matchesSelector(labelSelector, other.metadata.labels);
  });
}

const HINTS: Readonly<Record<string, Hint>> = {
  NodeUnschedulable: (_, change) =>
    change.kind === 'node' && change.node.spec?.unschedulable !== true && changed(change, (node) => node.spec?.unschedulable ?? false),
  NodeName: (_, change) => change.kind === 'node' && change.previous === undefined,
  TaintToleration: (pod, change) => change.kind === 'node' && changed(change, taints) && toleratesAll(pod, change.node),
  NodeAffinity: (_, change) => change.kind === 'node' && changed(change, labels),
  NodePorts: (_, change) => change.kind === 'pod-gone' || (change.kind === 'node' && change.previous === undefined),
  NodeResourcesFit: (_, change) =>
    change.kind === 'pod-gone' || (change.kind === 'node' && changed(change, (node) => node.status?.allocatable)),
  InterPodAffinity: (pod, change) => {
    // Changed taints count too: every recorded change of a taint had such pods tried again.
    if (change.kind === 'node') return changed(change, labels) || changed(change, taints);
    if (change.kind === 'node-gone' || change.kind === 'volumes') return false;
    const isFreed = selects(pod, 'podAntiAffinity', change.pod) || selects(change.pod, 'podAntiAffinity', pod);
    if (change.kind === 'pod-gone') return isFreed;
    return selects(pod, 'podAffinity', change.pod) || (change.kind === 'pod-relabelled' && isFreed);
  },
  PodTopologySpread: (pod, change) => {
    if (change.kind === 'node') return changed(change, labels) || changed(change, taints);
    if (change.kind === 'node-gone') return true;
    if (change.kind === 'volumes' || change.pod.metadata.namespace !== pod.metadata.namespace) return false;
    const { labels: others } = change.pod.metadata;
    return (pod.spec?.topologySpreadConstraints ?? []).some(({ labelSelector }) => matchesSelector(labelSelector, others));
  },
};
const VOLUME_PLUGINS = new Set(['VolumeBinding', 'VolumeZone', 'VolumeRestrictions', 'NodeVolumeLimits']);

/** Plugins without a hint of their own are taken to be helped by anything about volumes and nodes. */
export function mayHelp(pod: Pod, refusedBy: ReadonlySet<string>, change: ClusterChange): boolean {
  // A pod that waits for its victims looks again whenever one has gone.
  if (change.kind === 'pod-gone' && pod.status?.nominatedNodeName === change.pod.spec?.nodeName) return true;
  return [...refusedBy].some((plugin) => {
    const hint = HINTS[plugin];
    if (hint !== undefined) return hint(pod, change);
    return change.kind === 'volumes' || change.kind === 'node' || (VOLUME_PLUGINS.has(plugin) && change.kind === 'pod-gone');
  });
}
